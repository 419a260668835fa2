"""The order in which units start, from the dependency graph; ties mean nothing and go by name."""

from __future__ import annotations

import graphlib
import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.model import Configuration, Edge, Unit


@dataclass(frozen=True)
class Predecessor:
    """A unit that starts before another one, and the edges that say so: more than one when helpers lie between."""

    symbol: str
    edges: tuple[Edge, ...]

    @property
    def reason(self) -> str:
        """Say why, in Kconfig's words."""
        return ", ".join(edge.reason for edge in self.edges)


@dataclass(frozen=True)
class OrderedUnit:
    """An enabled unit in its place; `after` holds the units that must start before it, sorted by symbol."""

    unit: Unit
    after: tuple[Predecessor, ...]


def init_order(configuration: Configuration, *, reverse_ties: bool = False) -> list[OrderedUnit]:
    """Return the enabled units in the order in which they start.

    Args:
        configuration: the configuration.
        reverse_ties: start units that could go in any order the other way round; a test boots this, to find an edge
            that nobody wrote down.

    Raises:
        UsageError: the tree breaks the rules for units, or the units start in a circle.
    """
    from configurator.generate.checks import check_tree  # here: `unit_sequence` does without

    check_tree(configuration)
    enabled = {unit.symbol: unit for unit in configuration.units() if unit.enabled}
    after = predecessors(enabled, configuration.edges())
    sequence = _sorted(after, configuration, reverse_ties=reverse_ties)
    return [OrderedUnit(enabled[symbol], tuple(after[symbol])) for symbol in sequence]


def unit_sequence(configuration: Configuration) -> list[str]:
    """Return the symbols of the enabled units in the order in which they start, without a look at their Go packages.

    Raises:
        UsageError: the units start in a circle, or break the rules for their Kconfig files.
    """
    enabled = [unit.symbol for unit in configuration.units() if unit.enabled]
    return _sorted(predecessors(enabled, configuration.edges()), configuration, reverse_ties=False)


def predecessors(units: Iterable[str], edges: Iterable[Edge]) -> dict[str, list[Predecessor]]:
    """Return, for each unit, the units before it: next to it, or with only other symbols between."""
    units = set(units)
    incoming: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        incoming[edge.after].append(edge)
    return {unit: _nearest(unit, units, incoming) for unit in sorted(units)}


def _nearest(unit: str, units: set[str], incoming: dict[str, list[Edge]]) -> list[Predecessor]:
    """Walk back from a unit, breadth first, and stop at each unit met."""
    found: dict[str, Predecessor] = {}
    seen: set[str] = set()
    paths: list[tuple[Edge, ...]] = [(edge,) for edge in incoming[unit]]
    while paths:
        longer: list[tuple[Edge, ...]] = []
        for path in paths:
            before = path[0].before
            if before in units:
                found.setdefault(before, Predecessor(before, path))
            elif before not in seen:
                seen.add(before)
                longer += [(edge, *path) for edge in incoming[before]]
        paths = longer
    return [found[symbol] for symbol in sorted(found)]


def _sorted(after: dict[str, list[Predecessor]], configuration: Configuration, *, reverse_ties: bool) -> list[str]:
    sorter = graphlib.TopologicalSorter({unit: [one.symbol for one in before] for unit, before in after.items()})
    try:
        sorter.prepare()
    except graphlib.CycleError as problem:
        raise _cycle(problem.args[1], after, configuration) from None
    sequence: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], reverse=reverse_ties)
        chosen = ready.pop(0)
        sequence.append(chosen)
        sorter.done(chosen)
    return sequence


def _cycle(circle: list[str], after: dict[str, list[Predecessor]], configuration: Configuration) -> UsageError:
    """Return the error for a circle of units, with the place of every edge in it."""
    edges = []
    for before, unit in itertools.pairwise(circle):  # graphlib: each is a predecessor of the next
        edges += [edge for one in after[unit] if one.symbol == before for edge in one.edges]
    steps = "; ".join(f"{edge.reason} ({edge.location})" for edge in edges)
    names = " -> ".join(circle)
    return UsageError(
        f"the units {names} wait for each other: {steps}",
        location=configuration.shown(edges[0].location),
        hints=["remove one of these dependencies", "select only HAVE_... symbols; let drivers depend on each other"],
    )
