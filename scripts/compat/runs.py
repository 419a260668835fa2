"""Runs the tests of packages in the guest and on this machine's Linux, with the same flags."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import events
from catalogue import ROOT

from configurator.build.toolchain import find_go

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalogue import Group

FLAGS = ("-short", "-json", "-timeout", "10m")
MEMORY_MB = 2048
"""As much as Linux would have for them: some tests make and sort arrays of hundreds of MiB."""


EVENTS = ROOT / "build" / "compat"
"""What the last runs wrote, to look a failure up in."""


def in_guest(group: Group, packages: Sequence[str], jobs: int) -> dict[str, events.Outcome]:
    """Run the tests of packages in kernels with the group's configuration."""
    with tempfile.TemporaryDirectory(prefix="eggcup-compat-") as folder:
        _eggcup(["defconfig", "qemu"], folder)
        _eggcup(["set", *(f"{name}={value}" for name, value in group.config.items())], folder)
        command = [sys.executable, "-m", "configurator.cli.main", "test", *packages]
        command += ["--mem", str(MEMORY_MB), "--accel", "tcg", "--jobs", str(jobs), "--", *FLAGS]
        return _read(command, folder, {**os.environ, "PYTHONPATH": str(ROOT)}, f"{group.name}-guest")


def on_linux(packages: Sequence[str], jobs: int) -> dict[str, events.Outcome]:
    """Run them with `go test`, without cgo as in the guest, and never from its cache."""
    go = find_go()
    environment = {**go.environment(), "GOFLAGS": "-buildvcs=false"}
    with tempfile.TemporaryDirectory(prefix="eggcup-compat-") as folder:
        command = [str(go.binary), "test", "-count=1", f"-p={jobs}", *FLAGS, *packages]
        return _read(command, folder, environment, "linux")


def _read(command: Sequence[str], folder: str, environment: dict[str, str], name: str) -> dict[str, events.Outcome]:
    EVENTS.mkdir(parents=True, exist_ok=True)
    with (
        (EVENTS / f"{name}.json").open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
        ) as process,
    ):
        return events.read(_shown(process, kept))


def _shown(process: subprocess.Popen[str], kept: IO[str]) -> Iterator[str]:
    """Yield the lines, keep them, and say of each package that it has ended."""
    for line in process.stdout or ():
        kept.write(line)
        if '"Elapsed"' in line and '"Test"' not in line:
            print(".", end="", file=sys.stderr, flush=True)
        yield line


def _eggcup(arguments: Sequence[str], folder: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "configurator.cli.main", *arguments]
    subprocess.run(command, cwd=Path(folder), env=environment, check=True, capture_output=True)
