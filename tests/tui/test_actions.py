"""Every action of the table: its key does what the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.session import Mode
from configurator.tui.actions import ACTIONS, Action, Where, actions_of, footer, help_sections, key_name
from configurator.tui.glyphs import ASCII, UNICODE
from configurator.tui.help import help_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.tui.conftest import Edit, Shown

    Check = Callable[[Shown], object]

NUMBERS = ("down", "down", "enter")  # into the menu "Numbers"
FORCED = ("down",) * 6 + ("y", "down")  # on a symbol that is selected
BLOCKED = ("Z", "down", "down", "down", "down", "down", "down")  # on ON_BASE, which needs BASE
SEARCH_BASE = ("slash", *"base")

CASES: dict[tuple[Where, str], tuple[tuple[str, ...], Check]] = {
    (Where.MENU, "up"): (("down", "up"), lambda shown: "Plain" in shown.row),
    (Where.MENU, "down"): (("down",), lambda shown: "[red]" in shown.row),
    (Where.MENU, "page_up"): (("G", "pageup"), lambda shown: "Plain" in shown.row),
    (Where.MENU, "page_down"): (("pagedown",), lambda shown: "Outer" in shown.row),
    (Where.MENU, "half_up"): (("G", "ctrl+u"), lambda shown: "Colour" in shown.row),
    (Where.MENU, "half_down"): (("ctrl+d",), lambda shown: "Selects" in shown.row),
    (Where.MENU, "first"): (("G", "g"), lambda shown: "Plain" in shown.row),
    (Where.MENU, "last"): (("G",), lambda shown: "Outer" in shown.row),
    (Where.MENU, "find_letter"): (("f", "n"), lambda shown: "Numbers" in shown.row),
    (Where.MENU, "select"): (NUMBERS, lambda shown: "Main menu › Numbers" in shown.lines[0]),  # noqa: RUF001
    (Where.MENU, "leave"): ((*NUMBERS, "escape"), lambda shown: "Numbers" in shown.row),
    (Where.MENU, "back"): ((*NUMBERS, "left"), lambda shown: "Numbers" in shown.row),
    (Where.MENU, "change"): (("space",), lambda shown: shown.row == "•[ ] Plain option"),
    (Where.MENU, "yes"): (("down", "y"), lambda shown: "[*] Option" in shown.row),
    (Where.MENU, "module"): (("m",), lambda shown: "[*] Plain" in shown.row),  # a tree without modules
    (Where.MENU, "no"): (("n",), lambda shown: "[ ] Plain" in shown.row),
    (Where.MENU, "plans"): ((*BLOCKED, "p"), lambda shown: "ON_BASE=y, BASE=y" in shown.text),
    (Where.MENU, "reset"): (("n", "r"), lambda shown: "[*] Plain" in shown.row),
    (Where.MENU, "reset_menu"): (("n", "R"), lambda shown: "[*] Plain" in shown.row),
    (Where.MENU, "reset_all"): (("n", "X"), lambda shown: "[*] Plain" in shown.row),
    (Where.MENU, "undo"): (("n", "u"), lambda shown: "[*] Plain" in shown.row),
    (Where.MENU, "redo"): (("n", "u", "U"), lambda shown: "[ ] Plain" in shown.row),
    (Where.MENU, "history"): (("n", "H"), lambda shown: "PLAIN y -> n" in shown.text),
    (Where.MENU, "search"): (SEARCH_BASE, lambda shown: "ON_BASE  On top of base" in shown.text),
    (Where.MENU, "jump_back"): (("slash", *"deep", "enter", "b"), lambda shown: "Plain" in shown.row),
    (Where.MENU, "filter"): (("n", "L", "down", "enter"), lambda shown: len(shown.browsing.rows) == 1),
    (Where.MENU, "why"): ((*FORCED, "w"), lambda shown: "selected by SELECTOR" in shown.text),
    (Where.MENU, "info"): (("question_mark",), lambda shown: "Defined at:" in shown.text),
    (Where.MENU, "changes"): (("n", "c"), lambda shown: "y → n" in shown.text),
    (Where.MENU, "preview"): (("v",), lambda shown: shown.lines[0] == " Preview"),
    (Where.MENU, "presets"): (("P",), lambda shown: "no presets" in shown.status),
    (Where.MENU, "unknown"): (("N",), lambda shown: "knows every symbol" in shown.status),
    (Where.MENU, "warnings"): (("exclamation_mark",), lambda shown: "nothing to warn of" in shown.text),
    (Where.MENU, "next_tab"): (("tab",), lambda shown: "[Why]" in shown.text),
    (Where.MENU, "previous_tab"): (("shift+tab",), lambda shown: "[Preview]" in shown.text),
    (Where.MENU, "pane_down"): (("J",), lambda shown: "PLAIN: bool" not in shown.text),
    (Where.MENU, "pane_up"): (("J", "K"), lambda shown: "PLAIN: bool" in shown.text),
    (Where.MENU, "toggle_pane"): (("F",), lambda shown: "PLAIN: bool" not in shown.text),
    (Where.MENU, "toggle_hidden"): (("Z",), lambda shown: "On top of base  (hidden)" in shown.text),
    (Where.MENU, "toggle_names"): (("C",), lambda shown: "Plain option  PLAIN" in shown.text),
    (Where.MENU, "toggle_tree"): (("T",), lambda shown: "▾  Numbers" in shown.text and "Speed" in shown.text),
    (Where.MENU, "fold_all"): (("minus",), lambda shown: "▸  Numbers" in shown.text),
    (Where.MENU, "unfold_all"): (("minus", "plus"), lambda shown: "▾  Numbers" in shown.text),
    (Where.MENU, "save"): (("n", "S"), lambda shown: not shown.session.modified),
    (Where.MENU, "save_as"): (("n", "W", *"2", "enter"), lambda shown: str(shown.session.path) == ".config2"),
    (Where.MENU, "save_minimal"): (("n", "D", "enter"), lambda shown: "saved to defconfig" in shown.status),
    (Where.MENU, "load"): (("n", "O", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.MENU, "theme"): (("t", "down"), lambda shown: shown.app.theme == "eggcup-light"),
    (Where.MENU, "palette"): (("colon",), lambda shown: "Jump back" in shown.text),
    (Where.MENU, "help"): (("f1",), lambda shown: "What the marks say" in shown.text),
    (Where.MENU, "redraw"): (("ctrl+l",), lambda shown: "Plain" in shown.text),
    (Where.MENU, "quit"): (("q",), lambda shown: shown.left),
    (Where.LIST, "up"): (("n", "H", "up", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.LIST, "down"): (("n", "H", "up", "down", "enter"), lambda shown: "[ ] Plain" in shown.row),
    (Where.LIST, "page_up"): (("n", "H", "pageup", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.LIST, "page_down"): (("n", "H", "g", "pagedown", "enter"), lambda shown: "[ ] Plain" in shown.row),
    (Where.LIST, "half_up"): (("n", "H", "ctrl+u", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.LIST, "half_down"): (("n", "H", "g", "ctrl+d", "enter"), lambda shown: "[ ] Plain" in shown.row),
    (Where.LIST, "first"): (("n", "H", "g", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.LIST, "last"): (("n", "H", "g", "G", "enter"), lambda shown: "[ ] Plain" in shown.row),
    (Where.LIST, "choose"): (("n", "c", "enter"), lambda shown: shown.screen == "BrowseScreen"),
    (Where.LIST, "cancel"): (("H", "escape"), lambda shown: shown.screen == "BrowseScreen"),
    (Where.LIST, "pane_down"): (("n", "c", "J"), lambda shown: "Main menu" not in shown.text),
    (Where.LIST, "pane_up"): (("n", "c", "J", "K"), lambda shown: "Main menu" in shown.text),
    (Where.SEARCH, "choose"): (("slash", *"deep", "enter"), lambda shown: "Deep" in shown.row),
    (Where.SEARCH, "cancel"): (("slash", "escape"), lambda shown: shown.screen == "BrowseScreen"),
    (Where.SEARCH, "up"): ((*SEARCH_BASE, "down", "up", "enter"), lambda shown: shown.row == "[ ] Base"),
    (Where.SEARCH, "down"): ((*SEARCH_BASE, "down", "enter"), lambda shown: "On top of base" in shown.row),
    (Where.SEARCH, "page_up"): ((*SEARCH_BASE, "pagedown", "pageup", "enter"), lambda shown: shown.row == "[ ] Base"),
    (Where.SEARCH, "page_down"): ((*SEARCH_BASE, "pagedown", "enter"), lambda shown: "Base" not in shown.row),
    (Where.SEARCH, "toggle_help"): (("slash", *"item", "ctrl+t"), lambda shown: "nothing found" in shown.status),
    (Where.SEARCH, "choose_filter"): (
        ("n", "slash", "ctrl+n", "down", "enter", *"option"),
        lambda shown: "PLAIN" in shown.text and "BRACKETS" not in shown.text,
    ),
    (Where.SEARCH, "toggle_found"): ((*SEARCH_BASE, "ctrl+space"), lambda shown: shown.session.symbol("BASE").value),
    (Where.SEARCH, "info_found"): ((*SEARCH_BASE, "ctrl+f"), lambda shown: "Defined at:" in shown.text),
    (Where.WHY, "choose"): ((*FORCED, "w", "down", "enter"), lambda shown: "Selects the forced" in shown.row),
    (Where.WHY, "plans"): ((*BLOCKED, "w", "p"), lambda shown: shown.screen == "PlansScreen"),
    (Where.PLANS, "choose"): ((*BLOCKED, "p", "enter"), lambda shown: shown.session.symbol("ON_BASE").value == "y"),
    (Where.CHANGES, "choose"): (("n", "G", "c", "enter"), lambda shown: "Plain" in shown.row),
    (Where.CHANGES, "against"): (("n", "c", "a", "d"), lambda shown: "against the defaults" in shown.lines[0]),
    (Where.CHANGES, "revert"): (("n", "c", "r"), lambda shown: shown.session.symbol("PLAIN").value == "y"),
    (Where.PRESETS, "choose"): (("P", "enter"), lambda shown: shown.bells == 1),  # this tree has none
    (Where.PRESETS, "save_preset"): (("P", "s", "a", "escape"), lambda shown: shown.screen == "PresetsScreen"),
    (Where.HISTORY, "choose"): (("n", "H", "up", "enter"), lambda shown: "[*] Plain" in shown.row),
    (Where.UNKNOWN, "choose"): (("N", "enter"), lambda shown: shown.bells == 1),  # this file has none
    (Where.UNKNOWN, "drop_all"): (("N", "d"), lambda shown: shown.screen == "UnknownScreen"),
    (Where.PALETTE, "choose"): (("colon", *"whole", "enter"), lambda shown: shown.browsing.mode is Mode.WHOLE_TREE),
    (Where.PALETTE, "cancel"): (("t", "down", "escape"), lambda shown: shown.app.theme == "eggcup"),
    (Where.PALETTE, "up"): (("t", "down", "up"), lambda shown: shown.app.theme == "eggcup"),
    (Where.PALETTE, "down"): (("t", "down"), lambda shown: shown.app.theme == "eggcup-light"),
    (Where.PALETTE, "page_up"): (("t", "pagedown", "pageup"), lambda shown: shown.app.theme == "eggcup"),
    (Where.PALETTE, "page_down"): (("t", "pagedown"), lambda shown: "eggcup" not in shown.app.theme),
    (Where.TEXT, "cancel"): (("f1", "escape"), lambda shown: shown.screen == "BrowseScreen"),
    (Where.TEXT, "down"): (("f1", "down"), lambda shown: "What the marks say" not in shown.text),
    (Where.TEXT, "up"): (("f1", "down", "up"), lambda shown: "What the marks say" in shown.text),
    (Where.TEXT, "page_down"): (("f1", "space"), lambda shown: "What the marks say" not in shown.text),
    (Where.TEXT, "page_up"): (("f1", "space", "ctrl+u"), lambda shown: "marks say" in shown.text),
    (Where.TEXT, "first"): (("f1", "G", "g"), lambda shown: "What the marks say" in shown.text),
    (Where.TEXT, "last"): (("f1", "G"), lambda shown: "Answering a question" in shown.text),
    (Where.TEXT, "help"): (("i", "question_mark"), lambda shown: "What the marks say" in shown.text),
    (Where.FIELD, "accept"): ((*NUMBERS, "down", "enter", "backspace", "enter"), lambda shown: "(960)" in shown.row),
    (Where.FIELD, "cancel"): ((*NUMBERS, "down", "enter", "backspace", "escape"), lambda shown: "9600" in shown.row),
    (Where.QUESTION, "choose"): (("n", "q", "enter"), lambda shown: shown.left and not shown.session.modified),
    (Where.QUESTION, "cancel"): (("n", "q", "escape"), lambda shown: not shown.left),
    (Where.QUESTION, "up"): (("n", "q", "down", "up", "enter"), lambda shown: not shown.session.modified),
    (Where.QUESTION, "down"): (("n", "q", "down", "enter"), lambda shown: shown.left and shown.session.modified),
}

LOW = dict.fromkeys([(Where.LIST, "pane_down"), (Where.LIST, "pane_up")], (80, 10))
"""The size of the terminal where it matters."""


def test_every_action_has_a_case() -> None:
    """No action of the table is without a test, and no test without an action."""
    assert set(CASES) == {(where, action.name) for where, actions in ACTIONS.items() for action in actions}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].name}-{case[1]}")
def test_action(edit: Edit, case: tuple[Where, str]) -> None:
    """The key of the action does what the table says."""
    keys, check = CASES[case]
    shown = edit(*keys, size=LOW.get(case, (80, 24)))
    if not check(shown):
        pytest.fail(shown.text)


@pytest.mark.parametrize("action", [one for one in ACTIONS[Where.MENU] if len(one.keys) > 1], ids=lambda one: one.name)
def test_every_key_of_an_action(edit: Edit, action: Action) -> None:
    """All keys of an action of the menu do the same as the first one."""
    first, *others = action.keys
    for other in others:
        assert edit("down", "n", other).lines == edit("down", "n", first).lines


@pytest.mark.parametrize("where", list(Where))
def test_no_key_has_two_meanings(where: Where) -> None:
    """On a kind of screen each key stands for one action."""
    keys = [key for action in actions_of(where) for key in action.keys]
    assert len(keys) == len(set(keys))


def test_palette_has_every_action(edit: Edit) -> None:
    """Each action of the menu can be chosen from the list of commands."""
    text = edit("colon", size=(120, 60)).text
    for action in actions_of(Where.MENU):
        assert action.label in text
        assert action.help[:60] in text


def test_help_has_every_action(edit: Edit) -> None:
    """Each action of the table stands in the help with all its keys."""
    text = "\n".join(span.text for span in help_text(UNICODE))
    for _, lines in help_sections():
        for keys, does in lines:
            assert f"{keys:<24} {does}" in text
    assert edit("f1").lines[0] == " Keys"
    assert all(span.text.isascii() for span in help_text(ASCII))


@pytest.mark.parametrize("where", list(Where))
def test_footer_names_keys_of_the_screen(where: Where) -> None:
    """The line of keys holds actions of the screen, each with its first key."""
    first_keys = {action.name: key_name(action.keys[0]) for action in actions_of(where)}
    assert [(name, first_keys[name]) for name, *_ in footer(where)] == [(name, key) for name, key, _ in footer(where)]


def test_saving_as_writes_the_other_file(edit: Edit, config: Path) -> None:
    """Save as leaves the first file alone."""
    before = config.read_text()
    edit("n", "W", "2", "enter")
    assert config.read_text() == before
    assert "# CONFIG_PLAIN is not set" in config.with_name(".config2").read_text()
