"""A kernel without network has nothing of the network stack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .test_fixture import ROOT, go_command

MIB = 1 << 20
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
