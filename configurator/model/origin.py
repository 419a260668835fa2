"""Where the value of a symbol comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import kconfiglib

from configurator.model import values
from configurator.model.expressions import YES, value_of
from configurator.model.places import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from configurator.errors import Location
    from configurator.model.dotconfig import Assignment


class OriginKind(Enum):
    """What a value comes from; the value is its name in JSON."""

    LINE = "line"
    SET = "set"
    DEFAULT = "default"
    SELECT = "select"
    IMPLY = "imply"
    CHOICE = "choice"
    DEPENDENCY = "dependency"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Origin:
    """What decides the value of a symbol.

    Attributes:
        kind: LINE of a file, SET since then, DEFAULT in Kconfig, SELECT or IMPLY by other symbols, CHOICE of another
            member, DEPENDENCY that is not met, or NOTHING: no default at all.
        text: the same in words, to follow "NAME is VALUE: ".
        location: the line, or the place in Kconfig; None where there is no single one.
        by: the symbols that decide it.
    """

    kind: OriginKind
    text: str
    location: Location | None = None
    by: tuple[str, ...] = ()


def origin_of(symbol: kconfiglib.Symbol, root: Path | None, lines: Mapping[str, Assignment]) -> Origin:
    """Return where the value that a symbol has now comes from.

    Args:
        symbol: the symbol.
        root: the tree's folder, for places in Kconfig that can be opened; None for places as the tree has them.
        lines: the line of the files that counts, by symbol.
    """
    if symbol.choice:
        return _of_member(symbol, symbol.choice, root, lines)
    selecting = values.selected_by(symbol)
    if selecting and not (symbol.visibility and symbol.user_value == value_of(symbol.rev_dep)):
        text = f"selected by {', '.join(selecting)}"
        return Origin(OriginKind.SELECT, text, _select_location(symbol, selecting[0], root), selecting)
    if symbol.visibility and symbol.user_value is not None:
        return _given(symbol, lines)
    return _implied(symbol) or _default(symbol, root) or _nothing(symbol)


def _given(symbol: kconfiglib.Symbol, lines: Mapping[str, Assignment]) -> Origin:
    line = lines.get(symbol.name)
    if line and line.location and line.value == values.user_value(symbol):
        # A number out of range goes to the bound, a y may become m.
        asked = "" if values.same(symbol, line.value, symbol.str_value) else f", which asks for {line.value}"
        return Origin(OriginKind.LINE, f"set in {line.location}{asked}", line.location)
    return Origin(OriginKind.SET, "set since the configuration was read")


def _of_member(
    symbol: kconfiglib.Symbol, choice: kconfiglib.Choice, root: Path | None, lines: Mapping[str, Assignment]
) -> Origin:
    chosen = choice.selection
    if chosen is None:
        return _nothing(symbol)
    if chosen is not symbol:
        return Origin(OriginKind.CHOICE, f"{chosen.name} is chosen instead", by=(chosen.name,))
    if symbol.user_value == YES:
        return _given(symbol, lines)
    node = choice.nodes[0]
    place = shown(root, node.filename, node.linenr)
    return Origin(OriginKind.DEFAULT, f"the default of its choice, {place}", place)


def _implied(symbol: kconfiglib.Symbol) -> Origin | None:
    if not value_of(symbol.weak_rev_dep) or not value_of(symbol.direct_dep):
        return None
    if _default_value(symbol) >= symbol.tri_value:
        return None
    implying = values.forcing(symbol.weak_rev_dep)
    return Origin(OriginKind.IMPLY, f"implied by {', '.join(implying)}", by=implying)


def _default_value(symbol: kconfiglib.Symbol) -> int:
    for value, condition, *_ in symbol.defaults:
        if value_of(condition):
            return min(value_of(value), value_of(condition))
    return 0


def _default(symbol: kconfiglib.Symbol, root: Path | None) -> Origin | None:
    """Return the default that holds, with the place of the entry that has it."""
    for node in symbol.nodes:
        for (value, condition, *_), (_, written, *_) in zip(node.defaults, node.orig_defaults, strict=True):
            if value_of(condition):
                place = shown(root, node.filename, node.linenr)
                names = _named(value) | _named(written)
                why = f" if {kconfiglib.expr_str(written)}" if written is not symbol.kconfig.y else ""
                text = f"default {kconfiglib.expr_str(value)}{why}, {place}"
                return Origin(OriginKind.DEFAULT, text, place, tuple(sorted(names - {symbol.name})))
    return None


def _nothing(symbol: kconfiglib.Symbol) -> Origin:
    unmet = tuple(one for one in values.conditions(symbol.direct_dep) if not one.holds)
    if unmet:
        by = tuple(dict.fromkeys(name for one in unmet for name, _ in one.values))
        return Origin(OriginKind.DEPENDENCY, f"it needs {' and '.join(map(str, unmet))}", by=by)
    if not values.has_prompt(symbol) and symbol.rev_dep is not symbol.kconfig.n:
        return Origin(OriginKind.NOTHING, "nothing selects it now")
    return Origin(OriginKind.NOTHING, "it has no default")


def _select_location(symbol: kconfiglib.Symbol, selecting: str, root: Path | None) -> Location | None:
    for node in symbol.kconfig.syms[selecting].nodes:
        if any(target is symbol for target, *_ in node.selects):
            return shown(root, node.filename, node.linenr)
    return None


def _named(expression: kconfiglib.Expr) -> set[str]:
    items = kconfiglib.expr_items(expression)
    return {item.name for item in items if isinstance(item, kconfiglib.Symbol) and item.nodes}
