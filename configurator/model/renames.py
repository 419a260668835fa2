"""Former names of symbols, so that old configurations keep their meaning.

A file Kconfig.renames beside any Kconfig file of the tree has a line for each name that is gone:

    OLD NEW         OLD is called NEW now
    OLD !NEW        the same with the meaning turned round: y is n, n is y
    OLD - reason    OLD is gone, and why; the reason may tell what to use instead

Empty lines and lines that start with # say nothing. Names may carry the prefix CONFIG_.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.model.dotconfig import PREFIX
from configurator.model.places import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.errors import Location

FILE_NAME = "Kconfig.renames"

_LINE = r"(?a)(?P<old>\w+)\s+(?:(?P<inverted>!?)\s*(?P<new>\w+)|-(?:\s+(?P<reason>.+))?)"
_LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Rename:
    """What became of the symbol `old`: `new` is its name now, None when it is gone, for the `reason` given."""

    old: str
    new: str | None
    inverted: bool
    reason: str
    location: Location

    def translated(self, value: str) -> str:
        """Return the value for the new symbol."""
        return {"y": "n", "n": "y"}.get(value, value) if self.inverted else value


def load(root: Path, kconfig_files: Iterable[str]) -> dict[str, Rename]:
    """Read the renames of a tree, by old name.

    Args:
        root: the tree's folder.
        kconfig_files: its Kconfig files, relative to `root`.

    Raises:
        UsageError: a file cannot be read, or a line is none of the three forms, or names an old name again.
    """
    found: dict[str, Rename] = {}
    folders = {str((root / name).parent) for name in kconfig_files}
    for folder in sorted(folders):
        path = Path(folder, FILE_NAME)
        for rename in _read(root, path) if path.is_file() else ():
            former = found.setdefault(rename.old, rename)
            if former is not rename:
                raise UsageError(f"{rename.old} was renamed before, in {former.location}", location=rename.location)
    return found


def resolve(renames: dict[str, Rename], name: str) -> Rename | None:
    """Return what became of `name` in the end, through several renames; None when it was never renamed.

    Raises:
        UsageError: the renames go round in a circle.
    """
    rename = first = renames.get(name)
    for _ in range(_LONGEST_CHAIN):
        if rename is None or rename.new is None or rename.new not in renames:
            return rename
        after = renames[rename.new]
        rename = Rename(name, after.new, rename.inverted != after.inverted, after.reason, rename.location)
    raise UsageError(f"the renames of {name} go round in a circle", location=first.location if first else None)


def _read(root: Path, path: Path) -> list[Rename]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"cannot read the renames: {problem}", location=shown(root, str(path))) from problem
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        place = shown(root, str(path), number)
        match = re.fullmatch(_LINE, stripped)
        if not match:
            hints = ["OLD NEW", "OLD !NEW", "OLD - reason"]
            raise UsageError(f"not a line of a rename file: {stripped[:60]!r}", location=place, hints=hints)
        new = match["new"]
        found.append(
            Rename(
                old=match["old"].removeprefix(PREFIX),
                new=new.removeprefix(PREFIX) if new else None,
                inverted=bool(match["inverted"]),
                reason=match["reason"] or "",
                location=place,
            )
        )
    return found
