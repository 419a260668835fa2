"""Makes the views of symbols and menu entries."""

from __future__ import annotations

import kconfiglib

from configurator.errors import Location
from configurator.model import values
from configurator.model.expressions import LETTERS, value_of
from configurator.model.views import NodeInfo, NodeKind, SymbolInfo, SymbolType


def symbol_info(symbol: kconfiglib.Symbol) -> SymbolInfo:
    """Return the view of a symbol as it stands now."""
    kind = values.symbol_type(symbol)
    return SymbolInfo(
        name=symbol.name,
        type=kind,
        value=values.value_now(symbol),
        prompt=next((node.prompt[0] for node in symbol.nodes if node.prompt), None),
        help=help_text_of(symbol),
        range=values.active_range(symbol) if kind in (SymbolType.INT, SymbolType.HEX) else None,
        has_range=bool(symbol.ranges),
        assignable=tuple(LETTERS[value] for value in symbol.assignable),
        visible=bool(symbol.visibility),
        is_set_by_user=symbol.user_value is not None,
        depends_on=values.conditions(symbol.direct_dep),
        selected_by=values.selected_by(symbol),
        choice=tuple(member.name for member in symbol.choice.syms) if symbol.choice else (),
        location=Location(symbol.nodes[0].filename, symbol.nodes[0].linenr),
    )


def help_of(node: kconfiglib.MenuNode) -> str:
    """Return the help text of an entry, "" where it has none."""
    return node.kconfig.help_of(node)  # type: ignore[attr-defined, no-any-return]  # a Tree


def help_text_of(symbol: kconfiglib.Symbol) -> str:
    """Return the help text of a symbol, the first one where several definitions have one."""
    return next((text for node in symbol.nodes if (text := help_of(node))), "")


def menu_path(symbol: kconfiglib.Symbol) -> tuple[str, ...]:
    """Return the titles of the menus and choices that a symbol lies in, from the top."""
    titles: list[str] = []
    node = symbol.nodes[0].parent
    while node and node.parent:  # the topmost one is the whole tree
        if node.prompt and (node.is_menuconfig or not isinstance(node.item, kconfiglib.Symbol)):
            titles.append(node.prompt[0])
        node = node.parent
    return tuple(titles[::-1])


def menu_nodes(tree: kconfiglib.Kconfig) -> list[NodeInfo]:
    """Return the entries of the menu tree, depth first."""
    found: list[NodeInfo] = []
    _collect(tree.top_node, -1, 0, found)
    return found


def _collect(parent: kconfiglib.MenuNode, parent_index: int, depth: int, found: list[NodeInfo]) -> None:
    node = parent.list
    while node:
        index = len(found)
        found.append(_node_info(node, index, parent_index, depth))
        if node.list:
            _collect(node, index, depth + 1, found)
        node = node.next


def _node_info(node: kconfiglib.MenuNode, index: int, parent: int, depth: int) -> NodeInfo:
    item = node.item
    selection = item.selection if isinstance(item, kconfiglib.Choice) else None
    return NodeInfo(
        index=index,
        parent=parent,
        depth=depth,
        kind=kind_of(node),
        prompt=node.prompt[0] if node.prompt else "",
        help=help_of(node),
        visible=_is_visible(node),
        is_menu=node.is_menuconfig,
        name=item.name if isinstance(item, kconfiglib.Symbol) else None,
        selection=selection.name if selection else None,
        location=Location(node.filename, node.linenr),
    )


def kind_of(node: kconfiglib.MenuNode) -> NodeKind:
    """Return what an entry is."""
    if isinstance(node.item, kconfiglib.Symbol):
        return NodeKind.SYMBOL
    if isinstance(node.item, kconfiglib.Choice):
        return NodeKind.CHOICE
    return NodeKind.MENU if node.item == kconfiglib.MENU else NodeKind.COMMENT


def _is_visible(node: kconfiglib.MenuNode) -> bool:
    """Return whether an ordinary menu shows the entry now."""
    if not node.prompt:
        return False
    if node.item == kconfiglib.MENU and not value_of(node.visibility):
        return False
    return bool(value_of(node.prompt[1]) and value_of(node.dep))
