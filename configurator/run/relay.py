"""Takes the guest's console from QEMU at once and passes it on as fast as its reader takes it.

QEMU's serial port keeps no more than the chip's FIFO. While QEMU's output is blocked the guest sees a transmitter that
is never empty: it waits, but not for ever, as a machine must whose serial cable hangs loose. So QEMU writes into a pipe
that is always read, and if too much waits for the reader, the machine is halted until the reader has caught up.
"""

from __future__ import annotations

import os
import select
from collections import deque
from contextlib import suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

_CHUNK = 65536
_PAUSE_ABOVE = 8 << 20
_RESUME_BELOW = 1 << 20
_PAUSE = b'{"execute": "stop"}\n'
_RESUME = b'{"execute": "cont"}\n'


class Relay:
    """Two threads between QEMU and the console's reader.

    `events` is what QEMU's monitor has said meanwhile, `is_read` whether the reader is still there.

    A reader that has gone away takes everything: the machine runs on without one.
    """

    def __init__(self, source: int, target: int, monitor: socket.socket) -> None:
        """Pass on what comes from the descriptor `source`, which is closed at its end, to the descriptor `target`."""
        self.events = bytearray()
        self._source = source
        self._target = target
        self._monitor = monitor
        self._changed = Condition()
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._ended = False
        self.is_read = True
        self._taker = Thread(target=self._take, name="console", daemon=True)
        self._giver = Thread(target=self._give, name="console-reader", daemon=True)

    def start(self) -> None:
        """Begin to pass on."""
        self._taker.start()
        self._giver.start()

    def finish(self, patience: float | None) -> int:
        """Wait until QEMU's end has come and all is passed on, for up to `patience` seconds.

        Returns:
            How many bytes the reader has not taken.
        """
        self._taker.join()
        self._giver.join(patience)
        with self._changed:
            return self._size

    def _take(self) -> None:
        inputs: list[int | socket.socket] = [self._source, self._monitor]
        while True:
            readable = select.select(inputs, [], [])[0]
            if self._monitor in readable and not self._hear():
                inputs.remove(self._monitor)
            if self._source in readable:
                chunk = os.read(self._source, _CHUNK)
                if not chunk:
                    break
                self._keep(chunk)
        os.close(self._source)
        with self._changed:
            self._ended = True
            self._changed.notify()

    def _hear(self) -> bool:
        """Take what the monitor says, so that it never waits for us; False at its end."""
        try:
            said = self._monitor.recv(_CHUNK)
        except ConnectionError:
            said = b""
        self.events += said
        return bool(said)

    def _keep(self, chunk: bytes) -> None:
        with self._changed:
            self._waiting.append(chunk)
            self._size += len(chunk)
            if self._size > _PAUSE_ABOVE and self.is_read and not self._paused:
                self._paused = True
                self._order(_PAUSE)
            self._changed.notify()

    def _give(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                chunk = self._waiting.popleft()
            self._write(chunk)
            with self._changed:
                self._size -= len(chunk)
                if self._paused and self._size < _RESUME_BELOW:
                    self._paused = False
                    self._order(_RESUME)

    def _order(self, command: bytes) -> None:
        with suppress(OSError):
            self._monitor.sendall(command)

    def _write(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            try:
                rest = rest[os.write(self._target, rest) :]
            except BlockingIOError:  # QEMU makes the terminal so, by its own end of it
                select.select([], [self._target], [])
            except OSError:
                self.is_read = False
                return
