"""Boots whose console the caller has, with a QEMU that does what the test says."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from configurator.run.captured import boot
from configurator.run.machine import Machine
from configurator.run.runner import RunRequest
from configurator.run.verdict import End, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import FakeQemu


@pytest.fixture
def request_(kernel: Path) -> RunRequest:
    """Return a request to boot."""
    return RunRequest(kernel=kernel, machine=Machine.PC)


def test_console_and_code(qemu: FakeQemu, request_: RunRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console comes as the program wrote it, with the code, the kernel's log and QEMU's messages beside it."""
    script = (
        "sys.stdout.write('one\\r\\ntwo')\nsys.stdout.flush()\nsys.stderr.write('a message')\nsys.stderr.flush()\n"
        "open(code_file, 'w').write('[    0.1] log\\n3\\n')\nos._exit(3)"
    )
    monkeypatch.setenv("PATH", qemu.does(script)["PATH"])
    console = bytearray()
    ended = boot(request_, console.extend, threading.Event())
    assert bytes(console) == b"one\ntwo"
    assert ended.verdict == Verdict(End.CODE, 3)
    assert (ended.log, ended.messages, ended.timed_out) == ("[    0.1] log\n", "a message", False)


def test_slow_reader(qemu: FakeQemu, request_: RunRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU writes to a file, which takes everything at once: its serial port drops what a full pipe does not take."""
    script = "import stat\nassert stat.S_ISREG(os.fstat(1).st_mode)\nprint('x' * 1000000, flush=True)\nguest_code(0)"
    monkeypatch.setenv("PATH", qemu.does(script)["PATH"])
    console = bytearray()

    def slow(data: bytes) -> None:
        time.sleep(0.5)
        console.extend(data)

    ended = boot(request_, slow, threading.Event())
    assert ended.verdict == Verdict(End.CODE, 0)
    assert len(console) == 1_000_001


def test_time_out(qemu: FakeQemu, request_: RunRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest that runs too long gets a Ctrl-backslash, and what it says then is read before it is ended."""
    script = "assert os.read(0, 1) == b'\\x1c'\nprint('goroutine 1', flush=True)\nguest_code(2)"
    monkeypatch.setenv("PATH", qemu.does(script)["PATH"])
    console = bytearray()
    ended = boot(replace(request_, timeout=0.3), console.extend, threading.Event())
    assert bytes(console) == b"goroutine 1\n"
    assert (ended.verdict, ended.timed_out) == (None, True)


def test_stopped(qemu: FakeQemu, request_: RunRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A boot that is stopped from elsewhere ends at once, and QEMU with it."""
    monkeypatch.setenv("PATH", qemu.does("time.sleep(60)")["PATH"])
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    start = time.monotonic()
    ended = boot(request_, bytearray().extend, stop)
    assert ended.verdict is None
    assert not ended.timed_out
    assert time.monotonic() - start < 20
