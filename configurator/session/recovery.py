"""Unsaved edits in a file beside the .config, for the case that the editor ends without asking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.files import write_if_changed

if TYPE_CHECKING:
    from configurator.session.session import Session

SUFFIX = ".recovery"


@dataclass(frozen=True, slots=True)
class Found:
    """Edits that an earlier session left.

    Attributes:
        path: the file that holds them.
        when: when they were kept, in seconds since 1970.
        is_stale: whether the .config has changed since.
        note: what to tell the user.
    """

    path: Path
    when: float
    is_stale: bool
    note: str


class Recovery:
    """The recovery file of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.path = Path(f"{session.path}{SUFFIX}")

    def find(self) -> Found | None:
        """Return what an earlier session left, None if nothing."""
        if not self.path.exists():
            return None
        when = self.path.stat().st_mtime
        return Found(self.path, when, is_stale=False, note="unsaved changes of an earlier session were kept")

    def keep(self) -> None:
        """Write the edits that are not saved; remove the file if there are none."""
        if self._session.modified:
            write_if_changed(self.path, self._session.text())
        else:
            self.drop()

    def drop(self) -> None:
        """Remove the file: all is saved, or is not wanted."""
        self.path.unlink(missing_ok=True)
