"""The editor's state without a screen: where one can go, what changes, what is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.errors import UsageError
from configurator.model import Configuration
from configurator.tui.state import Answer, MenuState

if TYPE_CHECKING:
    from collections.abc import Callable

    from configurator.tui.rows import Span

TREE = Path(__file__).parent / "data" / "Kconfig"


def _rows(state: MenuState) -> list[str]:
    return [row.text for row in state.rows]


def _go(state: MenuState, *path: str) -> None:
    """Enter the menus whose rows contain the given texts; put the cursor on the last one."""
    for number, text in enumerate(path):
        state.move_to(next(index for index, row in enumerate(_rows(state)) if text in row))
        if number < len(path) - 1:
            assert state.select() is Answer.ENTERED


def _value(state: MenuState, name: str) -> str:
    """Return the value that saving the state gives a symbol."""
    state.save()
    return Configuration.load(TREE, state.path).get(name)


def _text(spans: list[Span]) -> str:
    return "\n".join(span.text for span in spans)


def test_top_menu_shows_what_is_visible(state: MenuState) -> None:
    """The main menu lists symbols, menus, choices and comments, the hidden ones left out."""
    assert _rows(state) == [
        "[*] Plain option",
        "[ ] Option [red]in[/red] [brackets] 100%",
        "    Numbers  --->",
        "    Colour (Green)  --->",
        "[ ] Network  ----",
        "[ ] Base",
        "[ ] Selects the forced one",
        "[ ] Forced one",
        "    *** A comment, shown while PLAIN is y ***",
        "    Outer  --->",
    ]
    assert state.title == "Test tree [of brackets]"
    assert state.trail == "Main menu"
    assert state.cursor == 0


def test_enter_and_leave_a_menu(state: MenuState) -> None:
    """Entering shows the menu's rows; leaving puts the cursor on the entry that was entered."""
    _go(state, "Numbers")
    assert state.select() is Answer.ENTERED
    assert state.trail == "Main menu > Numbers"
    assert _rows(state) == ["(0x3f8) I/O port", "(9600) Speed", "[ ] Fast line", '(a [b] "c") Label']
    assert state.leave() is Answer.LEFT
    assert "Numbers" in _rows(state)[state.cursor]


def test_leave_at_the_top(state: MenuState) -> None:
    """There is nothing above the main menu."""
    assert state.leave() is Answer.AT_TOP


def test_nested_menus_show_the_way(state: MenuState) -> None:
    """The trail names every menu on the way down."""
    _go(state, "Outer", "Inner")
    state.select()
    assert state.trail == "Main menu > Outer > Inner"


@pytest.mark.parametrize("action", [MenuState.toggle, MenuState.select])
def test_toggle_a_bool(state: MenuState, action: Callable[[MenuState], Answer]) -> None:
    """Space and Enter both give a bool its other value."""
    assert action(state) is Answer.CHANGED
    assert _rows(state)[0] == "[ ] Plain option"
    assert action(state) is Answer.CHANGED
    assert _rows(state)[0] == "[*] Plain option"


def test_yes_and_no(state: MenuState) -> None:
    """The keys y and n set a bool, whatever it was."""
    for value, row in [("n", "[ ] Plain option"), ("n", "[ ] Plain option"), ("y", "[*] Plain option")]:
        state.answer_bool(value)
        assert _rows(state)[0] == row


def test_yes_means_nothing_to_a_number(state: MenuState) -> None:
    """The key y neither changes nor opens the editor of a value."""
    _go(state, "Numbers", "Speed")
    assert state.answer_bool("y") is Answer.UNCHANGED
    assert not state.modified


def test_a_comment_cannot_be_changed(state: MenuState) -> None:
    """No action does anything to a comment."""
    _go(state, "A comment")
    assert [state.toggle(), state.select(), state.answer_bool("y"), state.assign("y")] == [Answer.UNCHANGED] * 4
    assert not state.modified


