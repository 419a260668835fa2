"""Writing files so that nobody ever sees half of one, and so that an unchanged file keeps its time stamp."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def write_if_changed(path: Path, text: str | bytes, *, keep_old: bool = False) -> bool:
    """Write `text` to `path` atomically, unless it is there already.

    The text goes to a temporary file in the same folder, which is then renamed. An existing file keeps its mode, a
    symbolic link stays one and its target is replaced.

    Args:
        path: the file to write; its folder must exist.
        text: the new content; a str is written as UTF-8 without translating line ends.
        keep_old: keep the former content as `path` with ``.old`` appended.

    Returns:
        Whether the file was written.

    Raises:
        UsageError: the file cannot be written; nothing has changed then.
    """
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        former = _content(path)
        if former == data:
            return False
        if keep_old and former is not None:
            _replace(path.with_name(path.name + ".old"), former)
        _replace(path, data)
    except (OSError, ValueError) as problem:  # ValueError: a NUL byte in the path
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise UsageError(f"cannot write the file: {reason}", location=Location(str(path))) from problem
    return True


def _content(path: Path) -> bytes | None:
    """Return the content of a regular file, None when there is none.

    Raises:
        UsageError: something that must not be replaced by a file is there, such as a folder or a device.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise UsageError("is a folder, not a file", location=Location(str(path)))
    if not stat.S_ISREG(mode):
        raise UsageError("is not a regular file; it will not be replaced", location=Location(str(path)))
    return path.read_bytes()


def _replace(path: Path, data: bytes) -> None:
    """Put a complete new file in the place of `path`."""
    target = os.path.realpath(path)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)  # noqa: PTH116 - `target` is a str, as os.replace wants it
    except FileNotFoundError:
        mode = None
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            if mode is not None:
                os.fchmod(descriptor, mode)
            stream.write(data)
        os.replace(temporary, target)  # noqa: PTH105 - as above
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108 - as above
        raise
