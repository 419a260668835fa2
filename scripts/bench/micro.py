"""The figures that the program `micro` prints, one line each, in both guests."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass

MAIN = "MAIN"
DONE = "micro DONE"
CALIBRATION = ("calib_xorshift", "calib_sha256")
MAX_CALIBRATION_DIFFERENCE = 0.20
"""A pair of runs in which the host was this much faster for one than for the other says nothing."""

_FIGURE = re.compile(r"^micro (?P<name>\S+) +(?P<value>[0-9.]+) (?P<unit>\S+)")
_SKIPPED = re.compile(r"^micro (?P<name>\S+) +skip (?P<why>.*)")


@dataclass(frozen=True)
class Figures:
    """What one run printed: the median of each figure, its unit, and why a figure is missing."""

    values: dict[str, float]
    units: dict[str, str]
    skipped: dict[str, str]

    def calibration(self) -> dict[str, float]:
        """Return the calibration figures, which depend on the host alone."""
        return {name: self.values[name] for name in CALIBRATION if name in self.values}


def parse(lines: list[str]) -> Figures:
    """Read the figures of a run; one that is printed twice (the calibration) is averaged."""
    values: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for line in lines:
        if match := _SKIPPED.match(line):
            skipped[match["name"]] = match["why"]
        elif match := _FIGURE.match(line):
            values.setdefault(match["name"], []).append(float(match["value"]))
            units[match["name"]] = match["unit"]
    return Figures({name: statistics.fmean(found) for name, found in values.items()}, units, skipped)


def comparable(one: Figures, other: Figures) -> bool:
    """Say whether the host was equally fast during both runs."""
    mine, theirs = one.calibration(), other.calibration()
    return bool(mine) and all(
        abs(value / theirs[name] - 1) <= MAX_CALIBRATION_DIFFERENCE for name, value in mine.items() if name in theirs
    )