def test_forced_symbol_says_who_forces_it(state: MenuState) -> None:
    """A selected symbol stays y; the note and the description name the selecting one."""
    _go(state, "Selects")
    state.answer_bool("y")
    _go(state, "Forced")
    assert _rows(state)[state.cursor] == "-*- Forced one"
    assert state.answer_bool("n") is Answer.UNCHANGED
    assert state.note == "FORCED stays y: it is selected by SELECTOR"
    assert "it is selected by SELECTOR" in _text(state.summary())


def test_hidden_symbol_says_what_it_needs(state: MenuState) -> None:
    """A symbol whose dependency is unmet stays as it is, and nothing of the attempt remains."""
    state.toggle_hidden()
    _go(state, "On top of base")
    assert state.answer_bool("y") is Answer.UNCHANGED
    assert state.note == "ON_BASE stays n: it needs BASE (BASE=n)"
    _go(state, "Base")
    state.answer_bool("y")
    assert _value(state, "ON_BASE") == "n"


def test_hidden_number_is_not_opened(state: MenuState) -> None:
    """Editing a value that could not take effect is refused before it begins."""
    state.toggle_hidden()
    _go(state, "Network", "Address")
    assert state.select() is Answer.UNCHANGED
    assert state.note == "cannot be set now: it needs NETWORK (NETWORK=n)"


def test_symbol_without_prompt(state: MenuState) -> None:
    """A symbol without prompt shows under its name and says why it cannot be set."""
    state.toggle_hidden()
    _go(state, "HAVE_NOTHING")
    assert _rows(state)[state.cursor] == "- - HAVE_NOTHING  (hidden)"
    assert state.toggle() is Answer.UNCHANGED
    assert "it has no prompt" in state.note


def test_choose_a_member(state: MenuState) -> None:
    """A choice opens on the chosen member; choosing another one leaves the choice."""
    _go(state, "Colour")
    assert state.select() is Answer.ENTERED
    assert _rows(state) == ["( ) Red", "(X) Green", "( ) Blue"]
    assert state.cursor == 1
    state.move_to(2)
    assert state.toggle() is Answer.LEFT
    assert _rows(state)[state.cursor] == "    Colour (Blue)  --->"
    assert _value(state, "BLUE") == "y"


def test_a_choice_cannot_be_emptied(state: MenuState) -> None:
    """The key n on the chosen member says what to do instead."""
    _go(state, "Colour", "Green")
    assert state.answer_bool("n") is Answer.UNCHANGED
    assert "one of its choice must be y" in state.note


def test_dependent_entries_are_indented(state: MenuState) -> None:
    """What depends on the entry above stands below it, further right, as soon as it can be set."""
    _go(state, "Base")
    state.answer_bool("y")
    _go(state, "On top of base")
    state.answer_bool("y")
    start = state.cursor - 1
    assert _rows(state)[start : start + 3] == ["[*] Base", "  [*] On top of base", "    [ ] On top of that (NEW)"]


def test_menu_without_settings(state: MenuState) -> None:
    """A menuconfig that is off has nothing to show and says how to change that; y opens it."""
    _go(state, "Network")
    assert state.select() is Answer.UNCHANGED
    assert state.note == "nothing to set in here while it is n (y turns it on)"
    state.toggle()
    assert _rows(state)[state.cursor] == "[*] Network  --->"
    assert state.select() is Answer.ENTERED


def test_cursor_stays_with_its_entry(state: MenuState) -> None:
    """Rows that appear above do not move the cursor to another entry."""
    _go(state, "Outer")
    before = state.cursor
    state.toggle_hidden()
    assert "Outer" in _rows(state)[state.cursor]
    assert state.cursor > before


def test_cursor_of_a_vanished_entry(state: MenuState) -> None:
    """When the entry under the cursor goes, the cursor takes the one before it."""
    state.toggle_hidden()
    _go(state, "On top of base")
    state.toggle_hidden()
    assert _rows(state)[state.cursor] == "[ ] Base"


def test_move_outside_the_menu(state: MenuState) -> None:
    """A row that is not there is not gone to."""
    state.move_to(3)
    state.move_to(99)
    state.move_to(-1)
    assert state.cursor == 3


