"""Shows a module's vendor folder to go as the vendor folder of eggcup's workspace."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from configurator.files import write_if_changed

if TYPE_CHECKING:
    from pathlib import Path

_LIST = "modules.txt"
_WORKSPACE_MARK = "## workspace"


def link_vendor(vendor: Path, shown: Path, *, supplied: str, is_workspace: bool) -> bool:
    """Make `shown` a folder of links into `vendor`, with the list of modules that a workspace wants.

    Args:
        vendor: the user's vendor folder.
        shown: the vendor folder beside the workspace's go.work.
        supplied: the module that the workspace has itself; a vendored copy of it is left out.
        is_workspace: whether `vendor` was made by `go work vendor`.

    Returns:
        Whether there is a vendor folder to show.
    """
    if not (vendor / _LIST).is_file():
        return False
    wanted = {entry.name: entry for entry in vendor.iterdir() if entry.name not in (_LIST, supplied)}
    shown.mkdir(exist_ok=True)
    for entry in shown.iterdir():
        target = wanted.get(entry.name)
        if entry.name == _LIST or (target and entry.is_symlink() and entry.readlink() == target):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for name, target in wanted.items():
        if not (shown / name).is_symlink():
            (shown / name).symlink_to(target)
    listing = (vendor / _LIST).read_text(encoding="utf-8").splitlines()
    lines = [] if is_workspace else [_WORKSPACE_MARK]
    lines += filter(None, (_in_workspace_form(line, vendor.parent, shown.parent, supplied) for line in listing))
    write_if_changed(shown / _LIST, "\n".join(lines) + "\n")
    return True


def moved_folder(path: str, origin: Path, folder: Path) -> str:
    """Return the folder `path`, written relative to `origin`, as it is written relative to `folder`.

    What is no relative folder (a module's path, an absolute folder) stays as it is. go compares these texts with what
    it works out itself (cmd/go, modload, canonicalizeReplacePath), so their form matters.
    """
    if not path.startswith(("./", "../")) and path not in (".", ".."):
        return path
    moved = os.path.relpath(origin / path, folder)
    return moved if moved.startswith("..") else f"./{moved}"


def _in_workspace_form(line: str, origin: Path, folder: Path, supplied: str) -> str:
    """Rewrite a line of modules.txt; "" means that it is left out.

    The supplied module keeps the line that says go.mod requires it, but neither packages nor a replacement.
    """
    if line == supplied or line.startswith(f"{supplied}/"):
        return ""
    left, arrow, target = line.partition(" => ")
    if left == f"# {supplied}":
        return ""
    if left.startswith(f"# {supplied} "):
        return left
    return left + arrow + moved_folder(target, origin, folder) if arrow else line
