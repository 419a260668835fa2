"""What the unit VFS costs: nothing when it is off, and when it is on no more than its help says."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_LAYER = b"eggcup/kernel/vfs."  # names of functions are in every Go program
_MOST_GROWTH = 430 << 10


def _build(folder: Path, setting: str) -> bytes:
    for arguments in (["defconfig", "qemu"], ["set", setting], ["build", str(ROOT / "examples" / "hello")]):
        command = [sys.executable, "-m", "configurator.cli.main", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return (folder / "kernel.elf").read_bytes()


def test_files_are_linked_when_they_are_configured(tmp_path: Path) -> None:
    """Without VFS there is no function of it in the kernel; with it the image grows by what the help says."""
    without, with_files = _build(tmp_path, "VFS=n"), _build(tmp_path, "VFS=y")
    assert _LAYER not in without
    assert _LAYER in with_files
    assert 0 < len(with_files) - len(without) < _MOST_GROWTH
