"""What the screens tell: information, changes, preview, filters, paths, and what the start says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration
from configurator.session import Session
from configurator.session.recovery import Recovery
from configurator.session.watch import Watch
from configurator.tui.screens.paths import file_problem, new_file_problem
from tests.tui.test_actions import BLOCKED, FORCED, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeTree
    from tests.tui.conftest import Edit

    OpenSession = Callable[[], Session]

WIDE = (120, 40)
TREE_OF_UNITS = {
    "Kconfig": 'source "drivers/one/Kconfig"\nsource "drivers/two/Kconfig"\n',
    "drivers/one/Kconfig": 'config ONE\n\tbool "First"\n\tdefault y\n',
    "drivers/two/Kconfig": 'config TWO\n\tbool "Second"\n\tdefault y if ONE\n\tdepends on ONE\n',
}


@pytest.fixture
def open_files(make_tree: MakeTree, config: Path) -> Callable[..., Session]:
    """Return what opens a tree of the given files with a .config."""

    def open_tree(files: dict[str, str], text: str = "", *, go: tuple[str, ...] = ()) -> Session:
        config.write_text(text)
        return Session(Configuration.load(make_tree(files, go=go), config), config)

    return open_tree


def test_information(edit: Edit) -> None:
    """Everything about a symbol: place, origin, conditions with their values, ranges, defaults, selects both ways."""
    text = edit(*FORCED, "i", size=WIDE).text
    assert "Value:      y: selected by SELECTOR" in text
    assert "now: SELECTOR" in text
    text = edit(*BLOCKED, "i", size=WIDE).text
    assert "Defined at: Kconfig:" in text
    assert "NOT met: BASE (BASE=n)" in text
    text = edit(*NUMBERS, "down", "i", size=WIDE).text
    assert "now: 50 to 9600 if !FAST" in text
    assert "     50 to 115200 if FAST" in text
    assert "now: 9600" in text
    assert "now: FORCED" not in text


def test_value_dialog_names_the_default(edit: Edit) -> None:
    """Who types a value sees what may be typed and what the default is."""
    assert "A whole number from 50 to 9600; by default 9600" in edit(*NUMBERS, "down", "enter").text


def test_changes_follow_in_the_pane(edit: Edit) -> None:
    """The page of changes follows each change, a save, and what they are compared with."""
    tabs = ("tab",) * 3
    assert "Nothing differs from the saved file." in edit(*tabs).text
    shown = edit(*tabs, "n", *["down"] * 6, "y")
    assert "[Changes]" in shown.text
    assert "PLAIN y -> n" in shown.text
    assert "FORCED n -> y  (follows)" in shown.text
    assert "Nothing differs" in edit(*tabs, "n", "S").text
    assert "other than in the defaults" in edit(*tabs, "n", "S", "c", "a", "d", "escape").text


def test_preview_marks_the_last_change(edit: Edit, root: Path, config: Path) -> None:
    """What the last change did to the order is marked, also where the preview was not open before it; and after u."""

    def opened() -> Session:
        config.unlink(missing_ok=True)
        return Session(Configuration.load(root / "Kconfig", config), config)

    def preview(*keys: str) -> set[str]:
        shown = edit("slash", *"PS2", "enter", *keys, "v", session=opened(), size=(80, 60))
        order = shown.lines[: shown.lines.index("zz_init.go".rjust(11))]
        return {line[1] + line[6:9] for line in order if "KBD" in line[:20]}

    assert preview() == {" KBD"}
    assert preview("n") == {"-KBD"}
    assert preview("n", "u") == {"+KBD"}
    shown = edit("slash", *"PS2", "enter", *["tab"] * 4, "n", session=opened())
    assert "\n-    KBD\n" in shown.app.get_default_screen().pane.text


def test_search_among_a_unit(edit: Edit, open_files: Callable[..., Session]) -> None:
    """A search can be narrowed to what is changed, to a menu, to the folder of a unit; it says so."""
    session = open_files(TREE_OF_UNITS, "CONFIG_ONE=y\nCONFIG_TWO=y\n", go=("drivers/one", "drivers/two"))
    shown = edit("slash", "ctrl+n", *"drivers/two", "enter", "s", session=session)
    assert "TWO  Second" in shown.text
    assert "ONE  First" not in shown.text
    assert "only what is of the unit drivers/two" in shown.status


def test_matches_say_where(edit: Edit) -> None:
    """A match tells the menus around it, one in a help text what it says there."""
    assert "DEEP  Deep inside  = n  in Outer › Inner" in edit("slash", *"deep").text  # noqa: RUF001
    shown = edit("slash", *"joined")
    assert "…is long enough to be joined and wrapped anew." in shown.text
    assert shown.status.endswith("1 of 1")


def test_list_and_description_stand_side_by_side(edit: Edit) -> None:
    """In a wide terminal the description stands beside any list; in a narrow one a short list leaves it the room."""
    assert "NET" not in edit(*BLOCKED, "p").lines[1]
    assert "Changes" in edit(*BLOCKED, "p", size=WIDE).lines[1]
    assert edit(*BLOCKED, "p").lines[2].strip() == "Changes"


def test_menu_without_help_shows_what_is_in_it(edit: Edit) -> None:
    """The pane shows the entries of a menu that has no help text."""
    assert "  (9600) Speed" in edit("down", "down").text


def test_deep_trail_shows_the_present_menu(edit: Edit, open_files: Callable[..., Session]) -> None:
    """Where the menus do not fit into the title, those between the first and the last ones are left out."""
    levels = "".join(f'menu "Level number {number}"\n' for number in range(9))
    session = open_files({"Kconfig": f'{levels}config A\n\tbool "A"\n' + "endmenu\n" * 9})
    title = edit(*["enter"] * 9, session=session).lines[0]
    assert "Main menu › … › Level" in title  # noqa: RUF001
    assert title.endswith("Level number 8")


@pytest.mark.parametrize("key", ["O", "W"])
def test_paths_are_checked_while_typing(edit: Edit, key: str) -> None:
    """A path that cannot be read or written is told in the dialog."""
    clear = ("ctrl+u",)
    assert "this is a folder" in edit(key, *clear, ".").text
    assert "no such" in edit(key, *clear, *"nowhere/file").text


def test_path_that_no_system_takes() -> None:
    """A name that is too long, and a home of nobody, are mistakes like others."""
    assert "too long" in new_file_problem("a" * 300)
    assert "too long" in file_problem("a" * 300)
    assert file_problem("~nobody-of-that-name/x") == "there is no such file"


def test_reset_of_a_choice_and_of_a_menu(edit: Edit) -> None:
    """On a choice r resets the choice; on a menu R resets that menu and nothing else."""
    taken = ("down", "down", "down", "enter", "up", "space")
    assert "Colour (Red)" in edit(*taken).row
    assert "Colour (Green)" in edit(*taken, "r").row
    shown = edit("n", *NUMBERS, "down", "down", "y", "left", "R")
    assert shown.session.symbol("FAST").value == "n"
    assert shown.session.symbol("PLAIN").value == "n"


def test_unknown_lines_are_said_to_be_kept(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """The warning about a line that names no symbol says that it is kept, with a name that may be meant."""
    config.write_text(config.read_text() + "CONFIG_PLAINS=y\n")
    text = " ".join(edit(session=open_session()).text.split())
    assert "the tree has no symbol PLAINS (perhaps PLAIN" in text
    assert "the line is kept unless you drop it" in text


def test_warnings_of_the_tree_wait(edit: Edit, open_files: Callable[..., Session]) -> None:
    """What is suspicious in the tree alone does not stand in the way; a key shows it."""
    files = {"Kconfig": 'config A\n\tbool "A"\n\tselect MISSING\n'}
    shown = edit(session=open_files(files))
    assert shown.screen == "BrowseScreen"
    assert "about the Kconfig tree; ! shows them" in shown.status
    assert "MISSING" in edit("exclamation_mark", session=open_files(files)).text


def test_recovered_changes_can_be_looked_at_first(edit: Edit, open_session: OpenSession) -> None:
    """The offer of unsaved changes shows what differs, and comes back."""
    session = open_session()
    session.set("PLAIN", "n")
    Recovery(session).keep()
    shown = edit("s", session=open_session())
    assert shown.screen == "ChangesScreen"
    assert "PLAIN" in shown.lines[1]
    assert edit("s", "escape", session=open_session()).screen == "QuestionScreen"
    assert edit("s", "escape", "r", session=open_session()).row.endswith("[ ] Plain option")


def test_places_are_those_of_the_tree(edit: Edit) -> None:
    """A place in the tree is told as the tree has it, wherever the editor was started."""
    for keys in (("i",), ("down", "down", "down", "enter", "w"), (*BLOCKED, "w"), (*BLOCKED, "p")):
        assert "/data/Kconfig" not in edit(*keys, size=WIDE).text


def test_file_changed_on_disk_is_shown(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """The status line goes on saying that the file was changed, until it is read or written."""
    session, watch, text = open_session(), Watch(config), config.read_text()
    config.write_text(text.replace("# CONFIG_BRACKETS is not set", "CONFIG_BRACKETS=y"))
    shown = edit("look", "down", "up", session=session, watch=watch)
    assert shown.status.endswith(".config: changed on disk, saved")
    shown = edit("S", "l", session=session, watch=watch)
    assert "[*] Option" in shown.text
    assert shown.status.endswith(".config: saved")
    assert edit("q", session=shown.session).left


def test_commands_name_what_they_undo(edit: Edit) -> None:
    """The list of commands says which change would be taken back."""
    assert "Take the last change back: PLAIN y -> n" in edit("n", "colon", size=WIDE).text
