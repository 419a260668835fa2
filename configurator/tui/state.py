"""The state of the editor: where the user is and what he has changed. Knows nothing of the screen.

Every action answers with an `Answer`; the screens decide what to show for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.model import Configuration, NodeInfo, NodeKind, SymbolInfo, SymbolType
from configurator.model.search import find
from configurator.tui import describe
from configurator.tui.rows import Row, Span, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TOP = -1
"""The main menu, as the parent of its entries."""


class Answer(Enum):
    """What an action did, or what it needs."""

    UNCHANGED = auto()
    CHANGED = auto()
    ENTERED = auto()
    LEFT = auto()
    AT_TOP = auto()
    NEEDS_VALUE = auto()


@dataclass(frozen=True)
class Field:
    """A value to be edited; `problem` returns what is wrong with a text, "" if nothing."""

    title: str
    expects: str
    value: str
    problem: Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """What a search found; `note` says how much."""

    rows: Sequence[Row]
    note: str


class MenuState:
    """One menu of a configuration with a cursor, and the ways to move and to change.

    The cursor is on an entry, not on a line: when a change adds or removes rows it stays with its entry.

    Attributes:
        path: the file that `save` writes.
        show_hidden: whether entries that cannot be set now are shown.
        show_names: whether the names of symbols are shown.
        note: what to tell the user about the last action, "" if nothing.
        query: the text of the last search.
        wrote: whether `save` has written the file.
    """

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self._configuration = configuration
        self.path = path
        self.show_hidden = False
        self.show_names = False
        self.note = ""
        self.query = ""
        self.wrote = False
        self._saved = _settings_in(path)
        self._menu = TOP
        self._cursor = TOP
        self._refresh()

    # Looking

    @property
    def title(self) -> str:
        """Return the title of the whole tree."""
        return printable(self._configuration.title)

    @property
    def trail(self) -> str:
        """Return the menus from the top to the present one."""
        return " > ".join(["Main menu", *self._trail(self._menu)])

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows of the present menu."""
        return self._rows

    @property
    def cursor(self) -> int:
        """Return the index of the row that the cursor is on."""
        return next((index for index, row in enumerate(self._rows) if row.node == self._cursor), 0)

    @property
    def modified(self) -> bool:
        """Return whether saving would change a value in the file, or make the file."""
        return self._modified

    @property
    def complaints(self) -> list[str]:
        """Return what the user should know about the tree and the file that were loaded."""
        configuration = self._configuration
        complaints = [str(one) for one in (*configuration.migrations, *configuration.findings)]
        for warning in configuration.tree_warnings:
            place = f"{configuration.shown(warning.location)}: " if warning.location else ""
            complaints.append(f"{place}{warning.message}")
        return [printable(text) for text in complaints]

    @property
    def cursor_title(self) -> str:
        """Return what the entry under the cursor is called."""
        return describe.title_of(self._nodes[self._cursor]) if self._rows else self.title

    def summary(self, index: int | None = None) -> list[Span]:
        """Return in a few lines what an entry is; the one under the cursor if none is given."""
        node = self._node(index)
        return describe.summary_of(node, self._symbol(node)) if node else []

    def details(self) -> list[Span]:
        """Return all about the entry under the cursor."""
        node = self._node()
        if not node:
            return []
        place = str(self._configuration.shown(node.location))
        return describe.details_of(node, self._symbol(node), ["Main menu", *self._trail(node.parent)], place)

    def field(self) -> Field:
        """Return the value under the cursor for editing."""
        symbol = self._cursor_symbol()
        if symbol is None:
            raise ValueError("the entry under the cursor has no value")
        return Field(
            title=describe.title_of(self._nodes[self._cursor]),
            expects=describe.expects_of(symbol),
            value=symbol.value,
            problem=lambda text: self._problem(symbol.name, text),
        )

    # Moving

    def move_to(self, row: int) -> None:
        """Put the cursor on a row of the present menu."""
        if 0 <= row < len(self._rows):
            self._cursor = self._rows[row].node

    def select(self) -> Answer:
        """Enter the menu under the cursor, or change the symbol."""
        self.note = ""
        node = self._node()
        if node is None:
            return Answer.UNCHANGED
        return self._enter(node) if node.is_menu else self.toggle()

    def leave(self) -> Answer:
        """Go to the menu around the present one, with the cursor on the entry that was left."""
        self.note = ""
        if self._menu == TOP:
            return Answer.AT_TOP
        self._cursor = self._menu
        self._menu = self._menu_around(self._menu)
        self._refresh()
        return Answer.LEFT

    def jump(self, index: int) -> None:
        """Go to an entry, wherever it is; a hidden one brings the other hidden ones into view."""
        self.note = ""
        self._menu = self._menu_around(index)
        self._cursor = index
        self._refresh()
        if self._cursor != index:
            self.show_hidden = True
            self._cursor = index
            self._refresh()
            self.note = "hidden symbols are shown"

    def toggle_hidden(self) -> None:
        """Show or leave out what cannot be set now."""
        self.show_hidden = not self.show_hidden
        self._refresh()

    def toggle_names(self) -> None:
        """Show or leave out the names of symbols."""
        self.show_names = not self.show_names
        self._refresh()

    def search(self, query: str) -> Found:
        """Find entries by name and prompt, and remember the query."""
        self.query = query
        matches = find(self._nodes, query)
        rows = [describe.match_row(node, self._symbol(node), self._trail(node.parent)) for node in matches]
        return Found(rows, f"{len(rows)} found" if rows else "nothing found")

    # Changing

    def toggle(self) -> Answer:
        """Give the symbol under the cursor its other value; ask for the value of one that is not bool."""
        self.note = ""
        node, symbol = self._node(), self._cursor_symbol()
        if symbol is None:
            return self._enter(node) if node and node.is_menu else Answer.UNCHANGED
        if symbol.type.is_boolean:
            return self.assign(_next_value(symbol))
        self.note = describe.obstacle_of(symbol)
        return Answer.UNCHANGED if self.note else Answer.NEEDS_VALUE

    def answer_bool(self, value: str) -> Answer:
        """Give the symbol under the cursor y, m or n; for other entries the key has no meaning."""
        self.note = ""
        symbol = self._cursor_symbol()
        if symbol is None or not symbol.type.is_boolean or (value == "m" and symbol.type is not SymbolType.TRISTATE):
            return Answer.UNCHANGED
        return self.assign(value)

    def assign(self, value: str) -> Answer:
        """Give the symbol under the cursor `value`; a value that does not take effect is taken back.

        Choosing a member of a choice leaves the choice, as there is nothing else to do in it.
        """
        self.note = ""
        symbol = self._cursor_symbol()
        if symbol is None:
            return Answer.UNCHANGED
        before = self._configuration.snapshot()
        try:
            missed = self._configuration.set(symbol.name, value)
        except UsageError as problem:
            self.note = printable(problem.message)
            return Answer.UNCHANGED
        if missed:
            self._configuration.restore(before)
            self.note = printable(f"{symbol.name} stays {missed.got or 'without a value'}: {missed.reason}")
            return Answer.UNCHANGED
        self._refresh()
        if symbol.choice and self._menu != TOP and self._nodes[self._menu].kind is NodeKind.CHOICE:
            return self.leave()
        return Answer.CHANGED

    def save(self) -> str:
        """Write the file; return what was done.

        Raises:
            UsageError: the file cannot be written.
        """
        written = self._configuration.write(self.path)
        self.wrote = self.wrote or written
        self._saved = _settings(self._configuration.text())
        self._refresh()
        return printable(f"saved to {self.path}" if written else f"no change to {self.path}")

    # Inside

    def _refresh(self) -> None:
        """Read the tree anew and make the rows; if the cursor's entry has gone, take the next one before it."""
        self._nodes = self._configuration.nodes()
        self._children: dict[int, list[NodeInfo]] = {}
        for node in self._nodes:
            self._children.setdefault(node.parent, []).append(node)
        self._modified = _settings(self._configuration.text()) != self._saved
        self._rows = self._rows_below(self._menu, 0)
        shown = [row.node for row in self._rows]
        if self._cursor not in shown:
            before = [index for index in shown if index < self._cursor]
            self._cursor = before[-1] if before else next(iter(shown), TOP)

    def _rows_below(self, parent: int, indent: int) -> list[Row]:
        """Return the rows of a menu, or of the entries that depend on an entry and are shown indented below it."""
        rows: list[Row] = []
        for node in self._children.get(parent, ()):
            below = [] if node.is_menu else self._rows_below(node.index, indent + 1)
            # An entry that is hidden but has visible ones below it is shown: they would hang in the air.
            if node.visible or self.show_hidden or below:
                rows.append(self._row(node, indent))
                rows += below
        return rows

    def _row(self, node: NodeInfo, indent: int) -> Row:
        symbol = self._symbol(node)
        is_new = symbol is not None and symbol.visible and not symbol.is_set_by_user and self._saved is not None
        return describe.menu_row(
            node,
            symbol,
            describe.InMenu(
                indent=indent,
                chosen=(self._configuration.symbol(node.selection).prompt or "") if node.selection else "",
                arrow=("--->" if self._has_rows(node.index) else "----") if node.is_menu else "",
                is_new=is_new,
                with_name=self.show_names,
            ),
        )

    def _has_rows(self, parent: int) -> bool:
        return any(
            node.visible or self.show_hidden or (not node.is_menu and self._has_rows(node.index))
            for node in self._children.get(parent, ())
        )

    def _enter(self, node: NodeInfo) -> Answer:
        if not self._has_rows(node.index):
            off = node.name is not None and self._configuration.get(node.name) == "n"
            self.note = "nothing to set in here" + (" while it is n (y turns it on)" if off else "")
            return Answer.UNCHANGED
        self._menu = node.index
        chosen = (child.index for child in self._children[node.index] if child.name and child.name == node.selection)
        self._cursor = next(chosen, TOP)
        self._refresh()
        return Answer.ENTERED

    def _menu_around(self, index: int) -> int:
        """Return the menu in which an entry has its row."""
        parent = self._nodes[index].parent
        while parent != TOP and not self._nodes[parent].is_menu:
            parent = self._nodes[parent].parent
        return parent

    def _trail(self, index: int) -> list[str]:
        """Return the titles of the menus from the top down to `index`."""
        titles: list[str] = []
        while index != TOP:
            if self._nodes[index].is_menu:
                titles.append(describe.title_of(self._nodes[index]))
            index = self._nodes[index].parent
        return titles[::-1]

    def _node(self, index: int | None = None) -> NodeInfo | None:
        index = self._cursor if index is None else index
        return None if index == TOP else self._nodes[index]

    def _symbol(self, node: NodeInfo) -> SymbolInfo | None:
        return self._configuration.symbol(node.name) if node.name else None

    def _cursor_symbol(self) -> SymbolInfo | None:
        node = self._node()
        return self._symbol(node) if node else None

    def _problem(self, name: str, text: str) -> str:
        """Return what is wrong with `text` as the value of a symbol, "" if nothing."""
        try:
            self._configuration.check(name, text)
        except UsageError as problem:
            return printable(problem.message)
        return ""


def _next_value(symbol: SymbolInfo) -> str:
    """Return the value after the present one: n, m where there are modules, y, and round again.

    Where no other one can be had, the answer is refused with the reason.
    """
    if symbol.choice:
        return "y"
    order = ("n", "m", "y") if symbol.type is SymbolType.TRISTATE else ("n", "y")
    following: tuple[str, ...] = (*order[order.index(symbol.value) + 1 :], *order)
    return next((one for one in following if one in symbol.assignable and one != symbol.value), following[0])


def _settings_in(path: Path) -> frozenset[str] | None:
    """Return the lines of a file that set something, None when there is no such file."""
    try:
        return _settings(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None


def _settings(text: str) -> frozenset[str]:
    """Return the lines of a .config that set something: its comments and its order mean nothing."""
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if not line.startswith("#") or line.endswith(" is not set")) - {""}
