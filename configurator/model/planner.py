"""Finds the smallest sets of changes that give a symbol a value, or make it settable.

The search goes backwards from what is wanted. A state is a set of wants, values for symbols; its wants are assigned and
looked at. The first that does not hold shows by its conditions what else is needed, each alternative a larger state.
States are taken by size, so the first plans found are the smallest. Only the symbols wanted are assigned and taken
back, so that a state costs little in a large tree too.
"""

from __future__ import annotations

import heapq
import itertools
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.model import values
from configurator.model.needs import Want, needs_of
from configurator.model.symbols import Given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import kconfiglib

_LARGEST_PLAN = 12
_MOST_STATES = 4000
_LONGEST_SEARCH = 2.0  # seconds, for trees of the size of Linux's; small trees are searched to the end long before


@dataclass(frozen=True)
class Change:
    """A symbol whose value changes; `reason` says why it follows, "" for a change that the plan itself makes."""

    name: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """Changes to make together; `consequences` are the other symbols that get another value by them."""

    changes: tuple[Change, ...]
    consequences: tuple[Change, ...] = ()


def search(tree: kconfiglib.Kconfig, goal: Want, most: int) -> list[dict[str, str]]:
    """Return sets of assignments that reach the goal, the smallest first; none contains another one.

    Args:
        tree: the tree; its values are the same afterwards.
        goal: what to reach; a value of None asks that the symbol can be set.
        most: how many sets to return at most.
    """
    found: list[dict[str, str]] = []
    counter = itertools.count()
    start: tuple[Want, ...] = () if goal.value is None else (goal,)
    waiting = [(0, next(counter), start)]
    seen = {frozenset(start)}
    deadline = time.monotonic() + _LONGEST_SEARCH
    while waiting and len(found) < most and len(seen) < _MOST_STATES and time.monotonic() < deadline:
        *_, state = heapq.heappop(waiting)
        with _assigned(tree, state):
            failing = [want for want in dict.fromkeys((goal, *state)) if not _holds(tree, want)]
            steps = _next_steps(tree, failing, state) if len(state) < _LARGEST_PLAN else []
        if not failing:
            _add(found, _least(tree, goal, state))
        for step in steps:
            larger = (*state, step)
            if frozenset(larger) not in seen:
                seen.add(frozenset(larger))
                heapq.heappush(waiting, (_size(tree, larger), next(counter), larger))
    return found


def _next_steps(tree: kconfiglib.Kconfig, failing: Iterable[Want], state: tuple[Want, ...]) -> list[Want]:
    """Return alternatives for what a state needs besides; none when it contradicts itself.

    A want that waits for others in the state is passed over: it is theirs that are missing.
    """
    taken = {want.name: want.value for want in state}
    for want in failing:
        steps = list(dict.fromkeys(needs_of(tree.syms[want.name], want.value)))
        if not any(step in state and step != want for step in steps):
            return [step for step in steps if step.name not in taken]
    return []


def _size(tree: kconfiglib.Kconfig, state: Iterable[Want]) -> int:
    """Return how many symbols a state sets; what it wants of symbols without a prompt costs nothing by itself."""
    return sum(1 for want in state if values.has_prompt(tree.syms[want.name]))


def _add(found: list[dict[str, str]], plan: dict[str, str]) -> None:
    """Keep a plan unless one that was found before is a part of it."""
    if not any(other.items() <= plan.items() for other in found):
        found[:] = [other for other in found if not plan.items() <= other.items()]
        found.append(plan)


def _least(tree: kconfiglib.Kconfig, goal: Want, state: tuple[Want, ...]) -> dict[str, str]:
    """Return the assignments of a state without those that are not needed."""
    plan = [want for want in state if values.has_prompt(tree.syms[want.name])]
    for want in plan[::-1]:
        without = [other for other in plan if other != want]
        with _assigned(tree, without):
            needless = all(_holds(tree, other) for other in (goal, *without))
        if needless:
            plan = without
    return {want.name: want.value for want in plan if want.value is not None}


def _holds(tree: kconfiglib.Kconfig, want: Want) -> bool:
    symbol = tree.syms[want.name]
    return bool(symbol.visibility) if want.value is None else values.same(symbol, want.value, values.value_now(symbol))


@contextmanager
def _assigned(tree: kconfiglib.Kconfig, wants: Iterable[Want]) -> Iterator[None]:
    """Assign the wants of those symbols that a user can set, for the length of a block."""
    symbols = [(tree.syms[want.name], want.value) for want in wants]
    settable = [
        (symbol, value)
        for symbol, value in symbols
        # n for a member of a choice would leave it to chance which other one is chosen
        if value is not None and values.has_prompt(symbol) and not (symbol.choice and value == "n")
    ]
    former = _with_choices(symbol for symbol, _ in settable)
    warns, tree.warn = tree.warn, False  # a state on the way may be nonsense; only the result is shown
    try:
        for symbol, value in settable:
            symbol.set_value(value)
        yield
    finally:
        _restore(former)
        tree.warn = warns


def _with_choices(symbols: Iterable[kconfiglib.Symbol]) -> list[Given]:
    """Return what the user has set of the symbols and of the choices they are in."""
    members = (member for symbol in symbols for member in (symbol.choice.syms if symbol.choice else [symbol]))
    return [Given(symbol) for symbol in dict.fromkeys(members)]


def _restore(former: Iterable[Given]) -> None:
    for one in former:
        one.restore()
