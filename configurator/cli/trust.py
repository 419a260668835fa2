"""Who may run the commands of a Kconfig tree: the user says so, on the terminal, by an option or in the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import output
from configurator.model import Approval, Command, Trust
from configurator.source import source_root

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLE = "EGGCUP_TRUST"
"""Folders whose trees may run commands, with the system's separator of search paths between them."""


def trust_in(kconfig: Path, root: Path, *, everything: bool) -> Trust:
    """Return who allows commands of the tree below the file `kconfig`, whose folder is `root`.

    eggcup's own tree may run what it likes, as eggcup itself could. Of another one the user is asked, but only where
    somebody sits at a terminal: a script gets an error at once and never hangs.
    """
    return Trust(
        everything=everything or _is_ours(kconfig) or _is_named(root),
        ask=_ask if _is_terminal(sys.stdin) and _is_terminal(sys.stderr) else None,
    )


def _is_ours(kconfig: Path) -> bool:
    try:
        return kconfig.resolve() == (source_root() / "Kconfig").resolve()
    except (OSError, ValueError):
        return False


def _is_named(root: Path) -> bool:
    """Return whether the environment names the folder, or one that it lies in."""
    folders = [folder for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder]
    try:
        return any(root.resolve().is_relative_to(Path(folder).resolve()) for folder in folders)
    except (OSError, ValueError):
        return False


def _is_terminal(stream: object) -> bool:
    return stream is not None and bool(getattr(stream, "isatty", lambda: False)())


def _ask(commands: Sequence[Command]) -> Approval:
    """Show the commands and ask; only a plain yes allows them, and an end of the input does not."""
    many = len(commands) != 1
    output.narrate(
        f"This Kconfig tree wants to run {f'{len(commands)} commands' if many else 'a command'} on this machine:"
    )
    for command in commands:  # all, however many: a yes is for what was shown
        output.narrate(f"  {command.location}: {_one_line(command.text)}")
    try:
        while True:
            output.prompt(f"Run {'them' if many else 'it'}? [y]es, [n]o, [a]ll that this tree has: ")
            line = sys.stdin.readline()
            answer = line.strip().lower()
            if answer in ("y", "yes"):
                return Approval.THESE
            if answer in ("a", "all"):
                return Approval.ALL
            if not line or answer in ("n", "no", ""):
                return Approval.REFUSED
    except UnicodeDecodeError:
        return Approval.REFUSED


def _one_line(text: str) -> str:
    """Return a command with its line ends visible: each is a part of it."""
    return text.replace("\n", "\\n").replace("\t", "\\t")