def test_names(state: MenuState) -> None:
    """Names stand behind the prompts while they are switched on."""
    state.toggle_names()
    assert _rows(state)[0] == "[*] Plain option  PLAIN"
    state.toggle_names()
    assert _rows(state)[0] == "[*] Plain option"


def test_value_field(state: MenuState) -> None:
    """A value comes with its prompt, the range that holds now, and a check of each text."""
    _go(state, "Numbers", "Speed")
    assert state.select() is Answer.NEEDS_VALUE
    field = state.field()
    assert (field.title, field.expects, field.value) == ("Speed", "A whole number from 50 to 9600", "9600")
    assert field.problem("50") == ""
    assert "out of range" in field.problem("9601")
    assert "whole decimal number" in field.problem("fast")
    assert "whole decimal number" in field.problem("")
    assert not state.modified


def test_range_that_holds_now(state: MenuState) -> None:
    """The range follows the symbols it depends on."""
    _go(state, "Numbers", "Fast")
    state.answer_bool("y")
    _go(state, "Speed")
    assert state.field().expects == "A whole number from 50 to 115200"
    assert state.field().problem("115200") == ""


@pytest.mark.parametrize(
    ("row", "name", "text", "value"),
    [
        ("Speed", "SPEED", "4800", "4800"),
        ("I/O port", "PORT", "0x2F8", "0x2f8"),
        ("I/O port", "PORT", "2f8", "0x2f8"),
        ("Label", "LABEL", '[x] "y" \\ é', '[x] "y" \\ é'),
        ("Label", "LABEL", "", ""),
    ],
)
def test_set_a_value(state: MenuState, row: str, name: str, text: str, value: str) -> None:
    """Numbers, hexadecimal numbers with and without 0x, and texts are taken and saved."""
    _go(state, "Numbers", row)
    assert state.assign(text) is Answer.CHANGED
    assert state.modified
    assert _value(state, name) == value


def test_wrong_value_changes_nothing(state: MenuState) -> None:
    """A value out of range is refused with a note."""
    _go(state, "Numbers", "Speed")
    assert state.assign("1") is Answer.UNCHANGED
    assert "out of range" in state.note
    assert not state.modified


def test_field_of_a_menu_is_a_mistake(state: MenuState) -> None:
    """Only a symbol has a value to edit."""
    _go(state, "Numbers")
    with pytest.raises(ValueError, match="no value"):
        state.field()


def test_modified_only_if_something_would_change(state: MenuState) -> None:
    """Changing a value and changing it back leaves nothing to save."""
    assert not state.modified
    state.toggle()
    assert state.modified
    state.toggle()
    assert not state.modified


def test_comments_and_order_are_no_change(config: Path, open_state: Callable[[], MenuState]) -> None:
    """A file with the same settings in another order, with other comments, needs no saving."""
    lines = config.read_text().splitlines()
    config.write_text("# by hand\n" + "\r\n".join(reversed([line for line in lines if "CONFIG_" in line])))
    assert not open_state().modified


def test_missing_setting_is_a_change(config: Path, open_state: Callable[[], MenuState]) -> None:
    """A file that does not name a symbol would get it; its row says that it is new."""
    config.write_text("".join(line for line in config.read_text().splitlines(keepends=True) if "_BASE" not in line))
    state = open_state()
    assert state.modified
    assert "[ ] Base (NEW)" in _rows(state)


def test_missing_file_is_a_change(config: Path, open_state: Callable[[], MenuState]) -> None:
    """Without a file there is something to save, and not everything is called new."""
    config.unlink()
    state = open_state()
    assert state.modified
    assert "[ ] Base" in _rows(state)
    state.save()
    assert not state.modified
    assert config.exists()


def test_save(state: MenuState, config: Path) -> None:
    """Saving writes the file once, keeps the former one, and says what it did."""
    state.toggle()
    assert state.save() == "saved to .config"
    assert "# CONFIG_PLAIN is not set" in config.read_text()
    assert "CONFIG_PLAIN=y" in Path(".config.old").read_text()
    assert state.save() == "no change to .config"
    assert state.wrote
    assert not state.modified


