"""Disks whose content is looked at from outside: before, between and after boots."""

from __future__ import annotations

import os
import struct
import subprocess
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


EXT3 = {"BLOCK": "y", "VFS": "y", "EXT3": "y"}


def e2fs(*command: str) -> str:
    """Run a program of e2fsprogs, which many users have not in their PATH."""
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _boot_with(kernels: Kernels, case: Case, machine: str, image: Path) -> Console:
    qemu = ("-drive", f"file={image},format=raw,if=none,id=disk", "-device", DEVICES[machine])
    return boot(kernels.get(case, "1.27"), machine, replace(case, qemu=qemu))


@pytest.mark.parametrize("machine", DEVICES)
def test_ext3_keeps_files(machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """Files go from the host to the program, from one boot to the next however it ends, and back to the host."""
    image = tmp_path / "disk.img"
    folder = tmp_path / "files" / "folder"
    folder.mkdir(parents=True)
    (folder / "from host").write_text("made by mke2fs\n", encoding="utf-8")
    (folder / "from host").chmod(0o640)
    (folder / "link").symlink_to("from host")
    os.mkfifo(folder / "fifo")
    e2fs("mke2fs", "-q", "-t", "ext3", "-b", "4096", "-d", str(tmp_path / "files"), str(image), "32M")
    keep = Case(name="keep", program="keep", config=EXT3)
    for how, code in (("return", 0), ("exit", 0), ("panic", 2)):
        console = _boot_with(kernels, replace(keep, append=how), machine, image)
        assert console.code == code, console.log()
        assert "unit EXT3: started\n" in console.log()
        assert "FAIL" not in console.log(), console.log()
        assert "ok write with O_SYNC\n" in console.log()
        if code == 0:
            e2fs("e2fsck", "-fn", str(image))
    console = _boot_with(kernels, keep, machine, image)
    assert "FAIL" not in console.log(), console.log()
    assert "ok what was synced before a panic\n" in console.log()
    e2fs("e2fsck", "-fn", str(image))
    assert e2fs("debugfs", "-R", "cat /exit", str(image)) == "left by exit"


def test_ext3_does_what_files_do(kernels: Kernels, tmp_path: Path) -> None:
    """What package os does with files in memory it does with those on a disk."""
    image = tmp_path / "disk.img"
    e2fs("mke2fs", "-q", "-t", "ext3", "-b", "4096", str(image), "64M")
    case = Case(name="files-ext3", program="files", config={**EXT3, "ENVIRONMENT": "TMPDIR=/data"})
    console = _boot_with(kernels, case, "pc", image)
    assert console.code == 0, console.log()
    assert "FAIL" not in console.log(), console.log()
    assert "DONE\n" in console.log()
    e2fs("e2fsck", "-fn", str(image))


FEATURES = "extent, 64bit, flex_bg, huge_file, dir_nlink, metadata_csum"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (None, "no ext3 file system on it: make one with mke2fs -t ext3 FILE SIZE"),
        (("-t", "ext4"), f"it has features that ext3 has not ({FEATURES}): make it with mke2fs -t ext3"),
        (("-t", "ext2"), "it has no journal: add one with tune2fs -j"),
    ],
)
def test_ext3_refuses(make: tuple[str, ...] | None, message: str, kernels: Kernels, tmp_path: Path) -> None:
    """A disk with something else on it is an error with what to do, and stays as it is; /data is not there."""
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(16 * MIB))
    if make:
        e2fs("mke2fs", "-q", *make, str(image))
    content = image.read_bytes()
    case = Case(name="keep", program="keep", config=EXT3)
    console = _boot_with(kernels, case, "pc", image)
    assert f"unit EXT3: failed: ext3: /dev/vda: {message}\n" in console.log()
    assert "FAIL is mounted" in console.log()
    assert image.read_bytes() == content


def test_ext3_without_a_disk(kernels: Kernels) -> None:
    """No disk at all is absence, as for a driver."""
    case = Case(name="keep", program="keep", config=EXT3)
    console = boot(kernels.get(case, "1.27"), "pc", case)
    assert "unit EXT3: absent: no disk\n" in console.log()
