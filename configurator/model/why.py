"""Why a symbol has its value and why it cannot be set, down the chain of what decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.model import values
from configurator.model.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import kconfiglib

    from configurator.model.dotconfig import Assignment
    from configurator.model.origin import Origin
    from configurator.model.views import Condition

_DEEPEST = 12


@dataclass(frozen=True)
class Why:
    """A symbol, where its value comes from, and the same of the symbols that decide it.

    Attributes:
        name: the symbol.
        value: what it holds.
        origin: where that comes from.
        because: the symbols that decide it, each with its own reasons; empty where they were told further up.
        blocked_by: the conditions that keep its prompt hidden; empty when it can be set or has no prompt.
        blockers: the symbols in them, each with its own reasons.
    """

    name: str
    value: str
    origin: Origin
    because: tuple[Why, ...]
    blocked_by: tuple[Condition, ...]
    blockers: tuple[Why, ...]


class Explainer:
    """Makes explanations of a tree with its present values; each symbol is explained once in each of them."""

    def __init__(self, tree: kconfiglib.Kconfig, root: Path | None, lines: Mapping[str, Assignment]) -> None:
        self._tree = tree
        self._root = root
        self._lines = lines

    def why(self, symbol: kconfiglib.Symbol) -> Why:
        """Explain a symbol."""
        return self._explain(symbol, {symbol.name}, _DEEPEST)

    def _explain(self, symbol: kconfiglib.Symbol, told: set[str], depth: int) -> Why:
        origin = origin_of(symbol, self._root, self._lines)
        hidden = values.has_prompt(symbol) and not symbol.visibility
        blocked_by = tuple(one for one in values.prompt_conditions(symbol) if not one.holds) if hidden else ()
        names = dict.fromkeys(name for condition in blocked_by for name, _ in condition.values)
        blockers = self._all(names, told, depth)
        because = self._all(origin.by, told, depth)
        return Why(symbol.name, symbol.str_value, origin, because, blocked_by, blockers)

    def _all(self, names: Iterable[str], told: set[str], depth: int) -> tuple[Why, ...]:
        fresh = [name for name in names if name not in told and depth > 0]
        told.update(fresh)
        return tuple(self._explain(self._tree.syms[name], told, depth - 1) for name in fresh)
