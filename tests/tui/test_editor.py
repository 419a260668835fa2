"""The editor driven by keys and clicks: every action, and what the screen shows for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from configurator.model import Configuration
from configurator.tui.help import help_text, key_name, keys_of
from configurator.tui.screens.browse import KEYS
from configurator.tui.state import MenuState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeTree
    from tests.tui.conftest import Edit

NUMBERS = ("down", "down", "enter")  # into the menu "Numbers"


def test_first_screen(edit: Edit) -> None:
    """The editor opens on the main menu, with title, trail, description and the most wanted keys."""
    shown = edit()
    assert shown.lines[0] == " Test tree [of brackets]   .config"
    assert shown.lines[1] == " Main menu"
    assert shown.lines[2] == " [*] Plain option"
    assert " PLAIN: bool, now y" in shown.lines
    assert shown.footer == "Enter Select Esc Back / Search i Info ? Help Z Hidden C Names S Save q Quit"


def test_brackets_are_shown_as_they_are(edit: Edit) -> None:
    """Text from Kconfig files is no markup."""
    shown = edit("down")
    assert shown.lines[3] == " [ ] Option [red]in[/red] [brackets] 100%"


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (("down",), "[ ] Option"),
        (("j", "j"), "Numbers"),
        (("j", "j", "k"), "[ ] Option"),
        (("down", "up"), "[*] Plain"),
        (("up",), "[*] Plain"),
        (("end",), "Outer"),
        (("G",), "Outer"),
        (("G", "home"), "[*] Plain"),
        (("G", "g"), "[*] Plain"),
        (("pagedown",), "Outer"),
        (("G", "pageup"), "[*] Plain"),
        (("ctrl+d",), "Selects"),
        (("G", "ctrl+u"), "Colour"),
    ],
)
def test_moving(edit: Edit, keys: tuple[str, ...], row: str) -> None:
    """The cursor keys, those of vi and the paging keys move the cursor, which stays in the menu."""
    assert row in edit(*keys, size=(80, 24)).row


@pytest.mark.parametrize("key", ["enter", "right", "l"])
def test_enter_a_menu(edit: Edit, key: str) -> None:
    """Enter, Right and l open a menu."""
    assert edit("down", "down", key).lines[1] == " Main menu > Numbers"


@pytest.mark.parametrize("key", ["escape", "left", "h", "backspace"])
def test_leave_a_menu(edit: Edit, key: str) -> None:
    """Esc, Left, h and Backspace go back, to the entry that was left."""
    shown = edit(*NUMBERS, key)
    assert shown.lines[1] == " Main menu"
    assert "Numbers" in shown.row


@pytest.mark.parametrize("key", ["left", "h", "backspace"])
def test_back_at_the_top_stays(edit: Edit, key: str) -> None:
    """At the top only Esc and q leave the editor, no cursor key."""
    assert not edit(key).left


@pytest.mark.parametrize("key", ["escape", "q", "Q", "ctrl+q", "ctrl+c"])
def test_leave_without_changes(edit: Edit, key: str) -> None:
    """With nothing to save there is no question."""
    assert edit(key).left


@pytest.mark.parametrize("key", ["space", "enter", "n"])
def test_toggle(edit: Edit, key: str) -> None:
    """Space, Enter and n switch an option off; the title tells that something is unsaved."""
    shown = edit(key)
    assert shown.lines[2] == " [ ] Plain option"
    assert shown.lines[0] == " Test tree [of brackets]   .config [modified]"
    assert " PLAIN: bool, now n" in shown.lines


def test_yes(edit: Edit) -> None:
    """The key y switches an option on."""
    assert edit("down", "y").row.startswith("[*]")


def test_space_toggles_an_option_with_a_menu(edit: Edit) -> None:
    """Space changes what Enter would open; Enter then opens it."""
    keys = ("down",) * 4
    assert edit(*keys, "space").row == "[*] Network  --->"
    assert edit(*keys, "space", "enter").lines[1] == " Main menu > Network"


def test_refused_change_says_why(edit: Edit) -> None:
    """The message line tells why a value stays, until the cursor moves."""
    keys = ("down",) * 6
    assert edit(*keys, "y", "down", "n").message == "FORCED stays y: it is selected by SELECTOR"
    assert edit(*keys, "y", "down", "n", "up").message == ""


def test_choice(edit: Edit) -> None:
    """A choice opens on its member; choosing another one goes back and shows it."""
    keys = ("down", "down", "down", "enter")
    shown = edit(*keys)
    assert shown.lines[2:5] == [" ( ) Red", " (X) Green", " ( ) Blue"]
    assert shown.row == "(X) Green"
    assert edit(*keys, "down", "space").row == "Colour (Blue)  --->"


def test_edit_a_value(edit: Edit) -> None:
    """The dialog has prompt, range and value; Enter takes a new value."""
    keys = (*NUMBERS, "down", "enter")
    shown = edit(*keys)
    assert shown.screen == "EditScreen"
    assert "Speed" in shown.text
    assert "A whole number from 50 to 9600" in shown.text
    assert shown.footer == "Enter OK Esc Cancel"
    assert edit(*keys, *["backspace"] * 4, *"1200", "enter").row == "(1200) Speed"


def test_wrong_value_is_said_while_typing(edit: Edit) -> None:
    """A value out of range is told at once, and Enter does not take it."""
    keys = (*NUMBERS, "down", "enter", "1")
    for more in ((), ("enter",)):
        shown = edit(*keys, *more)
        assert shown.screen == "EditScreen"
        assert "SPEED=96001 is out of range" in shown.text
    shown = edit(*keys, "backspace")
    assert "out of range" not in shown.text


def test_cancelled_edit_changes_nothing(edit: Edit) -> None:
    """Esc closes the dialog with the value as it was."""
    shown = edit(*NUMBERS, "down", "enter", "backspace", "escape")
    assert shown.screen == "BrowseScreen"
    assert shown.row == "(9600) Speed"
    assert not shown.state.modified


def test_edit_survives_a_click_elsewhere(edit: Edit) -> None:
    """Enter takes the value even when a click has taken the focus from the input."""
    assert edit(*NUMBERS, "down", "enter", "backspace", (2, 2), "enter").row == "(960) Speed"


def test_names(edit: Edit) -> None:
    """C shows the names, and hides them again."""
    assert edit("C").lines[2] == " [*] Plain option  PLAIN"
    assert edit("C", "C").lines[2] == " [*] Plain option"


@pytest.mark.parametrize("key", ["Z", "A"])
def test_hidden(edit: Edit, key: str) -> None:
    """Z shows what cannot be set now, and says so; again, it is left out."""
    shown = edit("G", key)
    assert "   - - On top of base  (hidden)" in shown.lines
    assert shown.row == "Outer  --->"
    assert shown.message == "hidden symbols are shown"
    shown = edit(key, key)
    assert "(hidden)" not in shown.text
    assert shown.message == "hidden symbols are left out"


def test_description_can_be_put_away(edit: Edit) -> None:
    """F gives the description's lines to the menu, and back."""
    assert "PLAIN: bool" not in edit("F").text
    assert "PLAIN: bool" in edit("F", "F").text


