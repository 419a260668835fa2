"""Everything that the user can do, in one table: the key bindings, the line of keys, the help and the palette.

An action NAME is done by the method `action_NAME` of the screens that it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import Binding


class Where(Enum):
    """The kind of screen that an action is for; the value is its heading in the help."""

    MENU = "In the menu"
    LIST = "In any list"
    SEARCH = "Searching"
    WHY = "Reading why"
    PLANS = "Choosing a way to make it so"
    CHANGES = "Looking at changes"
    PRESETS = "Looking at presets"
    HISTORY = "Looking at the history"
    UNKNOWN = "Looking at unknown symbols"
    PALETTE = "Choosing from a list of a few"
    TEXT = "Reading a text"
    FIELD = "Typing a value"
    QUESTION = "Answering a question"


@dataclass(frozen=True, slots=True)
class Action:
    """Something the user can do.

    Attributes:
        name: of its method.
        keys: by Textual's names; the first one stands in the line of keys.
        label: one word or two, for the line of keys and the palette.
        help: what it does, for the help and the palette.
        footer: its place in the line of keys, 0 for none.
    """

    name: str
    keys: tuple[str, ...]
    label: str
    help: str
    footer: int = 0


MOVES = (
    Action("up", ("up", "k"), "Up", "One line up"),
    Action("down", ("down", "j"), "Down", "One line down"),
    Action("page_up", ("pageup",), "Page up", "One page up"),
    Action("page_down", ("pagedown",), "Page down", "One page down"),
    Action("half_up", ("ctrl+u",), "Half page up", "Half a page up"),
    Action("half_down", ("ctrl+d",), "Half page down", "Half a page down"),
    Action("first", ("home", "g"), "First", "To the first line"),
    Action("last", ("end", "G"), "Last", "To the last line"),
)

ACTIONS: dict[Where, tuple[Action, ...]] = {
    Where.MENU: (
        *MOVES,
        Action("find_letter", ("f",), "To letter", "To the next entry that begins with the letter typed then; a letter"
               " that is no key goes there at once"),
        Action("select", ("enter", "right", "l"), "Select", "Open the menu, change the symbol, fold or unfold", 1),
        Action("leave", ("escape",), "Back", "Back to the menu above; at the top, quit", 2),
        Action("back", ("left", "h", "backspace", "f5"), "Menu above", "Back to the menu above, or fold"),
        Action("change", ("space",), "Change", "Change the symbol, even one that has a menu", 13),
        Action("yes", ("y",), "Yes", "Set the symbol to yes"),
        Action("module", ("m",), "Module", "Set the symbol to m, a module, in a tree that has modules"),
        Action("no", ("n",), "No", "Set the symbol to no"),
        Action("plans", ("p",), "Make it so", "Show the smallest sets of changes that make the symbol settable", 9),
        Action("reset", ("r",), "Reset", "Give the symbol its default back"),
        Action("reset_menu", ("R",), "Reset menu", "Give the menu under the cursor, else this one, its defaults back"),
        Action("reset_all", ("X",), "Reset all", "Give everything its default back"),
        Action("undo", ("u", "ctrl+z"), "Undo", "Take the last change back", 5),
        Action("redo", ("U", "ctrl+r"), "Redo", "Make the change again that was undone last"),
        Action("history", ("H",), "History", "Show all changes, and go back to any of them"),
        Action("search", ("slash", "f8"), "Search", "Search names, prompts and help, live", 3),
        Action("jump_back", ("b",), "Jump back", "Back to where the last jump began"),
        Action("filter", ("L",), "Filter", "List only what is changed, new, set by the user, of this menu, of a unit"),
        Action("why", ("w",), "Why", "Why the symbol has its value and what blocks it, with links"),
        Action("info", ("question_mark", "i", "f2"), "Info", "Everything about the entry under the cursor", 4),
        Action("changes", ("c",), "Changes", "What differs from the saved file, a preset, the defaults, git", 6),
        Action("preview", ("v",), "Preview", "The zz_init.go and the init order that come of this"),
        Action("presets", ("P",), "Presets", "Look at presets, apply one, save this as one"),
        Action("unknown", ("N",), "Unknown", "Symbols in the file that the tree does not know"),
        Action("warnings", ("exclamation_mark",), "Warnings", "What is suspicious in the file and in the tree"),
        Action("next_tab", ("tab",), "Next tab", "Next page of the pane: help, why, consequences and so on", 10),
        Action("previous_tab", ("shift+tab",), "Previous tab", "Previous page of the pane"),
        Action("pane_down", ("J", "shift+down"), "Scroll pane", "Scroll the pane down"),
        Action("pane_up", ("K", "shift+up"), "Scroll pane up", "Scroll the pane up"),
        Action("toggle_pane", ("F",), "Pane", "Show or leave out the pane"),
        Action("toggle_hidden", ("Z", "A", "f4"), "Hidden", "Show or leave out what cannot be set now"),
        Action("toggle_names", ("C",), "Names", "Show or leave out the names of symbols"),
        Action("toggle_tree", ("T",), "Whole tree", "The whole tree in one list, or one menu at a time"),
        Action("fold_all", ("minus",), "Fold all", "Fold every menu of the whole tree"),
        Action("unfold_all", ("plus",), "Unfold all", "Unfold every menu of the whole tree"),
        Action("save", ("S", "ctrl+s", "f6"), "Save", "Save and go on", 7),
        Action("save_as", ("W",), "Save as", "Save to another file"),
        Action("save_minimal", ("D",), "Save minimal", "Save only what differs from the defaults, to another file"),
        Action("load", ("O", "f7"), "Load", "Take the values of another file"),
        Action("theme", ("t",), "Theme", "Choose the colours"),
        Action("palette", ("colon", "ctrl+p"), "Commands", "Everything that can be done, to choose from", 11),
        Action("help", ("f1",), "Keys", "The keys; ? shows them, too, when pressed twice", 8),
        Action("redraw", ("ctrl+l",), "Redraw", "Draw the screen anew"),
        Action("quit", ("q", "Q", "f9"), "Quit", "Quit; asks if there is something to save", 12),
    ),
    Where.LIST: (
        *MOVES,
        Action("choose", ("enter",), "OK", "Take the line under the cursor", 1),
        Action("cancel", ("escape", "q"), "Back", "Back without taking anything", 2),
        Action("pane_down", ("J", "shift+down"), "Scroll pane", "Scroll the description down"),
        Action("pane_up", ("K", "shift+up"), "Scroll pane up", "Scroll the description up"),
    ),
    Where.SEARCH: (
        Action("choose", ("enter",), "Go there", "Go to the match; / comes back to the matches", 1),
        Action("cancel", ("escape",), "Back", "Back to the menu", 2),
        Action("up", ("up",), "Up", "One match up"),
        Action("down", ("down",), "Down", "One match down"),
        Action("page_up", ("pageup",), "Page up", "One page up"),
        Action("page_down", ("pagedown",), "Page down", "One page down"),
        Action("toggle_help", ("ctrl+t",), "Help texts", "Search in help texts too, or not", 3),
        Action("choose_filter", ("ctrl+n",), "Filter", "Only what is changed, new, set, of this menu, of a unit", 4),
        Action("toggle_found", ("ctrl+space",), "Change", "Change the symbol found", 5),
        Action("info_found", ("ctrl+f",), "Info", "Everything about the entry found", 6),
    ),
    Where.WHY: (
        Action("choose", ("enter",), "Go there", "Go to the symbol of the line", 1),
        Action("plans", ("p",), "Make it so", "Show what makes the symbol settable", 3),
    ),
    Where.PLANS: (Action("choose", ("enter",), "Apply", "Apply the plan, as one step", 1),),
    Where.CHANGES: (
        Action("choose", ("enter",), "Go there", "Go to the symbol", 1),
        Action("against", ("a",), "Against", "Choose what to compare with", 3),
        Action("revert", ("r",), "Revert", "Give the symbol the value of the other side", 4),
    ),
    Where.PRESETS: (
        Action("choose", ("enter",), "Apply", "Apply the preset, as one step", 1),
        Action("save_preset", ("s",), "Save as preset", "Save the present configuration as a preset", 3),
    ),
    Where.HISTORY: (Action("choose", ("enter",), "Go there", "Undo or redo up to the line", 1),),
    Where.UNKNOWN: (
        Action("choose", ("enter",), "Drop", "Drop the line from the file", 1),
        Action("drop_all", ("d",), "Drop all", "Drop all of them", 3),
    ),
    Where.PALETTE: (
        Action("choose", ("enter",), "OK", "Take the line under the cursor", 1),
        Action("cancel", ("escape",), "Back", "Back without taking anything", 2),
        Action("up", ("up",), "Up", "One line up"),
        Action("down", ("down",), "Down", "One line down"),
        Action("page_up", ("pageup",), "Page up", "One page up"),
        Action("page_down", ("pagedown",), "Page down", "One page down"),
    ),
    Where.TEXT: (
        Action("cancel", ("escape", "q", "enter"), "Close", "Close", 1),
        Action("down", ("down", "j"), "Down", "One line down"),
        Action("up", ("up", "k"), "Up", "One line up"),
        Action("page_down", ("pagedown", "space", "ctrl+d"), "Page down", "One page down", 2),
        Action("page_up", ("pageup", "ctrl+u"), "Page up", "One page up", 3),
        Action("first", ("home", "g"), "Start", "To the start"),
        Action("last", ("end", "G"), "End", "To the end"),
        Action("help", ("question_mark", "f1"), "Keys", "The keys", 4),
    ),
    Where.FIELD: (
        Action("accept", ("enter",), "OK", "Take the text; a wrong one stays", 1),
        Action("cancel", ("escape",), "Cancel", "Leave it as it was", 2),
    ),
    Where.QUESTION: (
        Action("choose", ("enter",), "OK", "Take the answer under the cursor; its letter takes it at once", 1),
        Action("cancel", ("escape",), "Back", "Leave things as they are", 2),
        Action("up", ("up", "left", "shift+tab"), "Up", "One answer up"),
        Action("down", ("down", "right", "tab"), "Down", "One answer down"),
    ),
}  # fmt: skip
"""The actions of each kind of screen; those of `Where.LIST` hold in the kinds that say nothing else, too."""

_FILLED_BY_LIST = (Where.WHY, Where.PLANS, Where.CHANGES, Where.PRESETS, Where.HISTORY, Where.UNKNOWN)

KEY_NAMES = {
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    **{f"f{number}": f"F{number}" for number in range(1, 10)},
    "exclamation_mark": "!",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "minus": "-",
    "plus": "+",
}


def actions_of(where: Where) -> tuple[Action, ...]:
    """Return what can be done on a kind of screen."""
    own = ACTIONS[where]
    if where not in _FILLED_BY_LIST:
        return own
    taken = {action.name for action in own}
    return own + tuple(action for action in ACTIONS[Where.LIST] if action.name not in taken)


def bindings(where: Where) -> list[Binding]:
    """Return the key bindings of a kind of screen."""
    from textual.binding import Binding

    return [
        Binding(",".join(action.keys), action.name, action.label, show=False, tooltip=action.help)
        for action in actions_of(where)
    ]


def footer(where: Where) -> list[tuple[str, str, str]]:
    """Return what stands in the line of keys: name, key and label of each action, the most wanted first."""
    wanted = sorted((action for action in actions_of(where) if action.footer), key=lambda action: action.footer)
    return [(action.name, key_name(action.keys[0]), action.label) for action in wanted]


def help_sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield for each kind of screen its heading, and the keys and the help of each action."""
    for where, own in ACTIONS.items():
        yield where.value, [(", ".join(map(key_name, action.keys)), action.help) for action in own]


def key_name(key: str) -> str:
    """Return the name of `key` as it stands on a keyboard."""
    *modifiers, last = key.split("+") if key != "+" else [key]
    name = KEY_NAMES.get(last, last)
    return "-".join([*(modifier.capitalize() for modifier in modifiers), name.upper() if modifiers and len(name) == 1
                     else name])  # fmt: skip
