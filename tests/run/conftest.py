"""A QEMU of the test's own, which does what the test says, and a file that passes for a kernel."""

from __future__ import annotations

import json
import os
import stat
import struct
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What the scripts of tests find ready: the arguments, the file of the exit code, the monitor's socket.
PREAMBLE = """#!{python}
import json, os, signal, socket, sys, time
args = sys.argv[1:]
def value(start):
    return next(a.removeprefix(start) for a in args if a.startswith(start))
if "-S" in args:  # the trial of KVM
    sys.exit(1)
json.dump(args, open({record!r}, "w"))
code_file = value("file,id=exitcode,path=").replace(",,", ",")
monitor = socket.socket(fileno=int(value("socket,id=events,fd=")))
def say(message):
    monitor.sendall(json.dumps(message).encode() + b"\\r\\n")
def guest_code(code):
    open(code_file, "w").write(f"{{code}}\\n")
    os._exit(3)
def shutdown(reason):
    say({{"event": "SHUTDOWN", "data": {{"guest": True, "reason": reason}}}})
    os._exit(0)
say({{"QMP": {{"version": {{}}}}}})
"""


class FakeQemu:
    """Puts a qemu-system-x86_64 into a folder of its own and remembers how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "arguments.json"

    def does(self, script: str) -> dict[str, str]:
        """Make QEMU do `script` and return the environment that finds it."""
        preamble = PREAMBLE.format(python=sys.executable, record=str(self._record))
        path = self.folder / "qemu-system-x86_64"
        path.write_text(preamble + script, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return {"PATH": f"{self.folder}:{os.environ['PATH']}"}

    @property
    def arguments(self) -> list[str]:
        """Return the arguments of the last call."""
        return list(json.loads(self._record.read_text(encoding="utf-8")))


@pytest.fixture
def qemu(tmp_path: Path) -> FakeQemu:
    """Return a QEMU to be told what it does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return FakeQemu(folder)


def bootable() -> bytes:
    """Return the smallest file with a PVH note."""
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", 0x100100)
    segments = [(1, 5, 0, 0x100000, 0x100000, 0x200, 0x200, 4096), (4, 4, 0x100, 0x100100, 0x100100, len(note), 20, 4)]
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0x100100, 64, 0, 0, 64, 56, len(segments), 64, 0, 0
    )
    image = bytearray(0x200)
    image[: len(header)] = header
    for at, segment in enumerate(segments):
        struct.pack_into("<IIQQQQQQ", image, 64 + 56 * at, *segment)
    image[0x100 : 0x100 + len(note)] = note
    return bytes(image)


@pytest.fixture
def kernel(workdir: Path) -> Path:
    """Return the file k.elf in the test's folder."""
    path = workdir / "k.elf"
    path.write_bytes(bootable())
    return path