def test_save_that_fails(state: MenuState, config: Path) -> None:
    """A file that cannot be written is an error, and the changes are still unsaved."""
    state.toggle()
    config.unlink()
    config.mkdir()
    with pytest.raises(UsageError, match="folder"):
        state.save()
    assert state.modified


def test_new_mark_goes_with_saving(config: Path, open_state: Callable[[], MenuState]) -> None:
    """What the user has set is not new any more."""
    config.write_text("CONFIG_PLAIN=y\n")
    state = open_state()
    _go(state, "Base (NEW)")
    state.toggle()
    assert _rows(state)[state.cursor] == "[*] Base"


def test_complaints(config: Path, open_state: Callable[[], MenuState]) -> None:
    """An assignment in the file that has no effect is told, with its line."""
    config.write_text("CONFIG_PLAIN=y\nCONFIG_ON_BASE=y\n")
    complaints = open_state().complaints
    assert len(complaints) == 1
    assert complaints[0].startswith(".config:2: ON_BASE=y has no effect")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("speed", "SPEED"),
        ("CONFIG_SPEED", "SPEED"),
        ("^s.*d$", "SPEED"),
        ("on that", "ON_TOP"),
        ("[brackets]", "PLAIN"),
        ("[red", "BRACKETS"),
        ("[[", None),
        ("base", "BASE"),
        ("no such thing", None),
    ],
)
def test_search(state: MenuState, query: str, first: str | None) -> None:
    """Words are regular expressions that must all match name or prompt; a broken one is taken literally."""
    found = state.search(query)
    assert state.query == query
    if first is None:
        assert not found.rows
        assert found.note == "nothing found"
    else:
        assert found.rows[0].text.startswith(f"{first}  ")
        assert found.note == f"{len(found.rows)} found"


def test_search_for_nothing_lists_all(state: MenuState) -> None:
    """An empty search lists every entry, hidden ones and menus too, with the menus they lie in."""
    texts = [row.text for row in state.search("").rows]
    assert "HAVE_NOTHING  = n  (hidden)" in texts
    assert "DEEP  Deep inside  = n  in Outer > Inner" in texts
    assert "Outer" in texts


def test_jump(state: MenuState) -> None:
    """A jump goes into the entry's menu, from wherever."""
    _go(state, "Numbers", "Speed")
    state.jump(state.search("deep").rows[0].node)
    assert state.trail == "Main menu > Outer > Inner"
    assert _rows(state)[state.cursor] == "[ ] Deep inside"
    assert not state.show_hidden


def test_jump_to_a_hidden_entry(state: MenuState) -> None:
    """A jump to what is hidden shows the hidden entries, and says so."""
    state.jump(state.search("^ON_TOP$").rows[0].node)
    assert "On top of that" in _rows(state)[state.cursor]
    assert state.note == "hidden symbols are shown"


def test_jump_into_a_choice(state: MenuState) -> None:
    """A member of a choice is shown inside it."""
    state.jump(state.search("^blue$").rows[0].node)
    assert state.trail == "Main menu > Colour"
    assert _rows(state)[state.cursor] == "( ) Blue"


def test_details(state: MenuState) -> None:
    """The full description has type, range, place, dependencies with their values, and the help."""
    state.jump(state.search("^ON_TOP$").rows[0].node)
    text = _text(state.details())
    assert "ON_TOP: bool, now n" in text
    assert "In menu:    Main menu" in text
    assert f"{TREE}:" in text
    assert "NOT met: ON_BASE (ON_BASE=n)" in text
    state.jump(state.search("^PLAIN$").rows[0].node)
    assert "A first paragraph that is long enough to be joined and wrapped anew." in _text(state.details())
    state.jump(state.search("^SPEED$").rows[0].node)
    assert "SPEED: int from 50 to 9600, now 9600" in _text(state.details())
    state.jump(state.search("^Inner$").rows[0].node)
    assert "Outer" in _text(state.details())


