"""The entries of a menu, or of the whole tree, as a list that is read line by line as it is drawn."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, overload

from configurator.model.menu import TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from configurator.model import NodeKind, SymbolType
    from configurator.model.menu import Menu


class Mode(Enum):
    """What a list holds."""

    MENU = "menu"
    WHOLE_TREE = "whole tree"


@dataclass(frozen=True, slots=True)
class View:
    """What a list shows.

    Attributes:
        parent: the menu, `TOP` for the main menu.
        mode: whether menus are entered, or their entries shown below them.
        folded: entries that are shown without what is below them, in a list of the whole tree.
        show_hidden: whether to show what cannot be set now.
    """

    parent: int = TOP
    mode: Mode = Mode.MENU
    folded: Collection[int] = frozenset()
    show_hidden: bool = False


VIEW = View()
"""The main menu as it is first shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list.

    Attributes:
        node: the index of the entry in the menu tree.
        indent: how far it stands right of the first ones.
        kind: what it is.
        name: its symbol's name, "" for others.
        prompt: its prompt, "" without one.
        type: its symbol's type, UNKNOWN for others.
        value: the value.
        assignable: the values that a bool or tristate can take now.
        chosen: the prompt of a choice's chosen member, "" for others.
        is_visible: whether it can be seen in an ordinary menu; others are shown where hidden ones are wanted.
        is_menu: whether one enters it.
        is_empty: whether there is nothing to see in the menu.
        is_folded: whether what is below it is left out of the list (`Mode.WHOLE_TREE`).
        is_member: whether it is a member of a choice.
        is_new: whether the .config said nothing of it, nor did the user since.
        is_changed: whether its value differs from that of the last save or load.
        is_default: whether it has the value that it would have if the user had set nothing.
    """

    node: int
    indent: int
    kind: NodeKind
    name: str
    prompt: str
    type: SymbolType
    value: str
    assignable: tuple[str, ...]
    chosen: str
    is_visible: bool
    is_menu: bool
    is_empty: bool
    is_folded: bool
    is_member: bool
    is_new: bool
    is_changed: bool
    is_default: bool

    @property
    def title(self) -> str:
        """Return what the entry is called: its prompt, or the name of a symbol without one."""
        return self.prompt or self.name or "(no prompt)"


class Rows(Sequence[Entry]):
    """The lines of a list; each is made when it is asked for, with the values of that moment.

    Attributes:
        nodes: the entry of each line, in ascending order.
    """

    def __init__(self, nodes: Sequence[int], make: Callable[[int], Entry]) -> None:
        self.nodes = nodes
        self._make = make

    def __len__(self) -> int:
        return len(self.nodes)

    @overload
    def __getitem__(self, line: int) -> Entry: ...

    @overload
    def __getitem__(self, line: slice) -> Sequence[Entry]: ...

    def __getitem__(self, line: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(line, slice):
            return Rows(self.nodes[line], self._make)
        return self._make(self.nodes[line])

    def line_of(self, node: int) -> int:
        """Return the line of an entry; of one that is not shown, the last line before it, 0 if there is none."""
        from bisect import bisect_right

        return max(bisect_right(self.nodes, node) - 1, 0)


def shown_nodes(menu: Menu, visible: bytearray, view: View, only: Collection[int] | None = None) -> Sequence[int]:
    """Return the entries that a list shows, in order.

    An entry that is hidden but has visible ones below it is shown: they would hang in the air, or could not be reached.

    Args:
        menu: the tree.
        visible: `Menu.visible`.
        view: what is looked at.
        only: entries to keep, with those around them; None keeps all.
    """
    ends, are_menus = menu.ends, menu.are_menus
    inside_menus = view.mode is Mode.WHOLE_TREE
    index = 0 if view.parent == TOP else view.parent + 1
    end = len(menu) if view.parent == TOP else ends[view.parent]
    if only is None and view.show_hidden and inside_menus and not view.folded:
        return range(index, end)
    wanted = None if only is None else _with_those_around(menu, only)
    found = array("i")
    while index < end:
        after = ends[index]
        if (visible[index] or view.show_hidden or visible.find(1, index, after) >= 0) and (
            wanted is None or index in wanted
        ):
            found.append(index)
            is_closed = index in view.folded if inside_menus else are_menus[index]
            index = after if is_closed else index + 1
        else:
            index = after
    return found


def _with_those_around(menu: Menu, nodes: Collection[int]) -> set[int]:
    found: set[int] = set()
    for node in nodes:
        index = node
        while index != TOP and index not in found:
            found.add(index)
            index = menu.parents[index]
    return found
