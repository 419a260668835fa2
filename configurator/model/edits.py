"""Changes of what the user set, and what follows from them, at the cost of what they touch.

kconfiglib computes values when they are asked for, and forgets all that might depend on a change. An editor has to tell
after each key which of thousands of symbols moved. So here every value is kept computed. A change runs through the
graph of dependencies in the order of a topological sort, and stops at each symbol that holds what it held before.
"""

from __future__ import annotations

import heapq
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import kconfiglib

from configurator.model import values
from configurator.model.symbols import TreeSymbol, level_of, place_of, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from configurator.model.tree import Tree
    from configurator.model.views import NotTaken

_Group: TypeAlias = kconfiglib.Symbol | kconfiglib.Choice


@dataclass(frozen=True, slots=True)
class Movement:
    """A symbol whose value is another one now."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the user has set a symbol to, None for nothing, and his how manieth setting that was."""

    name: str
    value: str | int | None
    turn: int


@dataclass(frozen=True)
class Effect:
    """What came of a change.

    Attributes:
        moved: the symbols with another value, in the order of the Kconfig files.
        touched: the names of all symbols that were looked at again: their visibility may differ, or their line.
        former: what the user had set before, of the symbols of which that differs.
        latter: what he has set of them now.
        missed: the assignments that do not hold.
    """

    moved: tuple[Movement, ...]
    touched: frozenset[str]
    former: tuple[Setting, ...]
    latter: tuple[Setting, ...]
    missed: tuple[NotTaken, ...] = ()


class Edits:
    """Changes a tree's user values.

    Everything else may change them too, by kconfiglib's own means: values that it has forgotten are computed before the
    next change.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._order = _Order(tree)

    def prepare(self) -> None:
        """Do now what the first change would have to wait for."""
        self._order.prepare()
        self._compute()

    def assign(self, wanted: Mapping[kconfiglib.Symbol, str | None]) -> Effect:
        """Set symbols, in the order in which they come; None takes back what the user set."""
        members = dict.fromkeys(member for symbol in wanted for member in _with_choice(symbol))
        former = [setting_of(symbol) for symbol in members]

        def change() -> None:
            for symbol, value in wanted.items():
                if value is None:
                    put(symbol, None, 0)
                else:
                    put(symbol, level_of(symbol, value), self._tree.next_turn())

        return self._run(change, list(members), former)

    def put_back(self, settings: Iterable[Setting]) -> Effect:
        """Return to what an effect calls its `former` or `latter` settings."""
        settings = list(settings)
        symbols = [self._tree.syms[one.name] for one in settings]
        former = [setting_of(symbol) for symbol in symbols]

        def change() -> None:
            for symbol, one in zip(symbols, settings, strict=True):
                put(symbol, one.value, one.turn)

        return self._run(change, symbols, former)

    def whole(self, change: Callable[[], None]) -> Effect:
        """Make a change that may concern everything, such as reading a file."""
        symbols = self._tree.unique_defined_syms
        self._compute()
        former = [setting_of(symbol) for symbol in symbols]
        before = [values.value_now(symbol) for symbol in symbols]
        change()
        after = [values.value_now(symbol) for symbol in symbols]
        moved = tuple(
            Movement(symbol.name, old, new)
            for symbol, old, new in zip(symbols, before, after, strict=True)
            if old != new
        )
        return _effect(moved, frozenset(symbol.name for symbol in symbols), symbols, former)

    def settings(self) -> list[Setting]:
        """Return what the user has set, of all symbols."""
        return [setting_of(symbol) for symbol in self._tree.unique_defined_syms if symbol.user_value is not None]

    def restore(self, settings: Iterable[Setting]) -> None:
        """Return to what `settings` gave, and tell nothing."""
        self._tree.unset_values()
        for one in settings:
            put(self._tree.syms[one.name], one.value, one.turn)
        self._tree.invalidate()

    def _run(self, change: Callable[[], None], symbols: list[kconfiglib.Symbol], former: list[Setting]) -> Effect:
        self._compute()
        warns, self._tree.warn = self._tree.warn, False  # what kconfiglib says on the way was said when it was read
        try:
            change()
            before = self._ripple(symbols)
        finally:
            self._tree.warn = warns
        moved = [(place_of(symbol), Movement(symbol.name, old, new)) for symbol, old in before.items()
                 if (new := values.value_now(symbol)) != old]  # fmt: skip
        ordered = tuple(movement for _, movement in sorted(moved, key=lambda pair: pair[0]))
        return _effect(ordered, frozenset(symbol.name for symbol in before), symbols, former)

    def _compute(self) -> None:
        """Compute the values that are not known."""
        for symbol in self._tree.unique_defined_syms:
            if symbol._cached_str_val is None:  # noqa: SLF001 - one module with its base
                symbol.str_value  # noqa: B018 - evaluates

    def _ripple(self, changed: Iterable[kconfiglib.Symbol]) -> dict[kconfiglib.Symbol, str]:
        """Compute the symbols anew that the changed ones concern; return their former values."""
        order = self._order
        order.prepare()
        groups = order.groups
        queued = {order.rank(symbol) for symbol in changed}
        waiting = list(queued)
        heapq.heapify(waiting)
        before: dict[kconfiglib.Symbol, str] = {}
        modules = self._tree.modules_symbol
        while waiting:
            rank = heapq.heappop(waiting)
            queued.discard(rank)
            group = groups[rank]
            members = _members(group)
            olds = [item.str_value for item in members]
            for item in members:
                before.setdefault(item, values.value_now(item))
            _forget(group)
            for item, old in zip(members, olds, strict=True):
                if item.str_value == old:
                    continue
                if item is modules:
                    return self._all_anew(before)
                for other in order.following(item):
                    if other not in queued and other != rank:
                        queued.add(other)
                        heapq.heappush(waiting, other)
        return before

    def _all_anew(self, before: dict[kconfiglib.Symbol, str]) -> dict[kconfiglib.Symbol, str]:
        """Compute everything anew: a tristate's type depends on the modules symbol."""
        for symbol in self._tree.unique_defined_syms:
            if symbol not in before:
                before[symbol] = values.value_now(symbol)
        self._tree.invalidate()
        self._compute()
        return before


