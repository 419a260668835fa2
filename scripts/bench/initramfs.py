"""The initramfs of the Linux guest: one static program as /init, and the console that the kernel opens for it.

The archive is the "newc" format of cpio (linux/Documentation/driver-api/early-userspace/buffer-format.rst). It is
written here, because a device node in it needs no privilege that way.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DIRECTORY, REGULAR, CHARACTER = 0o040000, 0o100000, 0o020000
CONSOLE = (5, 1)
ALIGNMENT = 4


@dataclass(frozen=True)
class Entry:
    """A file, folder or device node in the archive."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)


def _encode(entry: Entry, inode: int) -> bytes:
    name = entry.name.encode() + b"\0"
    numbers = (inode, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + name) + _padded(entry.data)


def archive(init: bytes) -> bytes:
    """Return the uncompressed archive with `init` as its /init."""
    entries = [
        Entry("dev", DIRECTORY | 0o755),
        Entry("dev/console", CHARACTER | 0o600, device=CONSOLE),
        Entry("proc", DIRECTORY | 0o555),
        Entry("sys", DIRECTORY | 0o555),
        Entry("init", REGULAR | 0o755, init),
        Entry("TRAILER!!!", 0),
    ]
    return b"".join(_encode(entry, inode) for inode, entry in enumerate(entries, start=1))


def write(program: Path, target: Path) -> Path:
    """Write the gzip-compressed archive with `program` as /init to `target`, and return `target`."""
    target.write_bytes(gzip.compress(archive(program.read_bytes()), compresslevel=9, mtime=0))
    return target
