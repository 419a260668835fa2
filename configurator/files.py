"""Writing files so that nobody ever sees half of one, and so that an unchanged file keeps its time stamp."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal.

    Python's own, where it is there, as the standard library's `random` takes it: `hashlib` brings OpenSSL, which is
    4 MB of memory and a tenth of what an editor needs.
    """
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]  # no stub knows it
    except ImportError:  # from Python 3.12 on it has another name
        try:
            from _sha2 import sha256  # type: ignore[import-not-found, no-redef, unused-ignore]  # as above
        except ImportError:
            from hashlib import sha256
    return str(sha256(data).hexdigest())


@dataclass(frozen=True)
class _Former:
    """A file as it was: what is in it, and whose it is."""

    data: bytes
    state: os.stat_result


def write_if_changed(path: Path, text: str | bytes, *, keep_old: bool = False) -> bool:
    """Write `text` to `path` atomically, unless it is there already.

    The text goes to a temporary file in the same folder, which is then renamed: whatever happens, and whoever else
    writes at the same time, there is a whole file under the name, the former one or a new one. An existing file keeps
    its mode and, if that is allowed, its owner; a symbolic link stays one and its target is replaced.

    Args:
        path: the file to write; its folder must exist.
        text: the new content; a str is written as UTF-8 without translating line ends.
        keep_old: keep the former content as `path` with ``.old`` appended.

    Returns:
        Whether the file was written.

    Raises:
        UsageError: the file cannot be written; it has not changed then.
    """
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        former = _read(path)
        if former is not None and former.data == data:
            return False
        target = os.path.realpath(path)
        replacements = [_Replacement(target, data, former)]
        if keep_old and former is not None:
            replacements.append(_Replacement(f"{path}.old", former.data, former))
        _replace(replacements)
    except (OSError, ValueError) as problem:  # ValueError: a NUL byte in the path
        raise UsageError(f"cannot write the file: {_reason(problem)}", location=_place(path, problem)) from problem
    return True


class _Replacement:
    """A whole file that waits under a temporary name to be given its own."""

    def __init__(self, target: str, data: bytes, like: _Former | None) -> None:
        self.target = target
        # Not the process's number, which is the same for the first process of every container.
        self.temporary = f"{target}.{os.urandom(4).hex()}.tmp"
        self._data = data
        self._like = like

    def prepare(self) -> None:
        """Write the temporary file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)  # Windows has the second one alone
        with open(os.open(self.temporary, flags, 0o666), "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            if self._like is not None and hasattr(os, "fchown"):  # not on Windows, which has neither
                with suppress(PermissionError):  # another's file, in a folder that one may write to
                    os.fchown(stream.fileno(), self._like.state.st_uid, self._like.state.st_gid)  # on Unix
                os.fchmod(stream.fileno(), stat.S_IMODE(self._like.state.st_mode))  # on Unix
            stream.write(self._data)

    def finish(self) -> None:
        """Give the file its name."""
        os.replace(self.temporary, self.target)  # noqa: PTH105 - str, as realpath returns

    def clean_up(self) -> None:
        """Remove the temporary file, if it is still there."""
        with suppress(OSError):
            os.unlink(self.temporary)  # noqa: PTH108 - as above


def _replace(replacements: Sequence[_Replacement]) -> None:
    """Put complete files in the place of others, the first one last; all are written before any is renamed."""
    try:
        for one in replacements:
            one.prepare()
        for one in reversed(replacements):
            one.finish()
    finally:
        for one in replacements:
            one.clean_up()


def _read(path: Path) -> _Former | None:
    """Return the content of a regular file, None when there is none.

    Raises:
        UsageError: something that must not be replaced by a file is there, such as a folder or a device.
    """
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise UsageError("is a folder, not a file", location=Location(str(path)))
        if not stat.S_ISREG(state.st_mode):
            raise UsageError("is not a regular file; it will not be replaced", location=Location(str(path)))
        return _Former(path.read_bytes(), state)
    except FileNotFoundError:  # never there, or removed meanwhile
        return None


def _reason(problem: OSError | ValueError) -> str:
    return problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)


def _place(path: Path, problem: OSError | ValueError) -> Location:
    """Return the file that could not be written: `path`, or the one that was to keep the former content."""
    old = f"{path}.old"
    is_old = isinstance(problem, OSError) and problem.filename2 == old
    return Location(old if is_old else str(path))
