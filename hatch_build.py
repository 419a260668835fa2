"""Puts the tree of Kconfig files, presets, kernel and drivers into the wheel, under configurator/_tree.

A hook rather than plain force-include: an editable install must not carry a copy that goes stale, and a wheel must not
carry Go tests or what a build left lying about.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SINGLE_FILES = ("Kconfig", "Kconfig.renames", "eggcup.go", "go.mod", "units_gen.go")
_FOLDERS = ("configs", "drivers", "kernel")
_SUFFIXES = (".go", ".s", ".S", ".h", ".mod", ".sum")  # some units are Go modules of their own


def tree_files(root: Path) -> list[str]:
    """Return what an installed eggcup needs beside its Python code, relative to `root`, sorted."""
    found = [name for name in _SINGLE_FILES if (root / name).is_file()]
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if path.is_file() and not hidden and _wanted(folder, path):
                found.append(path.relative_to(root).as_posix())
    return found


def _wanted(folder: str, path: Path) -> bool:
    if folder == "configs":
        return "." not in path.name
    is_source = path.suffix in _SUFFIXES and not path.name.endswith("_test.go")
    return is_source or path.name.partition(".")[0] == "Kconfig"


class TreeHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the tree to the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `force_include`, but for an editable install, which uses the checkout itself."""
        if version == "editable":
            return
        root = Path(self.root)
        for name in tree_files(root):
            build_data["force_include"][str(root / name)] = f"configurator/_tree/{name}"
