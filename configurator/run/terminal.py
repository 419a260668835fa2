"""Keeps the user's terminal as it was, however QEMU ends."""

from __future__ import annotations

import fcntl
import os
import sys
import termios
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STANDARD_STREAMS = (0, 1, 2)


def is_interactive() -> bool:
    """Say whether both ends of the console are a terminal; only then is there a key to reserve for QEMU."""
    return os.isatty(0) and os.isatty(1)


@contextmanager
def preserved() -> Iterator[None]:
    """Put the terminal's settings and the streams' flags back when the block ends.

    QEMU switches the terminal to raw mode and the streams to non-blocking, and restores both unless it is killed; a
    shell whose terminal is left non-blocking misbehaves in ways that nobody traces back to here.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    flags = {fd: fcntl.fcntl(fd, fcntl.F_GETFL) for fd in _STANDARD_STREAMS if _is_open(fd)}
    settings = {fd: termios.tcgetattr(fd) for fd in flags if os.isatty(fd)}
    try:
        yield
    finally:
        for fd, flag in flags.items():
            with suppress(OSError):
                fcntl.fcntl(fd, fcntl.F_SETFL, flag)
        for fd, setting in settings.items():
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(fd, termios.TCSADRAIN, setting)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
