"""What is wrong with a path that is being typed."""

from __future__ import annotations

from pathlib import Path


def path_of(text: str) -> Path:
    """Return the path that was typed; ~ is the home folder, as in a shell."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no such user
        return Path(text)


def new_file_problem(text: str) -> str:
    """Return why no file can be written at a path, "" if it can."""
    return _problem(text, is_new=True)


def file_problem(text: str) -> str:
    """Return why no file can be read at a path, "" if it can."""
    return _problem(text, is_new=False)


def _problem(text: str, *, is_new: bool) -> str:
    if not text.strip():
        return "a path is missing"
    path = path_of(text)
    try:
        if path.is_dir():
            return "this is a folder"
        if is_new:
            return "" if path.absolute().parent.is_dir() else "there is no such folder"
        return "" if path.exists() else "there is no such file"
    except OSError as problem:  # a name that is too long, a folder that may not be looked into
        return problem.strerror or "this is no path"
