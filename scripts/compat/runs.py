"""Runs the tests of packages in the guest and on this machine's Linux, with the same flags."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import events
from catalogue import ROOT

from configurator.build.toolchain import find_go

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalogue import Group

FLAGS = ("-short", "-json", "-timeout", "10m")
MEMORY_MB = 2048
"""As much as Linux would have for them: some tests make and sort arrays of hundreds of MiB."""


def in_guest(group: Group, packages: Sequence[str], jobs: int) -> dict[str, events.Outcome]:
    """Run the tests of packages in kernels with the group's configuration."""
    with tempfile.TemporaryDirectory(prefix="eggcup-compat-") as folder:
        _eggcup(["defconfig", "qemu"], folder)
        _eggcup(["set", *(f"{name}={value}" for name, value in group.config.items())], folder)
        command = [sys.executable, "-m", "configurator.cli.main", "test", *packages]
        command += ["--mem", str(MEMORY_MB), "--accel", "tcg", "--jobs", str(jobs), "--", *FLAGS]
        return _read(command, folder, {**os.environ, "PYTHONPATH": str(ROOT)})


def on_linux(packages: Sequence[str], jobs: int) -> dict[str, events.Outcome]:
    """Run them with `go test`, without cgo as in the guest, and never from its cache."""
    go = find_go()
    environment = {**go.environment(), "GOFLAGS": "-buildvcs=false"}
    with tempfile.TemporaryDirectory(prefix="eggcup-compat-") as folder:
        command = [str(go.binary), "test", "-count=1", f"-p={jobs}", *FLAGS, *packages]
        return _read(command, folder, environment)


def _read(command: Sequence[str], folder: str, environment: dict[str, str]) -> dict[str, events.Outcome]:
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        return events.read(_shown(process))


def _shown(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield the lines, and say of each package that it has ended."""
    for line in process.stdout or ():
        if '"Elapsed"' in line and '"Test"' not in line:
            print(".", end="", file=sys.stderr, flush=True)
        yield line


def _eggcup(arguments: Sequence[str], folder: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "configurator.cli.main", *arguments]
    subprocess.run(command, cwd=Path(folder), env=environment, check=True, capture_output=True)
