"""Disks whose content is looked at from outside: before, between and after boots."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .case import Case
from .conftest import Console, boot

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kernels

pytestmark = pytest.mark.boot

MIB = 1 << 20
SIZE = 8 * MIB

# The device of each machine, with what QEMU is to say about its sectors.
DEVICES = {
    "pc": "virtio-blk-pci,drive=disk",
    "q35": "virtio-blk-pci,drive=disk,logical_block_size=4096,physical_block_size=4096",
    "microvm": "virtio-blk-device,drive=disk",
}

DISK = Case(name="disk", program="disk", config={"BLOCK": "y"})


def _boot(kernels: Kernels, machine: str, action: str, image: Path, *options: str) -> Console:
    drive = ",".join([f"file={image}", "format=raw", "if=none", "id=disk", *options])
    case = replace(DISK, append=action, qemu=("-drive", drive, "-device", DEVICES[machine]))
    console = boot(kernels.get(DISK, "1.27"), machine, case)
    assert console.code == 0, console.log()
    assert "unit VIRTIO_BLK: started" in console.log()
    return console


def _pattern(size: int) -> bytes:
    """Return what the program writes: each word is made from its own offset."""
    return b"".join(struct.pack("<Q", (at * 0x9E3779B97F4A7C15 + 1) % (1 << 64)) for at in range(0, size, 8))


@pytest.mark.parametrize("machine", DEVICES)
def test_contents_survive(machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """What one boot writes is in the image, where it belongs and nowhere else, and the next boot reads it."""
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(SIZE))
    console = _boot(kernels, machine, "write", image, "discard=unmap")
    for line in (
        "1 MiB is written",
        "flush",
        "and read back",
        "sixteen goroutines read",
        "discard",
        "flush at the end",
    ):
        assert f"ok {line}\n" in console.log(), line
    content = image.read_bytes()
    assert content[:MIB] == _pattern(MIB)
    assert content[MIB + 1000 : MIB + 1018] == b"not a whole sector"
    sector = 4096 if machine == "q35" else 512
    assert content[MIB + 1018 : SIZE - sector] == bytes(SIZE - sector - MIB - 1018)
    assert any(content[-sector:])
    console = _boot(kernels, machine, "verify", image)
    assert "ok what was written before is there\n" in console.log()
    assert image.read_bytes() == content


def test_read_only(kernels: Kernels, tmp_path: Path) -> None:
    """A disk that QEMU gives for reading alone is known as such before anything is tried."""
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(SIZE))
    console = _boot(kernels, "pc", "readonly", image, "readonly=on")
    assert "ok the disk is read-only\n" in console.log()
    assert "ok a write fails\n" in console.log()
