"""The menu tree as a flat list, for an editor: what never changes is kept, what changes is read for what is drawn."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, TypeGuard

import kconfiglib

from configurator.errors import Location
from configurator.model import values
from configurator.model.describe import help_of, help_text_of, kind_of
from configurator.model.expressions import LETTERS, value_of
from configurator.model.symbols import TreeChoice, TreeSymbol, place_of
from configurator.model.views import NodeState, SymbolType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from configurator.model.tree import Tree
    from configurator.model.views import Condition

TOP = -1
"""The main menu, as the parent of its entries."""


class Menu:
    """The entries of a tree, depth first; an entry is known by its index.

    Attributes:
        parents: of each entry, the one it lies under, `TOP` for those of the main menu.
        ends: of each entry, the index behind the last one that lies below it.
        names: of each entry, its symbol's name, None for others.
        prompts: of each entry, its prompt, "" without one.
        kinds: what each entry is.
        are_menus: of each entry, whether one enters it rather than changes it.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._nodes: list[kconfiglib.MenuNode] = []
        self.parents = array("i")
        self.ends = array("i")
        _flatten(tree.top_node, self._nodes, self.parents, self.ends)
        items = [node.item for node in self._nodes]
        self._symbols = [item if isinstance(item, TreeSymbol) else None for item in items]
        self.names = [symbol.name if symbol else None for symbol in self._symbols]
        self.prompts = [node.prompt[0] if node.prompt else "" for node in self._nodes]
        self.kinds = [kind_of(node) for node in self._nodes]
        self.are_menus = [node.is_menuconfig for node in self._nodes]
        self._entries = array("i", [TOP]) * len(tree.unique_defined_syms)  # the first one of each symbol
        self._further: dict[str, list[int]] = {}  # of those that have several, all
        for index, symbol in enumerate(self._symbols):
            if symbol is None:
                continue
            if self._entries[symbol.place] == TOP:
                self._entries[symbol.place] = index
            else:
                self._further.setdefault(symbol.name, [self._entries[symbol.place]]).append(index)
        self._plain = array("i")
        self._plain_symbols: list[TreeSymbol] = []
        self._others = array("i")
        for index, symbol in enumerate(self._symbols):
            if _is_plain(symbol):
                self._plain.append(index)
                self._plain_symbols.append(symbol)
            else:
                self._others.append(index)

    def __len__(self) -> int:
        return len(self._nodes)

    def indexes(self, name: str) -> Sequence[int]:
        """Return the entries of a symbol, in order; an entry is made by each definition."""
        further = self._further.get(name)
        if further is not None:
            return further
        symbol = self._tree.syms.get(name)
        entry = self._entries[place_of(symbol)] if symbol is not None and symbol.nodes else TOP
        return (entry,) if entry != TOP else ()

    def index(self, name: str) -> int:
        """Return the entry of a symbol, the first one that shows now if there are several; `TOP` if there is none."""
        found = self.indexes(name)
        if len(found) > 1:
            return next((index for index in found if self.is_visible(index)), found[0])
        return found[0] if found else TOP

    def help(self, index: int) -> str:
        """Return the help text of an entry; that of another definition where it has none."""
        symbol = self._symbols[index]
        return help_of(self._nodes[index]) or (help_text_of(symbol) if symbol else "")

    def title(self, index: int) -> str:
        """Return what an entry is called: its prompt, or the name of a symbol without one."""
        return self.prompts[index] or self.names[index] or "(no prompt)"

    def helps(self) -> Iterator[str]:
        """Yield `help` of all entries."""
        for index, node in enumerate(self._nodes):
            yield help_of(node) or self.help(index)

    def location(self, index: int) -> Location:
        """Return where an entry is defined, relative to the tree's folder."""
        node = self._nodes[index]
        return Location(node.filename, node.linenr)

    def conditions(self, index: int) -> tuple[Condition, ...]:
        """Return what an entry depends on, with what holds now."""
        return values.conditions(self._nodes[index].dep)

    def depth(self, index: int) -> int:
        """Return how many entries an entry lies under."""
        depth = 0
        while (index := self.parents[index]) != TOP:
            depth += 1
        return depth

    def trail(self, index: int) -> list[int]:
        """Return the menus around an entry, from the top."""
        found = []
        while (index := self.parents[index]) != TOP:
            if self.are_menus[index]:
                found.append(index)
        return found[::-1]

    def is_visible(self, index: int) -> bool:
        """Return whether an ordinary menu shows the entry now."""
        node = self._nodes[index]
        if not node.prompt:
            return False
        if node.item == kconfiglib.MENU and not value_of(node.visibility):
            return False
        return bool(value_of(node.prompt[1]) and value_of(node.dep))

    def visible(self) -> bytearray:
        """Return `is_visible` of all entries, 1 or 0 each."""
        found = bytearray(len(self._nodes))
        for index, symbol in zip(self._plain, self._plain_symbols, strict=True):
            known = symbol._cached_vis  # noqa: SLF001 - one module with its base; the property costs as much as the rest
            if known or (known is None and symbol.visibility):
                found[index] = 1
        for index in self._others:
            found[index] = self.is_visible(index)
        return found

    def matching(self, wanted: Callable[[NodeState], bool]) -> set[int]:
        """Return the entries of symbols whose state `wanted` accepts."""
        return {index for index, symbol in enumerate(self._symbols) if symbol is not None and wanted(self.state(index))}

    def state(self, index: int) -> NodeState:
        """Return what an entry holds now."""
        symbol = self._symbols[index]
        node = self._nodes[index]
        if symbol is None:
            selection = node.item.selection if isinstance(node.item, kconfiglib.Choice) else None
            return NodeState(self.is_visible(index), SymbolType.UNKNOWN, "", (), selection.name if selection else None)
        kind = values.symbol_type(symbol)
        return NodeState(
            visible=self.is_visible(index),
            type=kind,
            value=values.value_now(symbol),
            assignable=tuple(LETTERS[value] for value in symbol.assignable) if kind.is_boolean else (),
            selection=None,
            is_set_by_user=symbol.user_value is not None,
            is_member=symbol.choice is not None,
            is_default=symbol.is_default or _is_default_member(symbol),
        )


def _is_plain(symbol: TreeSymbol | None) -> TypeGuard[TreeSymbol]:
    """Return whether an entry shows exactly when its symbol can be set."""
    return symbol is not None and len(symbol.nodes) == 1 and not symbol.is_transitional


def _is_default_member(symbol: TreeSymbol) -> bool:
    """Return whether a symbol is the member that its choice would choose by itself."""
    return isinstance(symbol.choice, TreeChoice) and symbol.choice.default is symbol


def _flatten(
    parent: kconfiglib.MenuNode, nodes: list[kconfiglib.MenuNode], parents: array[int], ends: array[int]
) -> None:
    """Append the entries below `parent`; without recursion, as menus may be nested deeply."""
    above = [TOP]
    node = parent.list
    while node is not None or len(above) > 1:
        if node is None:
            closed = above.pop()
            ends[closed] = len(nodes)
            node = nodes[closed].next
            continue
        index = len(nodes)
        nodes.append(node)
        parents.append(above[-1])
        ends.append(index + 1)
        if node.list is not None:
            above.append(index)
            node = node.list
        else:
            node = node.next
