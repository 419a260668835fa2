"""What is switched off is not linked: the network stack, the file system on a disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .test_fixture import ROOT, go_command

MIB = 1 << 20
DISK = ("eggcup/kernel/ext3.", "eggcup/kernel/ext3/volume.", "eggcup/kernel/atexit.")
STACK = ("gvisor.dev/gvisor/", "eggcup/kernel/inet.", "eggcup/kernel/unixsocket.", "eggcup/kernel/dhcp.")


def build(folder: Path, *settings: str) -> tuple[list[str], int]:
    """Build hello; return the names of its functions and the size of the kernel without symbols."""
    eggcup = Path(sys.executable).with_name("eggcup")
    hello = ROOT / "tests" / "boot" / "programs" / "hello"
    folder.mkdir()
    for arguments in (["defconfig"], ["set", *settings], ["build", hello, "-o", "stripped.elf"]):
        subprocess.run([eggcup, *arguments], cwd=folder, check=True, capture_output=True)
    for arguments in (["set", "DEBUG_INFO=y"], ["build", hello, "-o", "kernel.elf"]):
        subprocess.run([eggcup, *arguments], cwd=folder, check=True, capture_output=True)
    listed = subprocess.run(
        [go_command(), "tool", "nm", str(folder / "kernel.elf")], check=True, capture_output=True, text=True
    )
    names = [line.split()[-1] for line in listed.stdout.splitlines() if line.strip()]
    return names, (folder / "stripped.elf").stat().st_size


@pytest.mark.slow
def test_without_network_the_stack_is_not_linked(tmp_path: Path) -> None:
    """The symbol tables tell the two kernels apart, and so does their size."""
    without, small = build(tmp_path / "without", "NET=n")
    with_network, large = build(tmp_path / "with", "NET=y")
    assert len(without) > 1000
    assert [name for name in without if name.startswith(STACK)] == []
    for prefix in STACK:
        assert [name for name in with_network if name.startswith(prefix)], prefix
    assert large - small > MIB


@pytest.mark.slow
def test_without_ext3_nothing_of_it_is_linked(tmp_path: Path) -> None:
    """Disks and files alone need nothing of the file system on a disk."""
    without, small = build(tmp_path / "without", "BLOCK=y", "VFS=y", "EXT3=n")
    with_disk, large = build(tmp_path / "with", "BLOCK=y", "VFS=y", "EXT3=y")
    assert [name for name in without if name.startswith(DISK)] == []
    for prefix in DISK:
        assert [name for name in with_disk if name.startswith(prefix)], prefix
    assert large > small
