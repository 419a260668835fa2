"""What a difference does to the product: the units that start, their order, the constants in the generated code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.generate import golang

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from configurator.compare.sides import Side


@dataclass(frozen=True)
class ConstantChange:
    """A constant of kernel/config whose value differs, as Go writes it; None on a side that has no such constant."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Product:
    """Units by symbol, in the order in which they start; `moved` start at another place among those that stay.

    `is_known` is False for a tree that has no units, or whose units have no order.
    """

    is_known: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    constants: tuple[ConstantChange, ...] = ()


def product(before: Side, after: Side, names: Iterable[str]) -> Product:
    """Return what differs in the product; `names` are the symbols that differ."""
    if before.units is None and after.units is None:
        return Product()
    old, new = before.units or (), after.units or ()
    common = [unit for unit in new if unit in old]
    staying = _longest_common([unit for unit in old if unit in new], common)
    return Product(
        is_known=True,
        added=tuple(unit for unit in new if unit not in old),
        removed=tuple(unit for unit in old if unit not in new),
        moved=tuple(unit for unit in common if unit not in staying),
        order=tuple(new),
        constants=tuple(_constant(name, before, after) for name in sorted(names)),
    )


def _longest_common(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the units that keep their order; the others are those that moved, as few as can be."""
    places = {unit: place for place, unit in enumerate(old)}
    longest: list[list[str]] = []  # the best sequence that ends at each unit of `new`
    for unit in new:
        before = [one for one in longest if places[one[-1]] < places[unit]]
        longest.append([*_longest(before), unit])
    return set(_longest(longest))


def _longest(sequences: Sequence[list[str]]) -> list[str]:
    return max(sequences, key=len, default=[])


def _constant(name: str, before: Side, after: Side) -> ConstantChange:
    return ConstantChange(golang.constant_name(name), _literal(name, before), _literal(name, after))


def _literal(name: str, side: Side) -> str | None:
    """Return the value of a symbol's constant in Go, None where the tree has no such symbol."""
    if name not in side.values:
        return None
    info = replace(side.configuration.symbol(name), value=side.values[name])
    try:
        return golang.constant(info).partition(" = ")[2]
    except EggcupError:  # the name or the value has no form in Go: `generate` says so
        return None
