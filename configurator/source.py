"""Where the tree of Kconfig files, presets, kernel and drivers lies."""

from __future__ import annotations

import os
import re
from pathlib import Path

from configurator.errors import UsageError

_STATEMENT = (
    r"(?a)\s*(?:(?:menu)?config\s+(?P<name>\w+)|(?P<type>bool|def_bool|tristate|int|hex|string)\b"
    r'|[or]*source\s+"(?P<path>[^"]+)")'
)


def source_root() -> Path:
    """Return the folder that holds the root Kconfig, kernel/ and drivers/.

    That is the checkout when the package lies in one (so that edits to drivers take effect at once), else the copy
    which the wheel carries inside the package.

    Raises:
        UsageError: the installation carries no tree.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package.parent, package / "_tree"):
        if (candidate / "Kconfig").is_file() and (candidate / "go.mod").is_file():
            return candidate
    raise UsageError(
        f"no Kconfig tree beside {package} nor inside it",
        hints=["reinstall eggcup: pip install --force-reinstall eggcup"],
    )


def presets_folder(root: Path) -> Path:
    """Return the folder of the presets that `eggcup defconfig NAME` knows."""
    return root / "configs"


def presets(root: Path) -> dict[str, Path]:
    """Return the presets of a tree by name; what has a dot in its name is none."""
    folder = presets_folder(root)
    if not folder.is_dir():
        return {}
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and "." not in path.name}


def find_preset(name: str, known: dict[str, Path]) -> Path:
    """Return the file of a preset.

    Raises:
        UsageError: there is none of that name; the hints are similar ones.
    """
    if name not in known:
        import difflib

        near = difflib.get_close_matches(name, known) or list(known)
        raise UsageError(f"there is no preset {name!r}", hints=[f"eggcup defconfig {other}" for other in near])
    return known[name]


def symbol_types(kconfig: Path, root: Path) -> dict[str, str]:
    """Return the names of a tree's symbols with their types, at a glance over its files.

    For completion in the shell, which must be quick and may be wrong: conditions and macros are not looked at.
    """
    statement = re.compile(_STATEMENT)
    found: dict[str, str] = {}
    seen: set[Path] = set()
    waiting = [kconfig]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        name = ""
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            match = statement.match(line)
            if match is None:
                continue
            if match["path"]:
                waiting += root.glob(os.path.expandvars(match["path"].replace("$(", "${").replace(")", "}")))
            elif match["name"]:
                name = match["name"]
                found.setdefault(name, "")
            elif name and not found[name]:
                found[name] = match["type"]
    return found
