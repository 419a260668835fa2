"""Unsaved edits in a file beside the .config, for the case that the editor ends without asking.

The file is a .config itself, with what the user set, in the order in which he did. So it says more than a saved one:
values of hidden symbols too. Its first line names the editor that wrote it and the .config that it began with.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.files import digest, write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from configurator.session.session import Session

SUFFIX = ".recovery"

_HEADER = "# Unsaved changes, by the process {process} on {host}, of a file with the SHA-256 {digest}\n"
_FIRST_LINE = re.compile(
    _HEADER.strip().format(process="(?P<process>[0-9]+)", host="(?P<host>.*)", digest="(?P<digest>[0-9a-f]+|-)")
)


@dataclass(frozen=True, slots=True)
class Found:
    """Edits that an earlier session left.

    Attributes:
        path: the file that holds them.
        when: when they were kept, in seconds since 1970.
        is_stale: whether the .config has changed since, so that taking the edits takes those changes back.
        note: what to tell the user.
    """

    path: Path
    when: float
    is_stale: bool
    note: str


class Recovery:
    """The recovery file of a session.

    Attributes:
        path: the file; of two editors of one .config, the second has one of its own.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = _digest(session.path)
        self.path = Path(f"{session.path}{SUFFIX}")
        if _is_held(self.path):
            self.path = Path(f"{self.path}.{os.getpid()}")

    def find(self) -> Found | None:
        """Return the newest that an earlier session left, None if nothing; it becomes this session's file."""
        left = [path for path in self._candidates() if not _is_held(path)]
        if not left:
            return None
        self.path = max(left, key=_time)
        is_stale = _base_of(self.path) != self._base
        note = "an editor that ended without saving left changes"
        if is_stale:
            note += "; the file has changed since, and taking them would take that back"
        return Found(self.path, _time(self.path), is_stale, note)

    def keep(self) -> None:
        """Write the edits that are not saved; remove the file if there are none.

        Raises:
            UsageError: the file cannot be written.
        """
        # A file that is not there yet counts as modified before anybody has done anything.
        if not (self._session.modified and self._session.history):
            self.drop()
            return
        header = _HEADER.format(process=os.getpid(), host=_host(), digest=self._base)
        write_if_changed(self.path, header + self._session.settings_text())

    def drop(self) -> None:
        """Remove the file: all is saved, or is not wanted."""
        self.path.unlink(missing_ok=True)
        self._base = _digest(self._session.path)

    def _candidates(self) -> Iterator[Path]:
        name = f"{self._session.path.name}{SUFFIX}"
        try:
            present = [*self._session.path.parent.iterdir()]
        except OSError:
            return
        for path in present:
            if path.name == name or re.fullmatch(rf"{re.escape(name)}\.[0-9]+", path.name):
                yield path


def _first_line(path: Path) -> re.Match[str] | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return _FIRST_LINE.match(lines.readline())
    except OSError:
        return None


def _base_of(path: Path) -> str:
    first = _first_line(path)
    return first["digest"] if first else ""


def _is_held(path: Path) -> bool:
    """Return whether the editor that wrote a file is still there; of one on another machine nobody can tell."""
    first = _first_line(path)
    if first is None or first["host"] != _host() or os.name != "posix":  # elsewhere `kill` with 0 is a signal
        return False
    process = int(first["process"])
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is there, and another user's
        return True
    return True


def _host() -> str:
    import platform  # here: few sessions get as far as to an edit that is not saved

    return " ".join(platform.node().split()) or "-"


def _time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, "-" when there is none."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return "-"
