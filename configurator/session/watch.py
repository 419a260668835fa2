"""Notices that somebody else has changed the file on disk."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from configurator.files import digest

if TYPE_CHECKING:
    from pathlib import Path


class OnDisk(Enum):
    """What has become of the file since it was read or written."""

    SAME = auto()
    CHANGED = auto()
    GONE = auto()
    APPEARED = auto()


class Watch:
    """Remembers a file: first its time and size are looked at, and only if these differ what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.remember()

    def remember(self) -> None:
        """Take the file as it is now for what is known."""
        self._stamp = stamp_of(self.path)
        self._digest = self._digest_now()

    def look(self) -> OnDisk:
        """Return what has become of the file."""
        stamp = stamp_of(self.path)
        if stamp == self._stamp:
            return OnDisk.SAME
        if stamp is None:
            return OnDisk.GONE
        if self._stamp is None:
            return OnDisk.APPEARED
        if self._digest_now() == self._digest:
            self._stamp = stamp
            return OnDisk.SAME
        return OnDisk.CHANGED

    def _digest_now(self) -> str:
        try:
            return digest(self.path.read_bytes())
        except OSError:
            return ""


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """Return time, size and identity of a file, None when there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
