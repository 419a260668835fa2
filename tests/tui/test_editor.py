"""The editor driven by keys and clicks: what the screens show, and what becomes of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration
from configurator.session import Session
from configurator.session.recovery import Recovery
from configurator.session.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeTree
    from tests.tui.conftest import Edit, Shown

    OpenSession = Callable[[], Session]

NUMBERS = ("down", "down", "enter")  # into the menu "Numbers"
TRAIL = " Test tree [of brackets]  Main menu"


@pytest.fixture
def open_tree(make_tree: MakeTree, config: Path) -> Callable[[str], Session]:
    """Return what opens a tree of the given text with an empty .config."""
    config.write_text("")

    def open_text(text: str) -> Session:
        return Session(Configuration.load(make_tree({"Kconfig": text}), config), config)

    return open_text


def _place(shown: Shown, text: str) -> tuple[int, int]:
    """Return column and line of a text on the screen."""
    line = next(number for number, found in enumerate(shown.lines) if text in found)
    return shown.lines[line].index(text), line


def test_first_screen(edit: Edit) -> None:
    """The editor opens on the main menu, with title, description, the file and the most wanted keys."""
    shown = edit()
    assert shown.lines[0] == TRAIL
    assert shown.lines[1] == " [*] Plain option"
    assert " PLAIN: bool, now y" in shown.lines
    assert shown.status == ".config: saved"
    assert shown.keys == "Enter Select  Esc Back  / Search  ? Info  u Undo  c Changes  S Save  F1 Keys"


def test_change_is_marked_and_told(edit: Edit) -> None:
    """A changed row has a mark; the status line tells the change, what is unsaved, and of how many symbols."""
    shown = edit("n")
    assert shown.lines[1] == "•[ ] Plain option"
    assert shown.status.startswith("PLAIN y -> n")
    assert shown.status.endswith(".config: 1 changed, unsaved")


def test_consequences_come_at_once(edit: Edit) -> None:
    """A change that moves other symbols shows them with the reason, until the cursor moves."""
    keys = ("down",) * 6
    shown = edit(*keys, "y")
    assert "[Consequences]" in shown.text
    assert "1 other symbol moved with it" in shown.text
    assert "FORCED n -> y" in shown.text
    assert "SELECTOR n -> y, 1 other followed" in shown.status
    assert "[Help]" in edit(*keys, "y", "up").text


def test_refused_change_says_why(edit: Edit) -> None:
    """The status line tells why a value stays, and what to do, until the cursor moves."""
    keys = ("down",) * 6
    shown = edit(*keys, "y", "down", "n")
    assert "FORCED stays y: it is selected by SELECTOR" in shown.status
    assert "FORCED stays" not in edit(*keys, "y", "down", "n", "up").status


def test_choice(edit: Edit) -> None:
    """A choice opens on its member; choosing another one goes back and shows it."""
    keys = ("down", "down", "down", "enter")
    shown = edit(*keys)
    assert shown.lines[1:4] == [" ( ) Red", " (X) Green", " ( ) Blue"]
    assert shown.row == "(X) Green"
    assert "Colour (Blue)  --->" in edit(*keys, "down", "space").row


def test_wrong_value_is_said_while_typing(edit: Edit) -> None:
    """A value out of range is told at once, and Enter does not take it."""
    keys = (*NUMBERS, "down", "enter")
    assert "A whole number from 50 to 9600" in edit(*keys).text
    for more in (("1",), ("1", "enter")):
        shown = edit(*keys, *more)
        assert shown.screen == "FieldScreen"
        assert "SPEED=96001 is out of range" in shown.text
    assert "out of range" not in edit(*keys, "1", "backspace").text
    assert edit(*keys, *["backspace"] * 4, *"1200", "enter").row.endswith("(1200) Speed")


def test_letters_jump(edit: Edit) -> None:
    """A letter that is no key goes to the next entry that begins with it; f before a letter always does."""
    assert edit("s").row == "[ ] Selects the forced one"
    assert "Colour" in edit("f", "c").row
    assert "comment" in edit("f", "a").row or edit("f", "a").status == "no entry here begins with a"
    assert edit("f", "z").status.startswith("no entry here begins with z")
    assert edit("f", "escape").screen == "BrowseScreen"


def test_search_comes_back_to_its_results(edit: Edit) -> None:
    """A second search begins with the words and the match of the first."""
    shown = edit("slash", *"base", "down", "enter", "slash")
    assert shown.screen == "SearchScreen"
    assert " ON_BASE: bool, now n" in shown.lines


def test_search_in_help(edit: Edit) -> None:
    """Words of a help text find its entry."""
    assert "PLAIN  Plain option" in edit("slash", *"fourth item").text


def test_links_lead_to_symbols(edit: Edit) -> None:
    """A click on a symbol among the consequences or the reasons goes there."""
    keys = ("down",) * 6 + ("y",)
    shown = edit(*keys)
    assert "Forced one" in edit(*keys, _place(shown, "FORCED n -> y")).row


def test_undo_and_redo_go_through_the_history(edit: Edit) -> None:
    """Each change is a step with a name; the history goes back to any of them."""
    keys = ("n", "down", "y", "H")
    shown = edit(*keys)
    assert " now > BRACKETS n -> y" in shown.lines
    assert not edit(*keys, "g", "enter").session.modified
    assert edit(*keys, "g", "enter", "U", "U").status.startswith("redo BRACKETS n -> y")


def test_unknown_symbols_are_shown_and_kept(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """A line that names no symbol of the tree is kept unless the user drops it, which can be undone."""
    config.write_text(config.read_text() + "CONFIG_NO_SUCH=y\n")
    keys = ("escape", "N")
    assert "CONFIG_NO_SUCH=y" in edit(*keys, session=open_session()).text
    edit("escape", "n", "S", session=open_session())
    assert "CONFIG_NO_SUCH=y" in config.read_text()
    edit(*keys, "enter", "escape", "S", session=open_session())
    assert "CONFIG_NO_SUCH" not in config.read_text()


def test_presets(edit: Edit, make_tree: MakeTree, config: Path) -> None:
    """A preset shows what it is for and what it would change; Enter applies it as one step."""
    tree = make_tree({"Kconfig": 'config A\n\tbool "A"\n', "configs/one": "# Switches A on\nCONFIG_A=y\n"})
    config.write_text("# CONFIG_A is not set\n")

    def session() -> Session:
        return Session(Configuration.load(tree, config), config)

    shown = edit("P", session=session())
    assert "Switches A on" in shown.text
    assert "A n → y" in shown.text
    assert edit("P", "enter", session=session()).row.endswith("[*] A")
    assert edit("P", "enter", "u", session=session()).row.endswith("[ ] A")
    edit("P", "s", *"two", "enter", *"why", "enter", session=session())
    two = tree.parent / "configs" / "two"
    assert two.read_text().startswith("# why\n")
    again = ("P", "enter", "P", "s", *"two", "enter")
    assert edit(*again, session=session()).screen == "QuestionScreen"
    assert "CONFIG_A=y" not in two.read_text()
    edit(*again, "o", "enter", session=session())
    assert two.read_text() == "# why\nCONFIG_A=y\n"


def test_save_that_fails(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """An error stands in the status line, the changes stay unsaved and the editor stays open."""
    session = open_session()
    config.unlink()
    config.mkdir()
    shown = edit("n", "S", session=session)
    assert "not saved" in shown.status
    assert shown.session.modified
    assert not shown.left


def test_file_changed_by_somebody_else(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """Saving over a file that has changed meanwhile asks first."""
    for letter, name in (("o", "# CONFIG_PLAIN is not set"), ("escape", "CONFIG_BRACKETS=y")):
        session, watch = open_session(), Watch(config)
        config.write_text("CONFIG_BRACKETS=y\n")
        shown = edit("n", "S", letter, session=session, watch=watch)
        assert shown.screen == "BrowseScreen"
        assert name in config.read_text()


@pytest.mark.parametrize(
    ("keys", "left", "saved"),
    [
        (("q", "y"), True, True),
        (("q", "enter"), True, True),
        (("q", "down", "enter"), True, False),
        (("q", "n"), True, False),
        (("q", "escape"), False, False),
        (("escape", "n"), True, False),
        (("ctrl+c", "n"), True, False),
        (("f1", "ctrl+q", "y"), True, True),
    ],
)
def test_leave_with_changes(edit: Edit, config: Path, keys: tuple[str, ...], *, left: bool, saved: bool) -> None:
    """With something to save the editor asks: yes, no, or stay."""
    shown = edit("n", *keys)
    assert shown.left is left
    assert ("# CONFIG_PLAIN is not set" in config.read_text()) is saved


@pytest.mark.parametrize("keys", [("q",), ("escape",), ("n", "y", "q"), ("n", "u", "q"), ("ctrl+c",)])
def test_no_question_if_nothing_would_change(edit: Edit, keys: tuple[str, ...]) -> None:
    """Changes that were taken back need no answer."""
    assert edit(*keys).left


def test_recovery_is_offered(edit: Edit, open_session: OpenSession) -> None:
    """Edits that an earlier session left are offered, and taken as one step."""
    session = open_session()
    session.set("PLAIN", "n")
    Recovery(session).keep()
    assert "Changes that were not saved were found" in edit(session=open_session()).text
    shown = edit("r", session=open_session())
    assert shown.row.endswith("[ ] Plain option")
    assert edit("k", "down", "y", "q", "n", session=open_session()).left
    assert edit("escape", session=open_session()).row == "[*] Plain option"
    edit("d", session=open_session())
    assert edit(session=open_session()).screen == "BrowseScreen"


def test_mouse(edit: Edit) -> None:
    """A click puts the cursor on a row, a second one chooses it; the wheel moves; keys and tabs can be clicked."""
    assert "Numbers" in edit((6, 3)).row
    assert "Numbers" in edit((6, 3), (6, 3)).lines[0]
    shown = edit()
    assert edit(_place(shown, "Search")).screen == "SearchScreen"
    assert "[Why]" in edit(_place(shown, "Why")).text
    answer = _place(edit("n", "q"), "Leave without")
    assert edit("n", "q", answer, answer).left


@pytest.mark.parametrize("size", [(40, 12), (10, 4), (200, 60)])
def test_any_size(edit: Edit, size: tuple[int, int]) -> None:
    """Small and large terminals work; no line is wider than the screen."""
    for keys in (("G", "enter", "enter", "Z"), ("slash", "a"), ("n", "q"), ("question_mark",), ("H",)):
        assert max(map(len, edit(*keys, size=size).lines)) <= size[0]


def test_wide_terminal(edit: Edit) -> None:
    """A wide terminal shows the pane beside the menu."""
    shown = edit(size=(120, 30))
    assert "[*] Plain option" in shown.lines[1]
    assert "[Help]" in shown.lines[1]


def test_brackets_are_shown_as_they_are(edit: Edit) -> None:
    """Text from Kconfig files is no markup, in any screen."""
    assert " [ ] Option [red]in[/red] [brackets] 100%" in edit().lines
    for keys in (("down", "i"), ("slash", *"red"), ("down", "y", "c"), ("down", "y", "H")):
        assert "[red]" in edit(*keys).text or "BRACKETS" in edit(*keys).text


@pytest.mark.parametrize(
    "prompt", ["🥚 egg 👩‍🚀 space", "幅の広い文字", "مرحبا بالعالم", "שלום עולם", "e\u0301a\u0308"]
)
def test_any_script(edit: Edit, open_tree: Callable[[str], Session], prompt: str) -> None:
    """Emoji, wide, right-to-left and combining characters stand in their row, and nothing beside it moves."""
    session = open_tree(f'config A\n\tbool "{prompt}"\n\nconfig B\n\tbool "after"\n')
    shown = edit(size=(110, 20), session=session)
    row = shown.browsing.rows[0].text
    assert prompt.replace("\u200d", "\N{REPLACEMENT CHARACTER}") in row or prompt in row
    assert shown.lines[2].startswith(" [ ] after")
    assert shown.lines[1].endswith("Preview")


def test_long_help(edit: Edit, open_tree: Callable[[str], Session]) -> None:
    """A help text of 10 000 characters can be read to its end."""
    words = " ".join(f"word{number}" for number in range(1300))
    session = open_tree(f'config A\n\tbool "A"\n\thelp\n\t  {words}\n')
    assert "more lines" in edit(session=session).text
    assert "word1299" in edit("i", "G", session=session).text


def test_choice_of_two_hundred(edit: Edit, open_tree: Callable[[str], Session]) -> None:
    """In a choice with 200 members the last one can be taken."""
    members = "".join(f'config M{number}\n\tbool "Member {number}"\n' for number in range(200))
    session = open_tree(f'choice\n\tprompt "Many"\n{members}endchoice\n')
    assert "Many (Member 199)" in edit("enter", "G", "enter", session=session).row


def test_menus_thirty_deep(edit: Edit, open_tree: Callable[[str], Session]) -> None:
    """The innermost of thirty menus can be reached, seen in the whole tree, and left."""
    opening = "".join(f'menu "Level {number}"\n' for number in range(30))
    session = open_tree(f'{opening}config A\n\tbool "Innermost"\n{"endmenu" + chr(10)}' + "endmenu\n" * 29)
    assert edit(*["enter"] * 30, session=session).row.startswith("[ ] Innermost")
    assert "Innermost" in edit("T", "G", session=session).row
    assert "Level 0" in edit(*["enter"] * 30, *["left"] * 30, session=session).row


def test_empty_tree(edit: Edit, open_tree: Callable[[str], Session]) -> None:
    """A tree without entries opens, takes every key, and closes."""
    session = open_tree('mainmenu "Nothing"\n')
    many = "down up G g pagedown enter space y n m r R X u U Z C T minus plus tab J p w i b F F left"
    keys = many.split(" ")
    assert edit(*keys, "q", "n", session=session).screen == "BrowseScreen"
    opened_and_closed = [
        key
        for one in ["H", "slash", "L", "c", "v", "P", "N", "t", "colon", "f1", "exclamation_mark"]
        for key in (one, "escape")
    ]
    assert edit(*opened_and_closed, session=session).screen == "BrowseScreen"


def test_long_menu_scrolls_with_the_cursor(edit: Edit, open_tree: Callable[[str], Session]) -> None:
    """In a menu with more rows than lines the cursor stays in view, both ways."""
    session = open_tree("".join(f'config A{n}\n\tbool "Option {n}"\n' for n in range(200)))
    assert "Option 199" in edit("G", session=session).text
    assert "Option 0 " in edit("G", "g", session=session).text
    for keys in (["down"] * 40, ["G", *["up"] * 40], ["pagedown"] * 3):
        shown = edit(*keys, session=session)
        assert shown.row in shown.text


def test_control_characters_do_not_reach_the_terminal(edit: Edit, session: Session) -> None:
    """An escape sequence in a value is shown as a replacement character."""
    session.set("LABEL", "a\x1b[31mb\tc")
    assert "(a\N{REPLACEMENT CHARACTER}[31mb c) Label" in edit(*NUMBERS, session=session).text


def test_complaints_come_first(edit: Edit, config: Path, open_session: OpenSession) -> None:
    """What the file asks for and does not get is shown before the menu, and in full."""
    config.write_text("CONFIG_ON_BASE=y\n")
    shown = edit(session=open_session())
    assert shown.screen == "TextScreen"
    assert ".config:1: ON_BASE=y has no effect" in shown.text
    assert edit("escape", session=open_session()).screen == "BrowseScreen"


def test_without_colours(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR nothing is coloured, and the cursor's row is reversed."""
    monkeypatch.setenv("NO_COLOR", "1")
    shown = edit("down")
    styles = {segment.style for strip in shown.strips for segment in strip if segment.style}
    assert not [style for style in styles if style.color and not style.color.is_default]
    assert any(style.reverse for style in styles)
