"""Everything that the Kconfig tree says of a symbol, with what holds now: for who reads it, not for what decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import Location
from configurator.model import values
from configurator.model.expressions import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    _Conditional = tuple[kconfiglib.Expr, kconfiglib.Expr]


@dataclass(frozen=True, slots=True)
class Property:
    """A default, a range, or a symbol that is selected or selects.

    Attributes:
        text: the value, the bounds, the symbol's name.
        condition: when it counts, "" for always.
        holds: whether it counts now; of several defaults or ranges, the first one that could.
        link: the symbol it names, "" if none.
    """

    text: str
    condition: str
    holds: bool
    link: str = ""

    def __str__(self) -> str:
        return f"{self.text} if {self.condition}" if self.condition else self.text


@dataclass(frozen=True, slots=True)
class Details:
    """What the tree says of a symbol; `places` are those of its definitions."""

    places: tuple[Location, ...]
    defaults: tuple[Property, ...]
    ranges: tuple[Property, ...]
    selects: tuple[Property, ...]
    implies: tuple[Property, ...]
    selected_by: tuple[Property, ...]
    implied_by: tuple[Property, ...]


def details_of(symbol: kconfiglib.Symbol) -> Details:
    """Return what the tree says of a symbol."""
    nodes = symbol.nodes
    defaults = _pairs((node.defaults, node.orig_defaults) for node in nodes)
    selects = _pairs((node.selects, node.orig_selects) for node in nodes)
    implies = _pairs((node.implies, node.orig_implies) for node in nodes)
    ranges = [
        Property(f"{_text(low)} to {_text(high)}", _condition(written), bool(value_of(condition)))
        for node in nodes
        for (low, high, condition, *_), (_, _, written, *_) in zip(node.ranges, node.orig_ranges, strict=True)
    ]
    return Details(
        places=tuple(Location(node.filename, node.linenr) for node in nodes),
        defaults=_first_counts(defaults),
        ranges=_first_counts(ranges),
        selects=tuple(_weighed(symbol, one) for one in selects),
        implies=tuple(_weighed(symbol, one) for one in implies),
        selected_by=tuple(_reversed(symbol.rev_dep)),
        implied_by=tuple(_reversed(symbol.weak_rev_dep)),
    )


def _pairs(of_nodes: Iterable[tuple[Sequence[_Conditional], Sequence[_Conditional]]]) -> list[Property]:
    """Return properties with the conditions that are written, and whether they hold with those of the menus around."""
    return [
        Property(_text(value), _condition(written), bool(value_of(condition)), _link(value))
        for full, plain in of_nodes
        for (value, condition, *_), (_, written, *_) in zip(full, plain, strict=True)
    ]


def _link(value: kconfiglib.Expr) -> str:
    return value.name if isinstance(value, kconfiglib.Symbol) and value.nodes else ""


def _weighed(symbol: kconfiglib.Symbol, one: Property) -> Property:
    """Return a select or imply, which does nothing while its own symbol is off."""
    return Property(one.text, one.condition, one.holds and bool(symbol.tri_value), one.link)


def _first_counts(properties: list[Property]) -> tuple[Property, ...]:
    """Return properties of which only the first that could hold does."""
    holding = next((one for one in properties if one.holds), None)
    return tuple(Property(one.text, one.condition, one is holding, one.link) for one in properties)


def _reversed(expression: kconfiglib.Expr) -> Iterator[Property]:
    """Yield the symbols that select or imply one, those that do now first."""
    found = []
    for part in kconfiglib.split_expr(expression, kconfiglib.OR):
        first, *others = kconfiglib.split_expr(part, kconfiglib.AND)
        if isinstance(first, kconfiglib.Symbol) and not first.is_constant:
            condition = " && ".join(map(kconfiglib.expr_str, others))
            found.append(Property(first.name, condition, bool(value_of(part)), first.name))
    yield from sorted(found, key=lambda one: not one.holds)


def _condition(expression: kconfiglib.Expr) -> str:
    is_constant = isinstance(expression, kconfiglib.Symbol) and expression is expression.kconfig.y
    return "" if is_constant else kconfiglib.expr_str(expression)


def _text(value: kconfiglib.Expr) -> str:
    """Return a value as it is written, with what a symbol that it names holds now."""
    text = kconfiglib.expr_str(value)
    if isinstance(value, kconfiglib.Symbol) and value.nodes and not value.is_constant:
        return f"{text} (={values.value_now(value) or '(none)'})"
    return text
