"""The difference of two configurations, symbol by symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.compare.product import Product, product

if TYPE_CHECKING:
    from configurator.compare.sides import Side


@dataclass(frozen=True)
class SymbolDifference:
    """A symbol that differs.

    Attributes:
        name: the symbol.
        prompt: its prompt; "" for one without.
        menu: the titles of the menus it lies in, from the top.
        before: its value on the first side, None when that tree has no such symbol.
        after: the same of the second side.
        written: its lines in the two .config files, None where it is not written.
        is_set: somebody set it on one side or the other; else it follows from what was set, or from the tree.
        reason: where its value on the second side comes from.
    """

    name: str
    prompt: str
    menu: tuple[str, ...]
    before: str | None
    after: str | None
    written: tuple[str | None, str | None]
    is_set: bool
    reason: str


@dataclass(frozen=True)
class Difference:
    """All that differs between `before` and `after`, the names of the two sides.

    `lines` are the lines of the .config files that differ, by symbol: more than `symbols` where one is hidden on one
    side and has the same value on both.
    """

    before: str
    after: str
    symbols: tuple[SymbolDifference, ...]
    product: Product
    lines: tuple[tuple[str, str | None, str | None], ...]

    @property
    def is_set(self) -> tuple[SymbolDifference, ...]:
        """Return what somebody set."""
        return tuple(one for one in self.symbols if one.is_set)

    @property
    def follows(self) -> tuple[SymbolDifference, ...]:
        """Return what merely followed."""
        return tuple(one for one in self.symbols if not one.is_set)


def compare(before: Side, after: Side) -> Difference:
    """Compare two sides, of which `after` was read last.

    A symbol counts as set when the minimal configurations, which hold only what differs from the defaults, differ in
    it: that does not depend on whether a side is a preset of three lines or a .config with everything.
    """
    names = dict.fromkeys([*after.values, *before.values])
    different = [name for name in names if before.values.get(name) != after.values.get(name)]
    symbols = tuple(_symbol(name, before, after) for name in different)
    written = dict.fromkeys([*after.written, *before.written])
    pairs = ((name, before.written.get(name), after.written.get(name)) for name in written)
    lines = tuple((name, old, new) for name, old, new in pairs if old != new)
    return Difference(before.name, after.name, symbols, product(before, after, different), lines)


def _symbol(name: str, before: Side, after: Side) -> SymbolDifference:
    known = after if name in after.values else before
    info = known.configuration.symbol(name)
    return SymbolDifference(
        name=name,
        prompt=info.prompt or "",
        menu=known.configuration.analysis.menu_path(name),
        before=before.values.get(name),
        after=after.values.get(name),
        written=(before.written.get(name), after.written.get(name)),
        is_set=before.minimal.get(name) != after.minimal.get(name),
        reason=_reason(name, after),
    )


def _reason(name: str, after: Side) -> str:
    if name not in after.values:
        return "the tree has it no more"
    text = after.configuration.analysis.origin(name).text
    return text.replace(f"{after.configuration.root}/", "") if after.is_temporary else text
