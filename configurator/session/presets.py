"""The presets of a tree: looked through, compared with the values of now, and made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.files import write_if_changed
from configurator.model import leading_comment
from configurator.session.changes import Saved
from configurator.source import presets, presets_folder

if TYPE_CHECKING:
    from pathlib import Path

    from configurator.model import Configuration

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset; `help` is the comment at the head of its file."""

    name: str
    path: Path
    help: str


def list_presets(configuration: Configuration) -> list[Preset]:
    """Return the presets of the tree, by name."""
    return [
        Preset(name, path, "\n".join(line.lstrip("# ") for line in leading_comment(path).splitlines()))
        for name, path in presets(configuration.root).items()
    ]


def save_preset(configuration: Configuration, name: str, text: str = "") -> Saved:
    """Write the values of now as a preset: what differs from the defaults, below a comment of `text`.

    Without a text, a preset that is there keeps the comment it has.

    Raises:
        UsageError: the name is none for a preset, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a preset: letters, digits, - and _")
    folder = presets_folder(configuration.root)
    folder.mkdir(exist_ok=True)
    path = folder / name
    header = "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
    if not header and path.exists():
        header = leading_comment(path)
    return Saved(path, write_if_changed(path, configuration.minimal_text(header)))