@pytest.mark.parametrize("close", ["escape", "q", "enter", "i"])
def test_info(edit: Edit, close: str) -> None:
    """The key i shows all about the entry under the cursor."""
    shown = edit(*NUMBERS, "down", "i")
    assert shown.lines[0] == " Speed"
    assert " SPEED: int from 50 to 9600, now 9600" in shown.lines
    assert " In menu:    Main menu > Numbers" in shown.lines
    assert edit(*NUMBERS, "down", "i", close).lines[1] == " Main menu > Numbers"


@pytest.mark.parametrize("key", ["question_mark", "f1"])
def test_help(edit: Edit, key: str) -> None:
    """The help screen lists the keys and scrolls."""
    shown = edit(key)
    assert shown.lines[0] == " Keys"
    assert "   Enter, Right, l         Open the menu, change the symbol" in shown.lines
    ends = [edit(key, *keys).text for keys in (("G",), ("end",), ("pagedown",) * 4)]
    assert "Stay" in ends[0]
    assert len({re.sub("[▁-▇]", "", end) for end in ends}) == 1
    assert edit(key, "G", "g").text == edit(key, "down", "j", "k", "up").text == shown.text


def test_help_has_every_binding() -> None:
    """Each key of each screen stands in the help, with what it does."""
    text = "\n".join(span.text for span in help_text(KEYS))
    for _, owner in KEYS:
        for binding in Binding.make_bindings(owner.BINDINGS):
            does = binding.tooltip or binding.description
            assert does
            assert any(key_name(binding.key) in keys for what, keys in keys_of(owner) if what == does)
            assert does in text


