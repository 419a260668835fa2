"""Units and the edges between symbols, read from the Kconfig tree.

A unit is known by its place alone: the Kconfig file of the folder drivers/NAME or kernel/NAME defines the bool symbol
NAME (in capitals). There is no list of units and no map from symbols to packages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import Location, UsageError
from configurator.model import describe
from configurator.model.expressions import value_of
from configurator.model.places import shown
from configurator.model.views import Edge, EdgeKind, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CAPABILITY_PREFIX = "HAVE_"
_UNIT_KCONFIG = re.compile(r"(?P<folder>(?:drivers|kernel)/(?P<name>[^/]+))/Kconfig")


def find_units(tree: kconfiglib.Kconfig, root: Path) -> list[Unit]:
    """Return the units of the tree, sorted by symbol.

    Raises:
        UsageError: a folder's Kconfig breaks the rules for units; the message names the file.
    """
    units = []
    for filename in sorted(set(tree.kconfig_filenames)):
        match = _UNIT_KCONFIG.fullmatch(filename)
        if match:
            unit = _unit_of(tree, root, match["folder"], match["name"])
            if unit:
                units.append(unit)
    return sorted(units, key=lambda unit: unit.symbol)


def _unit_of(tree: kconfiglib.Kconfig, root: Path, folder: str, name: str) -> Unit | None:
    """Return the unit of one folder, None for one that only declares capabilities."""
    wanted = name.upper()
    filename = f"{folder}/Kconfig"
    defined = [
        (node.item, node)
        for node in tree.node_iter()
        if node.filename == filename and isinstance(node.item, kconfiglib.Symbol)
    ]
    for symbol, node in defined:
        if symbol.name != wanted and not symbol.name.startswith((f"{wanted}_", CAPABILITY_PREFIX)):
            raise UsageError(
                f"symbol {symbol.name} does not belong here: symbols of {folder} are {wanted}, "
                f"{wanted}_... and {CAPABILITY_PREFIX}...",
                location=shown(root, filename, node.linenr),
            )
    own = [(symbol, node) for symbol, node in defined if symbol.name == wanted]
    if not own:
        if all(symbol.name.startswith(CAPABILITY_PREFIX) for symbol, _ in defined) and defined:
            return None
        raise UsageError(
            f"the folder {folder} has a Kconfig file, which does not define the symbol {wanted}",
            location=shown(root, filename),
            hints=[f"config {wanted}"],
        )
    return _checked(*own[0], folder, root)


def _checked(symbol: kconfiglib.Symbol, node: kconfiglib.MenuNode, folder: str, root: Path) -> Unit:
    place = shown(root, node.filename, node.linenr)
    if symbol.type != kconfiglib.BOOL:
        raise UsageError(f"the unit's symbol {symbol.name} must be bool", location=place)
    others = sorted({other.filename for other in symbol.nodes} - {node.filename})
    if any(_UNIT_KCONFIG.fullmatch(other) for other in others):
        raise UsageError(f"the symbol {symbol.name} is the unit of two folders, see also {others[0]}", location=place)
    help_text = describe.help_text_of(symbol)
    prompt = next((other.prompt[0] for other in symbol.nodes if other.prompt), "")
    location = Location(node.filename, node.linenr)
    return Unit(symbol.name, folder, symbol.str_value == "y", prompt, help_text, location)


def find_edges(tree: kconfiglib.Kconfig, units: Iterable[Unit], root: Path, *, enabled_only: bool) -> list[Edge]:
    """Return what must come before what, sorted; not only among units, since edges pass through helper symbols.

    - A symbol comes after every symbol that its dependency (with enclosing `if` and `menu`) mentions, but for what is
      under a NOT: ``depends on KBD || !KBD`` orders without requiring.
    - A unit comes after a unit that it selects.
    - What selects a capability (``HAVE_...``) comes before it, and so before all that depend on the capability.

    Args:
        tree: the tree with its present values.
        units: the tree's units.
        root: the tree's folder, for messages.
        enabled_only: only edges between symbols that are y, for the init order; else all, for checks of the tree.

    Raises:
        UsageError: a unit's dependency compares a unit with a value, which cannot be ordered.
    """
    unit_names = {unit.symbol for unit in units}
    edges: set[Edge] = set()
    for symbol in tree.unique_defined_syms:
        if symbol.type != kconfiglib.BOOL or (enabled_only and symbol.str_value != "y"):
            continue
        place = Location(symbol.nodes[0].filename, symbol.nodes[0].linenr)
        if symbol.name in unit_names:
            _refuse_comparisons(symbol, unit_names, shown(root, place.path, place.line))
        for mentioned in _mentioned(symbol.direct_dep):
            if mentioned.name != symbol.name and (not enabled_only or mentioned.str_value == "y"):
                edges.add(Edge(mentioned.name, symbol.name, EdgeKind.DEPENDS, place))
        edges.update(_select_edges(symbol, unit_names, enabled_only=enabled_only))
    return sorted(edges, key=lambda edge: (edge.after, edge.before, edge.kind.value))


def _select_edges(symbol: kconfiglib.Symbol, unit_names: set[str], *, enabled_only: bool) -> Iterator[Edge]:
    for node in symbol.nodes:
        for target, condition, *_ in node.selects:
            if enabled_only and not value_of(condition):
                continue
            place = Location(node.filename, node.linenr)
            if target.name.startswith(CAPABILITY_PREFIX):
                yield Edge(symbol.name, target.name, EdgeKind.PROVIDES, place)
            elif symbol.name in unit_names and target.name in unit_names:
                yield Edge(target.name, symbol.name, EdgeKind.SELECTS, place)


def _mentioned(expression: kconfiglib.Expr) -> Iterator[kconfiglib.Symbol]:
    """Yield the bool symbols of an expression that stand under AND and OR alone."""
    if isinstance(expression, kconfiglib.Symbol):
        if expression.nodes and expression.type == kconfiglib.BOOL:
            yield expression
    elif isinstance(expression, kconfiglib.Choice):
        yield from _mentioned(expression.direct_dep)
    elif expression[0] in (kconfiglib.AND, kconfiglib.OR):
        for part in expression[1:]:
            yield from _mentioned(part)  # after the operator, only operands


def _refuse_comparisons(symbol: kconfiglib.Symbol, unit_names: set[str], place: Location) -> None:
    for left, right in _comparisons(symbol.direct_dep):
        for side in (left, right):
            if side.name in unit_names and not side.is_constant:
                raise UsageError(
                    f"the unit {symbol.name} compares the unit {side.name} with a value: that gives no order",
                    location=place,
                    hints=[f"depends on {side.name}", f"depends on {side.name} || !{side.name}"],
                )


def _comparisons(expression: kconfiglib.Expr) -> Iterator[tuple[kconfiglib.Symbol, kconfiglib.Symbol]]:
    if isinstance(expression, kconfiglib.Symbol):
        return
    if isinstance(expression, kconfiglib.Choice):
        yield from _comparisons(expression.direct_dep)
    elif expression[0] in (kconfiglib.AND, kconfiglib.OR, kconfiglib.NOT):
        for part in expression[1:]:
            yield from _comparisons(part)
    else:
        yield expression[1:]  # type: ignore[misc]  # a relation has exactly two symbols
