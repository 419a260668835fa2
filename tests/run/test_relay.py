"""Between QEMU and the console's reader: everything arrives, and too much is not kept."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from configurator.run.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Iterator

MEBIBYTE = 1 << 20


class _Machine:
    """Writes as QEMU does, and stops when its monitor is told to."""

    def __init__(self) -> None:
        self.source, self._output = os.pipe()
        self.monitor, self._ours = socket.socketpair()
        self._running = threading.Event()
        self._running.set()
        self.pauses = 0
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        with self._ours.makefile("rb") as heard:
            for line in heard:
                if b"stop" in line:
                    self._running.clear()
                    self.pauses += 1
                else:
                    self._running.set()
                self._ours.sendall(b'{"return": {}}\r\n')

    def prints(self, data: bytes) -> None:
        for at in range(0, len(data), 50_000):
            assert self._running.wait(20)
            os.write(self._output, data[at : at + 50_000])

    def ends(self) -> None:
        os.close(self._output)

    def lives(self, data: bytes) -> None:
        self.prints(data)
        self.ends()

    def close(self) -> None:
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)
        self._listener.join(20)
        self._ours.close()
        self.monitor.close()


@pytest.fixture
def machine() -> Iterator[_Machine]:
    """Return a machine."""
    one = _Machine()
    yield one
    one.close()


def test_a_reader_that_is_slow(machine: _Machine) -> None:
    """A machine that prints more than is kept is halted until the reader has caught up; nothing is lost."""
    reader, target = os.pipe()
    relay = Relay(machine.source, target, machine.monitor)
    relay.start()
    data = os.urandom(MEBIBYTE) * 24
    writing = threading.Thread(target=machine.lives, args=(data,), daemon=True)
    writing.start()
    time.sleep(0.5)
    assert writing.is_alive(), "24 MiB are kept for a reader that takes nothing"
    got = bytearray()
    while len(got) < len(data):
        got += os.read(reader, MEBIBYTE)
    assert relay.finish(20) == 0
    assert bytes(got) == data
    assert machine.pauses >= 1
    assert relay.events == b'{"return": {}}\r\n' * (2 * machine.pauses)


def test_a_reader_that_takes_nothing(machine: _Machine) -> None:
    """When the time is up, what is left is counted."""
    reader, target = os.pipe()
    relay = Relay(machine.source, target, machine.monitor)
    relay.start()
    machine.lives(b"x" * 300_000)
    assert 200_000 < relay.finish(0.2) <= 300_000
    os.close(reader)


def test_a_reader_that_has_gone(machine: _Machine) -> None:
    """The machine goes on."""
    reader, target = os.pipe()
    os.close(reader)
    relay = Relay(machine.source, target, machine.monitor)
    relay.start()
    machine.prints(b"x")
    while relay.is_read:
        time.sleep(0.001)
    machine.lives(b"x" * 20 * MEBIBYTE)
    assert relay.finish(20) == 0
    assert machine.pauses == 0


def test_a_terminal_that_does_not_block(machine: _Machine) -> None:
    """A descriptor that QEMU has made non-blocking is waited for."""
    reader, target = os.pipe()
    os.set_blocking(target, False)
    relay = Relay(machine.source, target, machine.monitor)
    relay.start()
    machine.lives(b"x" * MEBIBYTE)
    got = 0
    while got < MEBIBYTE:
        got += len(os.read(reader, 10_000))
    assert relay.finish(20) == 0
