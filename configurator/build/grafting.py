"""Adds what units need from other modules to the vendor folder that a build shows to go.

A vendored program builds offline from its vendor folder alone, so go looks nowhere else. A unit that is a module of its
own brings requirements that are not there: they come from the module cache, by links, and are listed in modules.txt. A
package that the program has vendored itself stays the program's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configurator.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.build.layout import KernelTree
    from configurator.build.toolchain import GoToolchain

_LIST = "modules.txt"


@dataclass(frozen=True)
class Requirement:
    """A module and its version."""

    module: str
    version: str


@dataclass(frozen=True)
class Needed:
    """A package outside the tree that a unit needs: where its files are, its module, the Go that this is written in."""

    path: str
    folder: Path
    module: Requirement
    language: str


def as_json(go: GoToolchain, kind: str, path: Path) -> dict[str, Any]:
    """Let go parse a go.mod or go.work file; `kind` is "mod" or "work"."""
    parsed = json.loads(go.query([kind, "edit", "-json", str(path)], go.environment()))
    return dict(parsed)


def requirements(modules: Iterable[Path], go: GoToolchain) -> list[Requirement]:
    """Return what the go.mod files of the units' modules require."""
    listed = (as_json(go, "mod", module / "go.mod").get("Require") or [] for module in modules)
    return [Requirement(one["Path"], one["Version"]) for require in listed for one in require]


def needed_packages(tree: KernelTree, modules: tuple[Path, ...], go: GoToolchain, folder: Path) -> list[Needed]:
    """Ask go which packages outside the tree the units' modules need; it downloads what is missing.

    Raises:
        BuildError: a module cannot be had.
    """
    go_work = folder / "units" / "go.work"
    go_work.parent.mkdir(exist_ok=True)
    uses = "".join(f"\t{json.dumps(str(one))}\n" for one in (tree.root, *modules))
    write_if_changed(go_work, f"go {go.version}\n\nuse (\n{uses})\n")
    arguments = ["list", "-deps", "-json=ImportPath,Dir,Standard,Module", *(f"{module}/..." for module in modules)]
    text = go.query(arguments, go.environment(go_work=go_work))
    decoder, position, needed = json.JSONDecoder(), 0, []
    while position < len(text.rstrip()):
        facts, end = decoder.raw_decode(text, position)
        position = end + 1
        module = facts.get("Module") or {}
        if module.get("Version"):  # what is in the workspace has none
            requirement = Requirement(module["Path"], module["Version"])
            needed.append(Needed(facts["ImportPath"], Path(facts["Dir"]), requirement, module.get("GoVersion", "")))
    return needed


def graft(shown: Path, needed: Iterable[Needed], required: Iterable[Requirement]) -> None:
    """Add packages to the vendor folder `shown`, and all that is required to its list of modules."""
    listing = (shown / _LIST).read_text(encoding="utf-8")
    vendored = {line for line in listing.splitlines() if not line.startswith("#")}
    packages: dict[Requirement, list[str]] = defaultdict(list)
    languages: dict[Requirement, str] = {}
    for one in needed:
        if one.path not in vendored:
            _link(shown, one)
            packages[one.module].append(one.path)
            languages[one.module] = one.language
    lines = []
    for requirement in dict.fromkeys(required):
        language = f"; go {languages[requirement]}" if languages.get(requirement) else ""
        lines += [f"# {requirement.module} {requirement.version}", f"## explicit{language}"]
        lines += sorted(packages[requirement])
    write_if_changed(shown / _LIST, listing + "".join(f"{line}\n" for line in lines))


def _link(shown: Path, needed: Needed) -> None:
    """Show the Go files of a package, one link each: a folder may hold other packages below it."""
    folder = shown
    for part in needed.path.split("/"):
        folder /= part
        if folder.is_symlink():
            _unfold(folder)
        folder.mkdir(exist_ok=True)
    for entry in needed.folder.iterdir():
        link = folder / entry.name
        if entry.is_file() and not link.is_symlink():
            link.symlink_to(entry)


def _unfold(link: Path) -> None:
    """Replace a link to a folder by a folder of links to what is in it."""
    target = link.readlink()
    link.unlink()
    link.mkdir()
    for entry in target.iterdir():
        (link / entry.name).symlink_to(entry)
