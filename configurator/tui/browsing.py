"""What the main list shows and where the cursor is in it. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, overload

from configurator.model import NodeKind, SymbolType
from configurator.session import TOP, Answer, Mode, View
from configurator.tui import describe

if TYPE_CHECKING:
    from configurator.model import SymbolInfo
    from configurator.session import Against, Change, Entry, Filter, Outcome, Rows, Session
    from configurator.tui.glyphs import Glyphs
    from configurator.tui.rows import Row


class Reaction(Enum):
    """What an action did, or what it needs."""

    STAYED = auto()
    CHANGED = auto()
    MOVED = auto()
    AT_TOP = auto()
    NEEDS_VALUE = auto()


@dataclass
class SearchMemory:
    """What the search begins with: the last query, its filter, and the match that was chosen."""

    query: str = ""
    in_help: bool = True
    only: Filter | None = None
    cursor: int = 0


class MenuRows(Sequence["Row"]):
    """The rows of a list, each made when it is drawn."""

    def __init__(self, browsing: Browsing, rows: Rows) -> None:
        self._browsing = browsing
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        browsing = self._browsing
        in_tree = browsing.mode is Mode.WHOLE_TREE
        return describe.menu_row(self.rows[index], browsing.glyphs, with_name=browsing.show_names, in_tree=in_tree)


class Browsing:
    """A list of a session with a cursor, and the ways to move in it and to change what is under the cursor.

    The cursor is on an entry, not on a line: when a change adds or removes rows it stays with its entry.

    Attributes:
        menu: the menu shown, `TOP` for the main menu and for the whole tree.
        mode: one menu at a time, or the whole tree.
        folded: the menus that are folded in the whole tree.
        only: the filter, None for none.
        note: what to tell the user about the last action, "" if nothing.
        change: the last change, None before the first one.
        search: what the search was about.
        against: what changes are compared with, None for the saved file.
    """

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        self.session = session
        self.glyphs = glyphs
        self.menu = TOP
        self.mode = Mode.MENU
        self.folded: set[int] = set()
        self.only: Filter | None = None
        self.show_hidden = False
        self.show_names = False
        self.note = ""
        self.change: Change | None = None
        self.search = SearchMemory()
        self.against: Against | None = None
        self._came_from: list[tuple[int, int]] = []
        self._cursor = TOP
        self.refresh()

    # Looking

    @property
    def cursor(self) -> int:
        """Return the line that the cursor is on."""
        return self.rows.rows.line_of(self._cursor)

    @property
    def entry(self) -> Entry | None:
        """Return the entry under the cursor, None in an empty list."""
        return self.rows.rows[self.cursor] if len(self.rows) else None

    @property
    def symbol(self) -> SymbolInfo | None:
        """Return the symbol under the cursor."""
        entry = self.entry
        return self.session.symbol(entry.name) if entry and entry.name else None

    @property
    def trail(self) -> list[str]:
        """Return the menus from the top to the present one."""
        if self.mode is Mode.WHOLE_TREE:
            return ["Whole tree"] if self.only is None else ["Whole tree", f"only what is {self.only}"]
        titles = [*self.session.trail(self.menu), self.session.title(self.menu)] if self.menu != TOP else []
        return ["Main menu", *titles]

    def refresh(self) -> None:
        """Make the rows anew; if the cursor's entry has gone, take the one before it."""
        view = View(
            self.menu if self.mode is Mode.MENU else TOP,
            mode=self.mode,
            folded=frozenset(self.folded),
            show_hidden=self.show_hidden,
        )
        self.rows = MenuRows(self, self.session.rows(view, self.only))
        if len(self.rows):
            self._cursor = self.rows.rows.nodes[self.cursor]

    # Moving

    def move_to(self, line: int) -> None:
        """Put the cursor on a line."""
        if 0 <= line < len(self.rows):
            self._cursor = self.rows.rows.nodes[line]

    def line_beginning_with(self, letter: str) -> int | None:
        """Return the next line below the cursor, round again from the top, whose title begins with a letter."""
        count, start = len(self.rows), self.cursor
        menu, wanted = self.session.menu, letter.casefold()
        for step in range(1, count + 1):
            line = (start + step) % count
            node = self.rows.rows.nodes[line]
            if (menu.prompts[node] or menu.names[node] or "").casefold().startswith(wanted):
                return line
        return None

    def select(self) -> Reaction:
        """Enter the menu under the cursor, fold it, or change the symbol."""
        self.note = ""
        entry = self.entry
        if entry is None:
            return Reaction.STAYED
        return self._enter(entry) if entry.is_menu else self.toggle()

    def leave(self) -> Reaction:
        """Go to the menu around the present one, with the cursor on the entry that was left."""
        self.note = ""
        if self.only is not None:
            self.only, self.mode = None, Mode.MENU
            self.menu = self._menu_around(self._cursor) if self._cursor != TOP else TOP
            self.refresh()
            return Reaction.MOVED
        if self.mode is Mode.WHOLE_TREE:
            return self._fold_or_leave()
        if self.menu == TOP:
            return Reaction.AT_TOP
        self._cursor, self.menu = self.menu, self._menu_around(self.menu)
        self.refresh()
        return Reaction.MOVED

    def jump(self, node: int, *, remember: bool = True) -> None:
        """Go to an entry, wherever it is; a hidden one brings the other hidden ones into view."""
        self.note = ""
        if remember:
            self._came_from.append((self.menu, self._cursor))
        self.menu = self._menu_around(node)
        self._cursor = node
        self.only = None
        self.folded.difference_update(self.session.menu.trail(node))
        self.refresh()
        if self._cursor != node:
            self.show_hidden = True
            self._cursor = node
            self.refresh()
            self.note = "hidden symbols are shown"

    def jump_back(self) -> None:
        """Go to where the last jump began."""
        if not self._came_from:
            self.note = "there was no jump to come back from"
            return
        self.menu, self._cursor = self._came_from.pop()
        self.note = ""
        self.refresh()

    def show_only(self, only: Filter | None) -> None:
        """List the entries of a filter with the menus around them, None for everything."""
        self.only = only
        self.mode = Mode.WHOLE_TREE if only else Mode.MENU
        self.menu = TOP if only else self._menu_around(self._cursor) if self._cursor != TOP else TOP
        self.refresh()

    def toggle_tree(self) -> None:
        """Show the whole tree, or one menu at a time."""
        self.only = None
        if self.mode is Mode.MENU:
            self.mode, self.menu = Mode.WHOLE_TREE, TOP
            self.folded.difference_update(self.session.menu.trail(self._cursor) if self._cursor != TOP else ())
        else:
            self.mode = Mode.MENU
            self.menu = self._menu_around(self._cursor) if self._cursor != TOP else TOP
        self.refresh()

    def fold_all(self, *, fold: bool) -> None:
        """Fold every menu of the whole tree, or unfold it."""
        menus = self.session.menu.are_menus
        self.mode, self.menu = Mode.WHOLE_TREE, TOP
        self.folded = {node for node, is_menu in enumerate(menus) if is_menu} if fold else set()
        self.refresh()

    # Changing

    def toggle(self) -> Reaction:
        """Give the symbol under the cursor its other value; ask for the value of one that is not bool."""
        self.note = ""
        entry, symbol = self.entry, self.symbol
        if entry is None or symbol is None:
            return self._enter(entry) if entry and entry.is_menu else Reaction.STAYED
        if symbol.type.is_boolean:
            return self.assign(next_value(symbol))
        self.note = describe.obstacle_of(symbol)
        return Reaction.STAYED if self.note else Reaction.NEEDS_VALUE

    def answer(self, value: str) -> Reaction:
        """Give the symbol under the cursor y, m or n; for other entries the key has no meaning."""
        self.note = ""
        symbol = self.symbol
        if symbol is None or not symbol.type.is_boolean or (value == "m" and symbol.type is not SymbolType.TRISTATE):
            return Reaction.STAYED
        return self.assign(value)

    def assign(self, value: str) -> Reaction:
        """Give the symbol under the cursor a value.

        Choosing a member of a choice leaves the choice, as there is nothing else to do in it.
        """
        symbol = self.symbol
        if symbol is None:
            return Reaction.STAYED
        reaction = self.take(self.session.set(symbol.name, value))
        in_choice = self.menu != TOP and self.session.menu.kinds[self.menu] is NodeKind.CHOICE
        if reaction is Reaction.CHANGED and symbol.choice and in_choice:
            self.leave()
        return reaction

    def take(self, outcome: Outcome) -> Reaction:
        """Show what became of a request."""
        self.note = outcome.note
        if outcome.answer is Answer.REFUSED:
            self.note += "  (p shows ways to make it so)"
        if outcome.change is None:
            return Reaction.STAYED
        self.change = outcome.change
        self.refresh()
        return Reaction.CHANGED

    # Inside

    def _enter(self, entry: Entry) -> Reaction:
        node = entry.node
        if self.mode is Mode.WHOLE_TREE:
            self.folded ^= {node}
            self.refresh()
            return Reaction.MOVED
        if not self.session.has_rows(node, show_hidden=self.show_hidden):
            off = entry.name and entry.value == "n"
            self.note = "nothing to set in here" + (" while it is n (y turns it on)" if off else "")
            return Reaction.STAYED
        self.menu, self._cursor = node, node + 1
        if entry.kind is NodeKind.CHOICE:
            self._cursor = self._chosen(node)
        self.refresh()
        return Reaction.MOVED

    def _chosen(self, choice: int) -> int:
        """Return the entry of a choice's chosen member."""
        selection = self.session.menu.state(choice).selection
        inside = range(choice + 1, self.session.menu.ends[choice])
        return next((node for node in inside if self.session.menu.names[node] == selection), choice + 1)

    def _fold_or_leave(self) -> Reaction:
        """Fold the menu under the cursor, or go to the one around it."""
        node, menu = self._cursor, self.session.menu
        if node == TOP:
            return Reaction.AT_TOP
        if menu.are_menus[node] and node not in self.folded:
            self.folded.add(node)
        else:
            around = self._menu_around(node)
            if around == TOP:
                return Reaction.AT_TOP
            self._cursor = around
        self.refresh()
        return Reaction.MOVED

    def _menu_around(self, node: int) -> int:
        """Return the menu in which an entry has its row."""
        menu = self.session.menu
        parent = menu.parents[node]
        while parent != TOP and not menu.are_menus[parent]:
            parent = menu.parents[parent]
        return parent


def next_value(symbol: SymbolInfo) -> str:
    """Return the value after the present one: n, m where there are modules, y, and round again.

    Where no other one can be had, the answer is refused with the reason.
    """
    if symbol.choice:
        return "y"
    order = ("n", "m", "y") if symbol.type is SymbolType.TRISTATE else ("n", "y")
    following: tuple[str, ...] = (*order[order.index(symbol.value) + 1 :], *order)
    return next((one for one in following if one in symbol.assignable and one != symbol.value), following[0])