@pytest.mark.parametrize("close", ["escape", "enter"])
def test_search(edit: Edit, close: str) -> None:
    """The search lists matches at every key; Enter jumps to one, Esc goes back."""
    shown = edit("slash", *"deep")
    assert shown.screen == "SearchScreen"
    assert " DEEP  Deep inside  = n  in Outer > Inner" in shown.lines
    assert " DEEP: bool, now n" in shown.lines
    assert "1 found" in shown.text
    after = edit("slash", *"deep", close)
    assert after.lines[1] == (" Main menu > Outer > Inner" if close == "enter" else " Main menu")


def test_search_moves_in_the_matches(edit: Edit) -> None:
    """The cursor keys move in the list of matches while the input has the focus."""
    assert edit("slash", *"base", "down", "enter").row.startswith("- - On top of base")
    assert edit("slash", *"base", "down", "up", "enter").row == "[ ] Base"
    assert edit("slash", "pagedown", "pageup", "enter").row == "[*] Plain option"
    assert "Inner" in edit("slash", *"er$", "pagedown", "enter").row


def test_search_that_finds_nothing(edit: Edit) -> None:
    """Without a match Enter stays in the search."""
    shown = edit("slash", *"nosuch", "enter")
    assert shown.screen == "SearchScreen"
    assert "nothing found" in shown.text


def test_search_remembers_the_query(edit: Edit) -> None:
    """A second search begins with the words and matches of the first."""
    shown = edit("slash", *"deep", "enter", "slash")
    assert " DEEP  Deep inside  = n  in Outer > Inner" in shown.lines


@pytest.mark.parametrize("key", ["S", "ctrl+s"])
def test_save(edit: Edit, config: Path, key: str) -> None:
    """S saves and stays; the title says so."""
    shown = edit("space", key)
    assert not shown.left
    assert shown.message == "saved to .config"
    assert shown.lines[0] == " Test tree [of brackets]   .config"
    assert "# CONFIG_PLAIN is not set" in config.read_text()


@pytest.mark.parametrize("keys", [("S",), ("q", "y")])
def test_save_that_fails(edit: Edit, config: Path, open_state: Callable[[], MenuState], keys: tuple[str, ...]) -> None:
    """An error stands in the message line, the changes stay unsaved and the editor stays open."""
    state = open_state()
    config.unlink()
    config.mkdir()
    shown = edit("space", *keys, state=state)
    assert shown.message == "not saved: .config: is a folder, not a file"
    assert "[modified]" in shown.lines[0]
    assert not shown.left


@pytest.mark.parametrize(
    ("keys", "left", "saved"),
    [
        (("q", "y"), True, True),
        (("q", "enter"), True, True),
        (("q", "right", "enter"), True, False),
        (("q", "l", "h", "enter"), True, True),
        (("q", "n"), True, False),
        (("q", "escape"), False, False),
        (("q", "c"), False, False),
        (("escape", "n"), True, False),
        (("ctrl+c", "n"), True, False),
        (("question_mark", "ctrl+c", "y"), True, True),
    ],
)
def test_leave_with_changes(edit: Edit, config: Path, keys: tuple[str, ...], *, left: bool, saved: bool) -> None:
    """With something to save the editor asks: yes, no, or stay."""
    shown = edit("space", *keys)
    assert shown.left is left
    assert ("# CONFIG_PLAIN is not set" in config.read_text()) is saved


def test_question_names_the_file(edit: Edit) -> None:
    """The question says what would be written."""
    assert "Save the configuration to .config?" in edit("space", "q").text


def test_no_question_after_changing_back(edit: Edit) -> None:
    """A change that was undone by hand is none."""
    assert edit("space", "space", "q").left


def test_mouse(edit: Edit) -> None:
    """A click puts the cursor on a row, a second one chooses it; a click below the rows does nothing."""
    assert "Numbers" in edit((6, 4)).row
    assert edit((6, 4), (6, 4)).lines[1] == " Main menu > Numbers"
    assert edit((6, 4), (6, 14)).row == edit((6, 4)).row


def test_mouse_answers_the_question(edit: Edit) -> None:
    """The buttons of the question can be clicked."""
    shown = edit("space", "q")
    line = next(number for number, text in enumerate(shown.lines) if "Discard" in text)
    assert edit("space", "q", (shown.lines[line].index("Discard"), line)).left


