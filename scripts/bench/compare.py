"""Interleaved runs of eggcup and Linux guests: time to main(), micro's figures, the least memory."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import micro

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guests import Bench, Kernel

    from configurator.run.machine import Machine

MEMORY_MB = 512
BOOT_SECONDS = 20
MICRO_SECONDS = 600
LEAST_MEMORY, MOST_MEMORY = 4, 512
CONFIRMATIONS = 3
PATIENCE = 4


def progress(text: str) -> None:
    """Say on stderr what is being measured; stdout is not used."""
    sys.stderr.write(text + "\n")


@dataclass(frozen=True)
class Spread:
    """Median and extremes of a figure over several runs, and how many runs failed."""

    values: tuple[float, ...]
    failed: int = 0

    @property
    def median(self) -> float | None:
        """The median, or None when no run gave a value."""
        return statistics.median(self.values) if self.values else None

    def __str__(self) -> str:
        lost = f", {self.failed} failed" if self.failed else ""
        if not self.values:
            return f"-{lost}"
        low, high = min(self.values), max(self.values)
        return f"{_short(statistics.median(self.values))} [{_short(low)}..{_short(high)}]{lost}"


def _short(value: float) -> str:
    """Write a number with three significant digits, without an exponent."""
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0  # noqa: PLR2004
    return f"{value:.{digits}f}"


def boot_times(bench: Bench, machine: Machine, kernels: Sequence[Kernel], runs: int) -> dict[str, Spread]:
    """Return for each kernel the seconds from the start of QEMU to the first line of main().

    The kernels boot in turn, until each has `runs` times; a kernel that does not get to main() has `PATIENCE` times as
    many boots to try. (A microvm's Linux often waits for ever for its first timer interrupt.)
    """
    found: dict[str, list[float]] = {kernel.name: [] for kernel in kernels}
    failed: dict[str, int] = dict.fromkeys(found, 0)
    for run in range(PATIENCE * runs):
        if all(len(times) >= runs for times in found.values()):
            break
        for kernel in kernels:
            transcript = bench.boot(kernel, machine, MEMORY_MB, micro.MAIN, BOOT_SECONDS)
            progress(f"boot {machine.value} {run + 1} {kernel.name}: {transcript.seconds:.3f} s")
            if transcript.complete:
                found[kernel.name].append(transcript.seconds)
            else:
                failed[kernel.name] += 1
    return {name: Spread(tuple(times), failed[name]) for name, times in found.items()}


@dataclass
class MicroRuns:
    """The figures of each run of each kernel; run i of one was next to run i of the others. None is a failed run."""

    runs: dict[str, list[micro.Figures | None]] = field(default_factory=dict)

    def pairs(self, name: str, other: str) -> list[tuple[micro.Figures, micro.Figures]]:
        """Return the pairs of neighbouring runs during which the host was equally fast."""
        both = zip(self.runs[name], self.runs[other], strict=False)
        return [(one, two) for one, two in both if one and two and micro.comparable(one, two)]

    def spread(self, name: str, figure: str) -> Spread:
        """Return a figure over all runs of a kernel."""
        complete = [run for run in self.runs[name] if run]
        values = tuple(run.values[figure] for run in complete if figure in run.values)
        return Spread(values, len(self.runs[name]) - len(complete))

    def ratio(self, name: str, other: str, figure: str) -> float | None:
        """Return the median over the pairs of `name`'s figure divided by `other`'s."""
        ratios = [
            one.values[figure] / two.values[figure]
            for one, two in self.pairs(name, other)
            if figure in one.values and two.values.get(figure)
        ]
        return statistics.median(ratios) if ratios else None

    def figures(self) -> dict[str, str]:
        """Return the unit of every figure that some run printed, in the order of their first appearance."""
        units: dict[str, str] = {}
        for runs in self.runs.values():
            for run in runs:
                for figure, unit in (run.units if run else {}).items():
                    units.setdefault(figure, unit)
        return units


def micro_figures(bench: Bench, machine: Machine, kernels: Sequence[Kernel], runs: int) -> MicroRuns:
    """Run micro to its end in every kernel in turn.

    The first two kernels are a pair; the runs end when `runs` of their pairs are comparable, or after `PATIENCE` times as
    many. The others run beside the first `runs` pairs.
    """
    result = MicroRuns({kernel.name: [] for kernel in kernels})
    pair = [kernel.name for kernel in kernels[:2]]
    for run in range(PATIENCE * runs):
        if run >= runs and (len(pair) < 2 or len(result.pairs(*pair)) >= runs):  # noqa: PLR2004 - a pair
            break
        for kernel in kernels:
            if kernel.name in pair or run < runs:
                result.runs[kernel.name].append(_micro_run(bench, machine, kernel, run))
    return result


def _micro_run(bench: Bench, machine: Machine, kernel: Kernel, run: int) -> micro.Figures | None:
    transcript = bench.boot(kernel, machine, MEMORY_MB, micro.DONE, MICRO_SECONDS)
    progress(f"micro {run + 1} {kernel.name}: {transcript.seconds:.0f} s")
    if transcript.complete:
        return micro.parse(transcript.texts)
    progress("  did not end; its last lines:\n    " + "\n    ".join(transcript.texts[-5:]))
    return None


def least_memory(bench: Bench, machine: Machine, kernel: Kernel, until: str) -> int | None:
    """Return the smallest -m in MiB with which the guest prints `until`, None when `MOST_MEMORY` is not enough.

    The boundary is found by bisection and confirmed: it has to work `CONFIRMATIONS` times.
    """

    def works(memory_mb: int) -> bool:
        return bench.boot(kernel, machine, memory_mb, until, BOOT_SECONDS).complete

    if not works(MOST_MEMORY):
        return None
    found = _bisect(LEAST_MEMORY, MOST_MEMORY, works)
    while not all(works(found) for _ in range(CONFIRMATIONS)):
        found += 1
    progress(f"least memory {machine.value} {kernel.name}: {found} MiB")
    return found


def _bisect(below: int, enough: int, works: Callable[[int], bool]) -> int:
    """Return the smallest number above `below` for which `works`, given that it does for `enough`."""
    while enough - below > 1:
        middle = (below + enough) // 2
        if works(middle):
            enough = middle
        else:
            below = middle
    return enough
