"""Places in the Kconfig tree, as the user can open them."""

from __future__ import annotations

from pathlib import Path

from configurator.errors import Location


def shown(root: Path | None, path: str, line: int | None = None) -> Location:
    """Return a place whose path is relative to the current folder, when it lies below that.

    Args:
        root: the tree's folder, to which a relative `path` refers; None leaves the path as the tree has it.
        path: the file.
        line: the line, if one is meant.
    """
    if root is None:
        return Location(path, line)
    full = root / path  # an absolute `path` stays as it is
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the current folder was removed
        return Location(str(full), line)
    return Location(str(full.relative_to(here) if full.is_relative_to(here) else full), line)
