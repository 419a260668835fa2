"""Start a guest, note when each line of its serial console arrives, and end it when it has said enough."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK = 65536
_ESCAPE = re.compile(r"\x1b(?:c|\[[0-9;?=]*[A-Za-z])")


@dataclass(frozen=True)
class Line:
    """A line of the console and when its end arrived, in seconds since QEMU was started."""

    seconds: float
    text: str


@dataclass(frozen=True)
class Transcript:
    """What a guest said, and whether the awaited line was among it."""

    lines: list[Line]
    complete: bool

    @property
    def seconds(self) -> float:
        """When the last line arrived; that is the awaited one if the transcript is complete."""
        return self.lines[-1].seconds if self.lines else 0.0

    @property
    def texts(self) -> list[str]:
        """The lines without their times."""
        return [line.text for line in self.lines]


def boot(command: Sequence[str], until: str, timeout: float, pass_fds: Sequence[int] = ()) -> Transcript:
    """Run `command` until a line that starts with `until` arrives on its stdout, its end, or the time-out in seconds.

    Escape sequences, which firmware puts before its first line, are left out.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=pass_fds
    )
    try:
        return _read(process, until, started, timeout)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _read(process: subprocess.Popen[bytes], until: str, started: float, timeout: float) -> Transcript:
    """Collect lines; `process.stdout` is a pipe."""
    assert process.stdout is not None  # noqa: S101 - for the type checker: Popen was called with PIPE
    descriptor = process.stdout.fileno()
    lines: list[Line] = []
    pending = b""
    while (left := started + timeout - time.monotonic()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        chunk = os.read(descriptor, CHUNK)
        now = time.monotonic() - started
        if not chunk:
            break
        *whole, pending = (pending + chunk).split(b"\n")
        for raw in whole:
            text = _ESCAPE.sub("", raw.decode("utf-8", "replace")).strip()
            lines.append(Line(now, text))
            if text.startswith(until):
                return Transcript(lines, complete=True)
    return Transcript(lines, complete=False)
