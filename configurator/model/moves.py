"""Why a symbol moved that nobody asked to move, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kconfiglib

from configurator.model import values
from configurator.model.expressions import value_of
from configurator.model.origin import OriginKind, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from configurator.model.dotconfig import Assignment
    from configurator.model.origin import Origin

_MOST_CAUSES = 3


class Mover:
    """Tells reasons for what came of one change.

    Args:
        root: the tree's folder; None for places as the tree has them.
        lines: the line of the files that counts, by symbol.
        moved: all that moved, with the values of now.
    """

    def __init__(self, root: Path | None, lines: Mapping[str, Assignment], moved: Mapping[str, str]) -> None:
        self._root = root
        self._lines = lines
        self._moved = moved

    def reason(self, symbol: kconfiglib.Symbol) -> str:
        """Return why a symbol has another value now: what selects it, what it lost, a range, its choice."""
        if symbol.choice and symbol.visibility and symbol.choice.selection:
            chosen = symbol.choice.selection
            return "choice" if chosen is symbol else f"choice: {chosen.name} instead"
        limits = self._limits(symbol)
        if limits:
            return f"range {limits[0]}..{limits[1]}"
        lost = [one for one in values.conditions(symbol.direct_dep) if not one.holds]
        origin = origin_of(symbol, self._root, self._lines)
        if origin.kind in (OriginKind.SELECT, OriginKind.IMPLY):
            return origin.text
        if lost:
            ours = [one for one in lost if any(name in self._moved for name, _ in one.values)]
            return f"lost {' and '.join(map(str, ours or lost))}"
        return self._of_kind(symbol, origin)

    def _of_kind(self, symbol: kconfiglib.Symbol, origin: Origin) -> str:
        former = [name for name in _selecting(symbol) if name in self._moved]
        if former and not symbol.tri_value:
            return f"no longer selected by {', '.join(former)}"
        if origin.kind in (OriginKind.LINE, OriginKind.SET):
            return f"set earlier{self._since(symbol)}"
        if origin.kind is OriginKind.DEFAULT:
            return f"default{self._since(symbol)}"
        return origin.text

    def _limits(self, symbol: kconfiglib.Symbol) -> tuple[str, str] | None:
        """Return the range that holds, if it decides the value."""
        given = values.user_value(symbol) if symbol.visibility else ""
        wanted = given or next(
            (value.str_value for value, condition, *_ in symbol.defaults
             if value_of(condition) and isinstance(value, kconfiglib.Symbol)), "")  # fmt: skip
        if not symbol.ranges or not wanted or values.number(symbol, wanted) is None:
            return None
        return values.exceeded_range(symbol, wanted)

    def _since(self, symbol: kconfiglib.Symbol) -> str:
        """Return what moved and lets the value be: dependencies, conditions of prompts and defaults."""
        expressions = [symbol.direct_dep, *_conditions(symbol)]
        causes = [name for expression in expressions for name in _names(expression) if name in self._moved]
        causes += [name for name in _names(symbol.rev_dep) if name in self._moved]
        named = [f"{name}={self._moved[name] or '(none)'}" for name in dict.fromkeys(causes) if name != symbol.name]
        more = ", ..." if len(named) > _MOST_CAUSES else ""
        return f", now that {', '.join(named[:_MOST_CAUSES])}{more}" if named else ""


def _selecting(symbol: kconfiglib.Symbol) -> Iterator[str]:
    """Yield the names of the symbols that have a `select` of this one, whether or not it holds."""
    for part in kconfiglib.split_expr(symbol.rev_dep, kconfiglib.OR):
        first = kconfiglib.split_expr(part, kconfiglib.AND)[0]
        if isinstance(first, kconfiglib.Symbol) and not first.is_constant:
            yield first.name


def _conditions(symbol: kconfiglib.Symbol) -> Iterator[kconfiglib.Expr]:
    for node in symbol.nodes:
        if node.prompt:
            yield node.prompt[1]
    for value, condition, *_ in symbol.defaults:
        yield value
        yield condition
    for low, high, condition, *_ in symbol.ranges:
        yield low
        yield high
        yield condition


def _names(expression: kconfiglib.Expr) -> list[str]:
    items = kconfiglib.expr_items(expression)
    return sorted(item.name for item in items if isinstance(item, kconfiglib.Symbol) and item.nodes)