def test_mouse_in_the_search(edit: Edit) -> None:
    """A click on a match chooses it like Enter."""
    shown = edit("slash", *"deep")
    line = next(number for number, text in enumerate(shown.lines) if "DEEP  Deep" in text)
    assert edit("slash", *"deep", (5, line)).lines[1] == " Main menu > Outer > Inner"


def test_wide_terminal(edit: Edit) -> None:
    """A wide terminal shows the description beside the menu."""
    shown = edit(size=(120, 30))
    assert "-wide" in shown.classes
    assert "[*] Plain option" in shown.lines[2]
    assert "PLAIN: bool, now y" in shown.lines[2]


@pytest.mark.parametrize("size", [(40, 12), (20, 8), (10, 4), (200, 60)])
def test_any_size(edit: Edit, size: tuple[int, int]) -> None:
    """Small and large terminals work; no line is wider than the screen."""
    shown = edit("G", "enter", "enter", "Z", size=size)
    assert shown.state.trail == "Main menu > Outer > Inner"
    assert max(map(len, shown.lines)) <= size[0]


def test_long_line_ends_in_an_ellipsis(edit: Edit) -> None:
    """What does not fit is cut so that it shows."""
    assert edit("down", size=(30, 20)).lines[3] == " [ ] Option [red]in[/red] [b…"


def test_wide_characters(edit: Edit) -> None:
    """Characters of two columns are neither cut in half nor misplaced."""
    shown = edit("G", "enter", "enter", "down", size=(80, 24))
    assert shown.lines[3] == " (卵) 幅の広い文字 and 🥚"


def test_long_description_names_the_key_for_the_rest(make_tree: MakeTree, edit: Edit, config: Path) -> None:
    """A help text longer than its pane says how to read on; i shows all of it."""
    paragraphs = "\n\n".join(f"\t  Paragraph {number}." for number in range(40))
    kconfig = make_tree({"Kconfig": f'config A\n\tbool "A"\n\thelp\n{paragraphs}\n'})

    def state() -> MenuState:
        return MenuState(Configuration.load(kconfig), config)

    assert "(i shows the rest)" in edit(state=state()).text
    assert "Paragraph 39." in edit("i", "G", state=state()).text


def test_long_menu_scrolls_with_the_cursor(make_tree: MakeTree, edit: Edit, config: Path) -> None:
    """In a menu with more rows than lines the cursor stays in view, both ways."""
    kconfig = make_tree({"Kconfig": "".join(f'config A{n}\n\tbool "Option {n}"\n' for n in range(200))})

    def state() -> MenuState:
        return MenuState(Configuration.load(kconfig), config)

    assert " [ ] Option 199 (NEW)" in [line.rstrip(" ▁▂▃▄▅▆▇█") for line in edit("G", state=state()).lines]
    assert " [ ] Option 0 (NEW)" in [line.rstrip(" ▁▂▃▄▅▆▇█") for line in edit("G", "g", state=state()).lines]
    assert edit("G", "k", "space", state=state()).row == "[*] Option 198"


def test_control_characters_do_not_reach_the_terminal(edit: Edit, open_state: Callable[[], MenuState]) -> None:
    """An escape sequence in a value is shown as a replacement character."""
    state = open_state()
    state.jump(state.search("^LABEL$").rows[0].node)
    state.assign("a\x1b[31mb\tc")
    assert "(a\N{REPLACEMENT CHARACTER}[31mb c) Label" in edit(state=state).text


def test_complaints_come_first(edit: Edit, config: Path, open_state: Callable[[], MenuState]) -> None:
    """What the file asks for and does not get is shown before the menu, and in full."""
    config.write_text("CONFIG_ON_BASE=y\n")
    shown = edit(state=open_state())
    assert shown.screen == "TextScreen"
    assert ".config:1: ON_BASE=y has no effect" in shown.text
    assert edit("escape", state=open_state()).screen == "BrowseScreen"


def test_empty_tree(make_tree: MakeTree, edit: Edit, config: Path) -> None:
    """A tree without entries opens, takes every key, and closes."""
    kconfig = make_tree({"Kconfig": 'mainmenu "Nothing"\n'})
    keys = (
        "down",
        "up",
        "G",
        "g",
        "pagedown",
        "enter",
        "space",
        "y",
        "n",
        "Z",
        "C",
        "i",
        "escape",
        "slash",
        "a",
        "enter",
    )
    state = MenuState(Configuration.load(kconfig), config)
    assert edit(*keys, "escape", "q", "n", state=state).left
