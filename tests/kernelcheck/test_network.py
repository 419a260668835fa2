"""What is switched off is not linked: the network stack, the file system on a disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .test_fixture import ROOT, go_command

MIB = 1 << 20
HELLO = ROOT / "tests" / "boot" / "programs" / "hello"
SERVED = (
    "eggcup/kernel/vfs.",
    "eggcup/kernel/pipe.",
    "eggcup/kernel/socket.",
    "eggcup/kernel/descriptor.(*Node)",
    *(f"eggcup/kernel/hook.{name}" for name in ("serveFile", "serveSocket", "openPipe", "splice", "poll", "select")),
)
"""What files, sockets and pipes consist of."""

BUDGET_KIB = {"tiny": 240, "qemu": 300}
"""What a kernel may have over its Go binary: what it had, and a little."""

DISK = ("eggcup/kernel/ext3.", "eggcup/kernel/ext3/volume.", "eggcup/kernel/atexit.")
STACK = ("gvisor.dev/gvisor/", "eggcup/kernel/inet.", "eggcup/kernel/unixsocket.", "eggcup/kernel/dhcp.")


def build(folder: Path, *settings: str, preset: str = "qemu") -> tuple[list[str], int]:
    """Build hello; return the names of its functions and the size of the kernel without symbols."""
    eggcup = Path(sys.executable).with_name("eggcup")
    folder.mkdir()
    for arguments in (["defconfig", preset], ["set", *settings], ["build", HELLO, "-o", "stripped.elf"]):
        subprocess.run([eggcup, *arguments], cwd=folder, check=True, capture_output=True)
    for arguments in (["set", "DEBUG_INFO=y"], ["build", HELLO, "-o", "kernel.elf"]):
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


@pytest.mark.slow
@pytest.mark.parametrize("preset", BUDGET_KIB)
def test_a_kernel_without_files_and_sockets_is_small(tmp_path: Path, preset: str) -> None:
    """What serves descriptors comes with the units that make them, and the rest keeps to its budget."""
    plain = tmp_path / "plain"
    command = [str(go_command()), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(plain), "."]
    settings = {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-trimpath"}
    subprocess.run(command, cwd=HELLO, check=True, env={**os.environ, **settings})
    names, size = build(tmp_path / "kernel", "VFS=n", preset=preset)
    assert [name for name in names if name.startswith(SERVED)] == []
    assert "eggcup/kernel/hook.serve" in names
    assert (size - plain.stat().st_size) / 1024 <= BUDGET_KIB[preset]