class _Order:
    """A topological order of the tree: what a value follows from has a lower rank.

    What is computed together has a rank: a symbol, or a choice with its members, whose values follow from each other;
    a choice stands for them.

    Attributes:
        groups: the symbols and choices by rank.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._following: dict[kconfiglib.Symbol, tuple[int, ...]] = {}
        self._choices: dict[kconfiglib.Choice, int] = {}
        self._ranks = array("I")
        self.groups: list[_Group] = []

    def prepare(self) -> None:
        """Sort, if that has not been done."""
        symbols, choices = self._tree.unique_defined_syms, self._tree.unique_choices
        if self.groups or not symbols:
            return
        self._choices = {choice: number for number, choice in enumerate(choices, len(symbols))}
        self._ranks = array("I", bytes(array("I").itemsize * (len(symbols) + len(choices))))
        self.groups = self._sorted([*choices, *[symbol for symbol in symbols if not symbol.choice]])
        for rank, group in enumerate(self.groups):
            self._ranks[self._number(group)] = rank

    def rank(self, item: _Group) -> int:
        """Return the rank of a symbol or a choice."""
        return self._ranks[self._number(_group_of(item))]

    def following(self, symbol: kconfiglib.Symbol) -> tuple[int, ...]:
        """Return the ranks of what depends on a symbol."""
        known = self._following.get(symbol)
        if known is None:
            known = tuple({self.rank(item) for item in symbol._dependents})  # noqa: SLF001 - one module with its base
            self._following[symbol] = known
        return known

    def _number(self, group: _Group) -> int:
        return self._choices[group] if isinstance(group, kconfiglib.Choice) else place_of(group)

    def _sorted(self, groups: list[_Group]) -> list[_Group]:
        """Return the groups so that each stands before those that depend on it, by depth-first search."""
        done: list[_Group] = []
        seen = bytearray(len(self._ranks))
        for root in reversed(groups):
            if seen[self._number(root)]:
                continue
            seen[self._number(root)] = 1
            path = [(root, iter(_dependents(root)))]
            while path:
                group, items = path[-1]
                for item in items:
                    following = _group_of(item)
                    number = self._number(following)
                    if not seen[number]:
                        seen[number] = 1
                        path.append((following, iter(_dependents(following))))
                        break
                else:
                    done.append(group)
                    path.pop()
        done.reverse()
        return done


def _group_of(item: _Group) -> _Group:
    return item if isinstance(item, kconfiglib.Choice) else item.choice or item


def _members(group: _Group) -> Sequence[kconfiglib.Symbol]:
    return group.syms if isinstance(group, kconfiglib.Choice) else (group,)


def _forget(group: _Group) -> None:
    """Drop the computed values."""
    for symbol in _members(group):
        symbol._invalidate()  # noqa: SLF001 - one module with its base
    if isinstance(group, kconfiglib.Choice):
        group._invalidate()  # noqa: SLF001 - as above


def _dependents(group: _Group) -> Iterator[_Group]:
    for symbol in _members(group):
        yield from symbol._dependents  # noqa: SLF001 - one module with its base
    if isinstance(group, kconfiglib.Choice):
        yield from group._dependents  # noqa: SLF001 - as above


def _effect(
    moved: tuple[Movement, ...], touched: frozenset[str], symbols: Sequence[kconfiglib.Symbol], former: list[Setting]
) -> Effect:
    pairs = [(old, new) for symbol, old in zip(symbols, former, strict=True) if (new := setting_of(symbol)) != old]
    return Effect(moved, touched, tuple(old for old, _ in pairs), tuple(new for _, new in pairs))


def setting_of(symbol: kconfiglib.Symbol) -> Setting:
    """Return what the user has set a symbol to."""
    return Setting(symbol.name, symbol.user_value, symbol.turn if isinstance(symbol, TreeSymbol) else 0)


def _with_choice(symbol: kconfiglib.Symbol) -> Sequence[kconfiglib.Symbol]:
    return symbol.choice.syms if symbol.choice else (symbol,)
