"""On a terminal: keys go to the guest, and the terminal is as before afterwards, however the run ends."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import FakeQemu

# What QEMU does to the terminal it is given.
RAW = """
import fcntl, termios, tty
tty.setraw(0)
fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_NONBLOCK)
print("ready", flush=True)
"""


class Terminal:
    """A terminal with `eggcup run` on it."""

    def __init__(self, qemu: FakeQemu, kernel: Path, script: str, *options: str) -> None:
        self.master, self.slave = pty.openpty()
        self.before = self._state()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--mem", "64", "--smp", "1", *options],
            env={**os.environ, **qemu.does(script), "PYTHONPATH": str(ROOT)},
            stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
        )  # fmt: skip

    def _state(self) -> tuple[object, int]:
        """Return the terminal's settings and the flags of its open file."""
        return termios.tcgetattr(self.slave), fcntl.fcntl(self.slave, fcntl.F_GETFL)

    def read_until(self, text: str) -> str:
        """Read the screen until `text` is there."""
        shown = b""
        while text.encode() not in shown:
            shown += os.read(self.master, 1024)
        return shown.decode()

    def send(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def signal(self, number: int) -> None:
        """Send a signal to eggcup alone."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for the end and return the exit code, after a look at the terminal."""
        code = self._process.wait(20)
        assert self._state() == self.before
        return code

    def close(self) -> None:
        """Let go of the terminal."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Return a list whose terminals are closed at the end."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_keys_are_the_guests(qemu: FakeQemu, kernel: Path, terminals: list[Terminal]) -> None:
    """Ctrl-C reaches the guest as a byte; QEMU's escape key is set up."""
    script = RAW + "time.sleep(0.5)\nkeys = os.read(0, 10)\nguest_code(7 if keys == b'\\x03\\x1a' else 1)"
    terminal = Terminal(qemu, kernel, script)
    terminals.append(terminal)
    terminal.read_until("ready")
    terminal.send(b"\x03\x1a")
    assert terminal.end() == 7
    assert "stdio,id=console,mux=on,signal=off" in qemu.arguments


def test_after_a_qemu_that_died(qemu: FakeQemu, kernel: Path, terminals: list[Terminal]) -> None:
    """A QEMU that was killed leaves the terminal raw and non-blocking; eggcup does not."""
    terminal = Terminal(qemu, kernel, RAW + "os.kill(os.getpid(), 9)")
    terminals.append(terminal)
    assert terminal.end() == 2


def test_after_a_time_out(qemu: FakeQemu, kernel: Path, terminals: list[Terminal]) -> None:
    """The same when the time is up."""
    script = RAW + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    terminal = Terminal(qemu, kernel, script, "--timeout", "1")
    terminals.append(terminal)
    assert terminal.end() == 124


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_after_a_signal(number: int, code: int, qemu: FakeQemu, kernel: Path, terminals: list[Terminal]) -> None:
    """The same when eggcup is told to end."""
    terminal = Terminal(qemu, kernel, RAW + "time.sleep(60)")
    terminals.append(terminal)
    terminal.read_until("ready")
    time.sleep(0.1)
    terminal.signal(number)
    assert terminal.end() == code
