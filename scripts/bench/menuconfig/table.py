"""The table of docs/performance.md: every figure of every tool, and for ours its target."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import report
from figures import Figure, Values
from targets import Target, verdict
from tools import ESP, OURS, PINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKERS = report.Markers("bench-menuconfig")


@dataclass(frozen=True)
class Promise:
    """A target for a figure of ours; `relative` means a share of esp-idf-kconfig's."""

    target: Target
    relative: bool = False
    p95: Target | None = None


_START = Promise(Target(0.6, unit="of esp"), relative=True)
_KEY = Promise(Target(6, unit="ms"), p95=Target(12, unit="ms"))
_BYTES = Promise(Target(500, unit="bytes"))
PROMISES = {
    Figure.START_OURS: _START,
    Figure.START_400: _START,
    Figure.START_MENUS: _START,
    Figure.START_ROWS: _START,
    Figure.KEY: _KEY,
    Figure.KEY_SCROLLING: _KEY,
    Figure.KEY_BYTES: _BYTES,
    Figure.SCROLLING_BYTES: _BYTES,
    Figure.SEARCH: Promise(Target(30, unit="ms")),
    Figure.TOGGLE_400: Promise(Target(30, unit="ms")),
    Figure.RSS_OURS: Promise(Target(60, unit="MB")),
    Figure.RSS_ROWS: Promise(Target(60, unit="MB")),
    Figure.IDLE: Promise(Target(1, unit="%")),
}


def lines(values: Values, tools: Sequence[str], rounds: int) -> list[str]:
    """Return the table and what has to be said with it."""
    others = [name for name in tools if name != OURS]
    head = ["figure", "unit", *(f"{name}: median" for name in tools), f"{OURS}: p95", "target", ""]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for figure in Figure:
        cells = [_shown(values.median(name, figure)) for name in tools]
        rows += [
            f"| {' | '.join([figure.title, figure.unit, *cells, _shown(values.p95(OURS, figure)), promise])} |"
            for promise in [_judged(values, figure)]
        ]
    versions = ", ".join(PINS[name].replace("==", " ") for name in others)
    rows += ["", f"{rounds} rounds, the tools in turn; Python {platform.python_version()}, {_processor()}; {versions}."]
    return rows + [f"Not measured: {line}" for line in _gaps(values)]


def insert(document: Path, table: Sequence[str]) -> None:
    """Put the table into the document."""
    report.insert(document, "\n".join(table), MARKERS)


def _judged(values: Values, figure: Figure) -> str:
    promise = PROMISES.get(figure)
    median, p95, esp = values.median(OURS, figure), values.p95(OURS, figure), values.median(ESP, figure)
    if promise is None:
        return verdict(None, median)
    if promise.relative:
        ratio = median / esp if median and esp else None
        shown = verdict(promise.target, ratio)
        return f"{shown} ({ratio:.2f})" if ratio else shown
    if promise.p95 and p95 is not None and median is not None:
        met = promise.target.met(median) and promise.p95.met(p95)
        return f"{promise.target}, p95 {promise.p95} | {'met' if met else '**not met**'}"
    return verdict(promise.target, median)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004 - three digits


def _gaps(values: Values) -> Iterator[str]:
    for (tool, visit), reason in values.missing.items():
        yield f"{tool}, {visit}: {reason[:120]}"


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(names, platform.machine())
