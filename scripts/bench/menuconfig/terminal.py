"""A program on a pseudo-terminal, with a clock: when its last byte came, how many there were, and with what text."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS, LINES = 120, 40
QUIET = 0.15
"""Seconds without a byte after which an answer to a key is taken as complete."""

STABLE = 0.6
"""The same for the first screen, of which parts may come late."""

PATIENCE = 30.0
"""Seconds that a first byte is waited for."""

_ESCAPE = re.compile(rb"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_][^\x1b]*\x1b\\|\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Painted:
    """What a program sent in answer: seconds to its first and its last byte, how many bytes, and their text."""

    first: float
    last: float
    count: int
    text: str


class NotShownError(Exception):
    """The screen does not show what it should, so that the time means nothing."""


class Terminal:
    """A program on a terminal of 120 by 40 of the type xterm-256color, which answers no questions.

    Raises:
        NotShownError: the first screen has not the text `shows`.
    """

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str], shows: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **env}
        started = time.perf_counter()
        self.pid, self._primary = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
                os.chdir(folder)
                os.execve(command[0], list(command), environment)  # noqa: S606 - a list needs no shell
            finally:
                os._exit(127)
        self.start = self._read(started, STABLE, shows=shows.encode())
        if shows not in self.start.text:
            with self:
                raise NotShownError(f"at the start there is no {shows!r} but {self.start.text[-300:]!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._primary)
        os.waitpid(self.pid, 0)

    def press(self, key: str, *, quiet: float = QUIET) -> Painted:
        """Send a key, and return what came until it was quiet.

        Raises:
            NotShownError: nothing came.
        """
        started = time.perf_counter()
        os.write(self._primary, key.encode())
        painted = self._read(started, quiet)
        if not painted.count:
            raise NotShownError(f"nothing is painted after {key!r}")
        return painted

    def resident(self) -> int:
        """Return the KiB of memory that the program and what it started hold."""
        return sum(_status(pid, "VmRSS") for pid in self._processes())

    def busy(self, seconds: float) -> float:
        """Return the share of a processor that the program uses while nobody types."""
        before = sum(_ticks(pid) for pid in self._processes())
        self._read(time.perf_counter(), 0, until=time.perf_counter() + seconds)
        return (sum(_ticks(pid) for pid in self._processes()) - before) / _TICKS / seconds

    def _processes(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [self.pid, *map(int, children.split())]

    def _read(self, started: float, quiet: float, *, shows: bytes = b"", until: float | None = None) -> Painted:
        """Read until nothing came for `quiet` seconds after `shows` did, or up to the given time."""
        first = last = 0.0
        pieces: list[bytes] = []
        is_shown = False
        while True:
            now = time.perf_counter()
            is_shown = is_shown or (bool(pieces) and shows in _ESCAPE.sub(b"", b"".join(pieces)))
            end = until or (last + quiet if is_shown else started + PATIENCE)
            if now >= end or not select.select([self._primary], [], [], end - now)[0]:
                break
            try:
                piece = os.read(self._primary, 1 << 16)
            except OSError:  # it has ended
                break
            last = time.perf_counter()
            first = first or last
            pieces.append(piece)
        data = b"".join(pieces)
        text = _ESCAPE.sub(b"", data).decode(errors="replace")
        return Painted(first - started if first else 0.0, last - started if last else 0.0, len(data), text)


def _status(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
