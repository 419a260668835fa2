#!/usr/bin/env python3
"""Print how long the commands take that CI calls often, on the wall.

    nice -n -10 scripts/startup.py .venv/bin/eggcup /tmp/wheel/bin/eggcup

Each argument is an installed `eggcup`; all are run in turns, in a folder of their own with a .config.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 30
COMMANDS = ("olddefconfig", "diff tiny", "diff qemu tiny")


def _milliseconds(command: list[str], folder: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False)  # 1 is diff's answer
    return (time.perf_counter() - started) * 1000


def main(programs: list[str]) -> None:
    """Measure and print a table."""
    commands = [[str(Path(program).absolute()), *command.split()] for command in COMMANDS for program in programs]
    taken: list[list[float]] = [[] for _ in commands]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([commands[0][0], "defconfig"], cwd=folder, capture_output=True, check=True)
        for command in commands:
            _milliseconds(command, folder)  # reads the files into memory
        for _ in range(RUNS):
            for command, times in zip(commands, taken, strict=True):
                times.append(_milliseconds(command, folder))
    print("| command | median | least | most |\n|---|--:|--:|--:|")
    for command, times in zip(commands, taken, strict=True):
        figures = (statistics.median(times), min(times), max(times))
        print(f"| {' '.join(command)} | {' | '.join(f'{one:.0f} ms' for one in figures)} |")


if __name__ == "__main__":
    main(sys.argv[1:] or [".venv/bin/eggcup"])
