"""Programs whose answers must be the same on Linux and in the guest, line by line."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .case import Case
from .conftest import PROGRAMS, boot

if TYPE_CHECKING:
    from .conftest import Kernels

pytestmark = pytest.mark.boot

MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - a file system in memory, as the guest's are


@pytest.mark.skipif(os.getuid() != 0, reason="the guest's program is root: so has to be the one on Linux")
@pytest.mark.skipif(not Path(MEMORY_FOLDER).is_dir(), reason="there is no file system in memory")
def test_same_answers(kernels: Kernels, tmp_path: Path) -> None:
    """System calls of every kind that servers make, rightly and wrongly, answer as on Linux."""
    go = find_go()
    binary = tmp_path / "calls"
    environment = {**go.environment(), "GOWORK": "off"}
    subprocess.run([go.binary, "build", "-o", str(binary), "."], cwd=PROGRAMS / "calls", env=environment, check=True)
    folder = tempfile.mkdtemp(dir=MEMORY_FOLDER)
    try:
        on_linux = subprocess.run([str(binary), folder], capture_output=True, text=True, timeout=60, check=True).stdout
    finally:
        shutil.rmtree(folder)
    config = {"NET": "y", "VFS": "y"}
    case = Case(name="calls", program="calls", config=config, append="/tmp", memory=256)  # noqa: S108 - the guest's own
    console = boot(kernels.get(case, "1.27"), "pc", case)
    assert console.code == 0, console.log()
    in_guest = [line.text for line in console.lines if not line.text.startswith("[ ")]
    wanted = on_linux.splitlines()
    assert in_guest == wanted, "\n".join(difflib.unified_diff(wanted, in_guest, "Linux", "guest", lineterm="", n=0))
    assert not [line.text for line in console.lines if "unknown system call" in line.text]
