"""How long the tool takes: `eggcup olddefconfig`, a build with nothing to do, a build after one symbol changed."""

from __future__ import annotations

import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Duration:
    """Seconds that a command took: median, least and most of several runs."""

    median: float
    least: float
    most: float
    runs: int


class Eggcup:
    """The command in a project folder of its own; `start` is how this environment runs it."""

    def __init__(self, start: Sequence[str], folder: Path) -> None:
        self.start = list(start)
        self.folder = folder

    def __call__(self, *arguments: str) -> None:
        """Run a verb; what it says is shown only when it fails."""
        done = subprocess.run([*self.start, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"eggcup {' '.join(arguments)} failed with {done.returncode}:\n{done.stderr}")


def timed(runs: int, action: Callable[[int], None]) -> Duration:
    """Time `action(i)` for each run."""
    taken = []
    for i in range(runs):
        started = time.perf_counter()
        action(i)
        taken.append(time.perf_counter() - started)
    return Duration(statistics.median(taken), min(taken), max(taken), runs)


def measure(eggcup: Eggcup, program: Path, runs: int) -> dict[str, Duration]:
    """Time the three promises on `program`; the folder of `eggcup` gets a .config and a kernel.

    A host name that was never used before is the changed symbol: the Go build cache has no kernel with it.
    """
    output = eggcup.folder / "kernel.elf"
    build = ("build", str(program), "-o", str(output))
    eggcup("defconfig")
    eggcup(*build)
    stamp = time.time_ns()

    def change_and_build(i: int) -> None:
        eggcup("set", f"HOSTNAME=bench-{stamp}-{i}")
        eggcup(*build)

    return {
        "olddefconfig": timed(runs, lambda _: eggcup("olddefconfig")),
        "no-op build": timed(runs, lambda _: eggcup(*build)),
        "one-symbol change to a new kernel": timed(runs, change_and_build),
    }