def test_empty_tree(tmp_path: Path) -> None:
    """A tree without entries has no rows, and no action fails on it."""
    kconfig = tmp_path / "Kconfig"
    kconfig.write_text('mainmenu "Nothing"\n')
    state = MenuState(Configuration.load(kconfig), tmp_path / ".config")
    assert _rows(state) == []
    assert state.select() is state.toggle() is state.answer_bool("y") is Answer.UNCHANGED
    assert (state.summary(), state.details(), state.cursor, state.cursor_title) == ([], [], 0, "Nothing")
    assert state.search("x").note == "nothing found"


MODULES = """\
config MODULES
	bool "Modules"
	default y
	modules
config A
	tristate "A"
config B
	bool "B"
config C
	tristate "C"
	select D
config D
	tristate "D"
config E
	tristate "E"
	depends on A
"""


@pytest.fixture
def tristates(tmp_path: Path) -> MenuState:
    """Return the state of an editor on a tree with modules."""
    kconfig = tmp_path / "Kconfig"
    kconfig.write_text(MODULES)
    return MenuState(Configuration.load(kconfig), tmp_path / ".config")


def _row(state: MenuState, name: str) -> str:
    return next(row.text for row in state.rows if row.text.endswith(f" {name}"))


def test_space_goes_through_the_values_of_a_tristate(tristates: MenuState) -> None:
    """It is n, m, y, and n again; without modules it is n and y."""
    _go(tristates, "> A")
    shown = []
    for _ in range(4):
        shown.append(tristates.rows[tristates.cursor].text.strip())
        tristates.toggle()
    assert shown == ["< > A", "<M> A", "<*> A", "< > A"]


def test_m_is_for_tristates_alone(tristates: MenuState) -> None:
    """The key m makes a tristate a module, and does nothing to a bool."""
    _go(tristates, "> A")
    assert tristates.answer_bool("m") is Answer.CHANGED
    assert _row(tristates, "A") == "<M> A"
    _go(tristates, "] B")
    assert tristates.answer_bool("m") is Answer.UNCHANGED
    assert _row(tristates, "B") == "[ ] B"


def test_values_that_a_tristate_cannot_have(tristates: MenuState) -> None:
    """What a module selects is shown in braces and cannot be n; what depends on a module cannot be y."""
    _go(tristates, "> C")
    tristates.answer_bool("m")
    assert _row(tristates, "D") == "{M} D"
    _go(tristates, "} D")
    assert tristates.answer_bool("n") is Answer.UNCHANGED
    assert "selected by C" in tristates.note
    tristates.toggle()
    assert _row(tristates, "D") == "{*} D"
    _go(tristates, "> A")
    tristates.answer_bool("m")
    _go(tristates, "> E")
    shown = []
    for _ in range(3):
        shown.append(tristates.rows[tristates.cursor].text.strip())
        tristates.toggle()
    assert shown == ["< > E", "<M> E", "< > E"]
    assert tristates.answer_bool("y") is Answer.UNCHANGED
    assert tristates.note.startswith("E stays")


ACTIONS: dict[str, Callable[[MenuState], object]] = {
    "select": MenuState.select,
    "toggle": MenuState.toggle,
    "yes": lambda state: state.answer_bool("y"),
    "no": lambda state: state.answer_bool("n"),
    "leave": MenuState.leave,
    "hidden": MenuState.toggle_hidden,
    "number": lambda state: state.assign("0x200"),
    "save": MenuState.save,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(ACTIONS)) | st.integers(0, 12), max_size=40))
def test_any_sequence_of_actions(config: Path, open_state: Callable[[], MenuState], steps: list[str | int]) -> None:
    """Whatever one does, the cursor is on a row, and what is saved reads back as it was shown."""
    Configuration.load(TREE).write(config)
    state = open_state()
    for step in steps:
        if isinstance(step, int):
            state.move_to(step)
        else:
            ACTIONS[step](state)
        assert not state.rows or 0 <= state.cursor < len(state.rows)
    while state.leave() is not Answer.AT_TOP:
        pass
    shown = _rows(state)
    state.save()
    again = open_state()
    assert not again.modified
    if state.show_hidden:
        again.toggle_hidden()
    assert _rows(again) == [row.replace(" (NEW)", "") for row in shown]
