"""What is measured of a menuconfig: one visit to each tree gives a value for each figure."""

from __future__ import annotations

import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from terminal import LINES, NotShownError, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tools import Tool

SEARCHED = "timer"
"""Typed letter by letter; it finds hundreds of symbols at first and dozens in the end."""

KEYS = 90
IN_WINDOW = 20
"""So many presses of the arrow key stay within the window from the first row on."""

TOGGLES = 12
IDLE_SECONDS = 4.0


class Figure(Enum):
    """What is measured, as the table names it, and its unit."""

    START_OURS = ("start, eggcup's tree", "ms")
    START_400 = ("start, 400 symbols", "ms")
    START_MENUS = ("start, 18 000 symbols in menus", "ms")
    START_ROWS = ("start, 18 000 symbols in one menu", "ms")
    KEY = ("arrow key, 18 000 rows: in the window", "ms")
    KEY_SCROLLING = ("arrow key, 18 000 rows: scrolling", "ms")
    PAGE = ("page down, 18 000 rows", "ms")
    KEY_BYTES = ("arrow key, 18 000 rows: in the window", "bytes")
    SCROLLING_BYTES = ("arrow key, 18 000 rows: scrolling", "bytes")
    SEARCH_OPEN = ("search opens, 18 000 symbols", "ms")
    SEARCH = ("keystroke of a search, 18 000 symbols", "ms")
    TOGGLE_400 = ("toggle with 25 consequences, 400 symbols", "ms")
    TOGGLE_ROWS = ("toggle with 25 consequences, 18 000 rows", "ms")
    RSS_OURS = ("memory (RSS), eggcup's tree", "MB")
    RSS_ROWS = ("memory (RSS), 18 000 rows", "MB")
    IDLE = ("idle processor time", "%")

    @property
    def unit(self) -> str:
        """Return the unit."""
        return self.value[1]

    @property
    def title(self) -> str:
        """Return what the table calls it."""
        return self.value[0]


@dataclass
class Values:
    """The values of each tool and figure over all rounds, and what could not be measured and why."""

    taken: dict[tuple[str, Figure], list[float]] = field(default_factory=lambda: defaultdict(list))
    missing: dict[tuple[str, str], str] = field(default_factory=dict)

    def median(self, tool: str, figure: Figure) -> float | None:
        """Return the median, None where there is no value."""
        values = self.taken.get((tool, figure))
        return statistics.median(values) if values else None

    def p95(self, tool: str, figure: Figure) -> float | None:
        """Return the value that one in twenty exceeds."""
        values = sorted(self.taken.get((tool, figure), ()))
        return values[min(len(values) - 1, int(len(values) * 0.95))] if values else None


@dataclass(frozen=True)
class Trees:
    """The root Kconfig files; a .config of defaults lies beside each."""

    ours: Path
    small: Path
    menus: Path
    rows: Path


def measure(tools: Sequence[Tool], trees: Trees, rounds: int) -> Values:
    """Visit every tree with every tool in turn, `rounds` times, so that what slows the host down hits all."""
    values = Values()
    visits = {"eggcup's tree": _ours, "400 symbols": _small, "18 000 in menus": _menus, "18 000 rows": _rows}
    for number in range(rounds):
        for name, visit in visits.items():
            for tool in tools:
                sys.stderr.write(f"round {number + 1} of {rounds}: {name}, {tool.name}\n")
                try:
                    for figure, value in visit(tool, trees):
                        values.taken[tool.name, figure].append(value)
                except NotShownError as problem:
                    values.missing[tool.name, name] = str(problem)
                    sys.stderr.write(f"  {problem}\n")
    return values


Measured: TypeAlias = "Iterator[tuple[Figure, float]]"


def _ours(tool: Tool, trees: Trees) -> Measured:
    with _open(tool, trees.ours, "General") as terminal:
        yield Figure.START_OURS, terminal.start.last * 1000
        yield Figure.RSS_OURS, terminal.resident() / 1000
        yield Figure.IDLE, terminal.busy(IDLE_SECONDS) * 100


def _small(tool: Tool, trees: Trees) -> Measured:
    with _open(tool, trees.small, "Master switch") as terminal:
        yield Figure.START_400, terminal.start.last * 1000
        yield from _toggle(terminal, Figure.TOGGLE_400)


def _menus(tool: Tool, trees: Trees) -> Measured:
    with _open(tool, trees.menus, "Master switch") as terminal:
        yield Figure.START_MENUS, terminal.start.last * 1000
        yield Figure.SEARCH_OPEN, terminal.press(tool.search, quiet=0.5).last * 1000
        for letter in SEARCHED:
            yield Figure.SEARCH, terminal.press(letter, quiet=0.3).last * 1000


def _rows(tool: Tool, trees: Trees) -> Measured:
    with _open(tool, trees.rows, "Master switch") as terminal:
        yield Figure.START_ROWS, terminal.start.last * 1000
        yield from _toggle(terminal, Figure.TOGGLE_ROWS)
        for number in range(KEYS):
            painted = terminal.press(tool.down)
            if number < IN_WINDOW:
                yield Figure.KEY, painted.last * 1000
                yield Figure.KEY_BYTES, painted.count
            elif number >= LINES:
                yield Figure.KEY_SCROLLING, painted.last * 1000
                yield Figure.SCROLLING_BYTES, painted.count
        for _ in range(15):
            yield Figure.PAGE, terminal.press("\x1b[6~").last * 1000
        yield Figure.RSS_ROWS, terminal.resident() / 1000


def _toggle(terminal: Terminal, figure: Figure) -> Measured:
    """Turn the first row off and on again."""
    for _ in range(TOGGLES):
        yield figure, terminal.press(" ").last * 1000


def _open(tool: Tool, tree: Path, shows: str) -> Terminal:
    return Terminal(tool.command(tree), tree.parent, tool.environment(tree), shows)
