"""Gives the user's program the module that carries the kernel, without writing a byte into the user's tree.

A Go workspace of eggcup's own, in the build folder, uses the user's module and the kernel's. Unlike a copy of go.mod
with a `replace` it leaves each module its own language version, reads the user's go.sum in place, and needs no entry
for the kernel in either. Around it:

- a user's own go.work is copied, with absolute paths, and the kernel's module added;
- a vendor folder is shown to Go as the workspace's: a folder of links with a modules.txt in the workspace's form, so
  that a vendored program builds offline, as always;
- a folder without go.mod gets one by the overlay;
- an enabled unit that is a module of its own is used too, and its requirements join a vendored program's (grafting.py);
- a program inside the kernel's own module (eggcup's examples) uses that module alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configurator.build.grafting import as_json, graft, needed_packages, requirements
from configurator.build.vendoring import link_vendor, moved_folder
from configurator.errors import BuildError, Location
from configurator.files import write_if_changed

if TYPE_CHECKING:
    from configurator.build.layout import KernelTree
    from configurator.build.toolchain import GoToolchain

_MODULE_LINE = re.compile(r'^[ \t]*module[ \t]+"?([^\s"]+)', re.MULTILINE)
# Go's default settings for a module that states no version, or one from before settings had versions.
_OLDEST_GODEBUG = (1, 20)
_FIRST_WITH_VENDOR = (1, 14)
_NAME_OF_BARE_MODULE = "program"


@dataclass(frozen=True)
class Workspace:
    """What go has to be told to find the program and the kernel.

    `overlay` maps files that go shall see to the files that hold their text. `module_root` is None for a folder
    without go.mod.
    """

    go_work: Path
    module_root: Path | None
    overlay: dict[Path, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plan:
    """The content of a go.work file, before it is written."""

    uses: tuple[Path, ...]
    replaces: tuple[str, ...] = ()
    godebug: tuple[tuple[str, str], ...] = ()
    has_vendor: bool = False


def prepare(
    tree: KernelTree, package: Path, go: GoToolchain, folder: Path, modules: tuple[Path, ...] = ()
) -> Workspace:
    """Write the workspace for the program in `package` into `folder`.

    Args:
        tree: the kernel's module.
        package: the program's folder.
        go: the toolchain.
        folder: the build folder.
        modules: folders of units that are modules of their own.

    Raises:
        BuildError: the module cannot be used, with the place in its go.mod.
    """
    module_root = _ancestor_with(package, "go.mod")
    go_work = folder / "go.work"
    if module_root is None:
        return _bare(tree, package, go, go_work, modules)
    users_go_work = _users_go_work(package)
    if users_go_work:
        plan = _read_go_work(users_go_work, go, folder)
        vendor = users_go_work.parent / "vendor"
        if module_root not in plan.uses:
            raise BuildError(
                f"{module_root} is not one of the modules that {users_go_work} uses",
                hints=[f"go work use {module_root}", "GOWORK=off eggcup build"],
            )
    else:
        plan = _read_go_mod(module_root / "go.mod", go)
        vendor = module_root / "vendor"
    if not _has_kernel(tree, plan.uses):
        plan = replace(plan, uses=(*plan.uses, tree.root))
    plan = replace(plan, uses=(*plan.uses, *(module for module in modules if module not in plan.uses)))
    shown = folder / "vendor"
    if not (plan.has_vendor and link_vendor(vendor, shown, supplied=tree.module, is_workspace=bool(users_go_work))):
        shutil.rmtree(shown, ignore_errors=True)
        plan = replace(plan, replaces=(*plan.replaces, *_in_place_of_versions(tree, plan.uses)))
    elif modules:
        graft(shown, needed_packages(tree, modules, go, folder), requirements(modules, go))
    _write(go_work, plan, go, sums=users_go_work)
    return Workspace(go_work, module_root)


def prepare_without_program(
    tree: KernelTree, go: GoToolchain, folder: Path, modules: tuple[Path, ...] = ()
) -> Workspace:
    """Write the workspace for a package that belongs to no module in it: one of the standard library."""
    shutil.rmtree(folder / "vendor", ignore_errors=True)
    _write(folder / "go.work", _Plan(uses=(tree.root, *modules)), go, sums=None)
    return Workspace(folder / "go.work", None)


def _bare(tree: KernelTree, package: Path, go: GoToolchain, go_work: Path, modules: tuple[Path, ...]) -> Workspace:
    """Give a folder without go.mod a module of its own, seen by go alone."""
    go_mod = go_work.with_name("bare.mod")
    language = f"{go.language[0]}.{go.language[1]}"
    write_if_changed(go_mod, f"module {_NAME_OF_BARE_MODULE}\n\ngo {language}\n")
    shutil.rmtree(go_work.with_name("vendor"), ignore_errors=True)
    _write(go_work, _Plan(uses=(package, tree.root, *modules)), go, sums=None)
    return Workspace(go_work, None, overlay={package / "go.mod": go_mod})


def _ancestor_with(folder: Path, name: str) -> Path | None:
    return next((parent for parent in (folder, *folder.parents) if (parent / name).is_file()), None)


def _users_go_work(package: Path) -> Path | None:
    """Find the go.work that go itself would use: $GOWORK, which may be "off", else the nearest above the package."""
    chosen = os.environ.get("GOWORK", "")
    if chosen == "off":
        return None
    if chosen:
        if not Path(chosen).is_file():
            raise BuildError(f"$GOWORK is {chosen}, which is no file", hints=["GOWORK=off eggcup build"])
        return Path(chosen).resolve()
    folder = _ancestor_with(package, "go.work")
    return folder / "go.work" if folder else None


def _read_go_mod(go_mod: Path, go: GoToolchain) -> _Plan:
    facts = as_json(go, "mod", go_mod)
    _check_version(go_mod, facts, go)
    language = _language(facts)
    has_vendor = language is not None and language >= _FIRST_WITH_VENDOR
    return _Plan(uses=(go_mod.parent,), godebug=_godebug(facts), has_vendor=has_vendor)


def _read_go_work(users: Path, go: GoToolchain, folder: Path) -> _Plan:
    facts = as_json(go, "work", users)
    _check_version(users, facts, go)
    uses = tuple((users.parent / use["DiskPath"]).resolve() for use in facts.get("Use") or [])
    replaces = tuple(_replace_line(users, entry, folder) for entry in facts.get("Replace") or [])
    return _Plan(uses=uses, replaces=replaces, godebug=_godebug(facts), has_vendor=True)


def _replace_line(users: Path, entry: dict[str, dict[str, str]], folder: Path) -> str:
    old, new = entry["Old"], entry["New"]
    target = moved_folder(new["Path"], users.parent, folder)
    left = f"{old['Path']} {old.get('Version', '')}".rstrip()
    return f"{left} => {json.dumps(target)} {new.get('Version', '')}".rstrip()


def _language(facts: dict[str, Any]) -> tuple[int, int] | None:
    match = re.match(r"(\d+)\.(\d+)", facts.get("Go", ""))
    return (int(match[1]), int(match[2])) if match else None


def _check_version(path: Path, facts: dict[str, Any], go: GoToolchain) -> None:
    """Say it in plain words when the user's module asks for a newer Go; go's own advice would not help here."""
    wanted = str(facts.get("Go", ""))
    if _sort_key(wanted) > _sort_key(go.version):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        line = next((i for i, text in enumerate(lines, 1) if text.split()[:2] == ["go", wanted]), None)
        raise BuildError(
            f"it asks for Go {wanted}, and the toolchain is Go {go.version}",
            location=Location(str(path), line),
            hints=[f"go mod edit -go={go.language[0]}.{go.language[1]}" if path.name == "go.mod" else "go work edit"],
        )


def _sort_key(version: str) -> tuple[int, ...]:
    """Order versions of Go; a release candidate counts as the release, which is right for asking "too new?"."""
    return tuple(int(number) for number in re.findall(r"\d+", re.sub(r"(rc|beta)\d+", "", version)))


def _godebug(facts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the settings of the user's module: those of its language version, then what it states.

    Without this they would be those of the newest Go, because go takes them from the workspace.
    """
    language = max(_language(facts) or _OLDEST_GODEBUG, _OLDEST_GODEBUG)
    stated = {entry["Key"]: entry["Value"] for entry in facts.get("Godebug") or facts.get("GoDebug") or []}
    return tuple({"default": f"go{language[0]}.{language[1]}", **stated}.items())


def _has_kernel(tree: KernelTree, uses: tuple[Path, ...]) -> bool:
    """Say whether the kernel's module is among the user's.

    Raises:
        BuildError: a module of its name is, but it is not the one that the configuration is for.
    """
    for folder in uses:
        text = (folder / "go.mod").read_text(encoding="utf-8", errors="replace") if folder.is_dir() else ""
        name = _MODULE_LINE.search(text)
        if name and name[1] == tree.module and folder != tree.root:
            where = Location(str(folder / "go.mod"))
            if (folder / "Kconfig").is_file():
                raise BuildError(
                    f"the program belongs to this copy of {tree.module}, the configuration to the one in {tree.root}",
                    location=where,
                    hints=[f"--kconfig {folder / 'Kconfig'}"],
                )
            raise BuildError(
                f"the module is called {tree.module}, as the one that carries the kernel",
                location=where,
                hints=["go mod edit -module=example.org/program"],
            )
    return tree.root in uses


def _in_place_of_versions(tree: KernelTree, uses: tuple[Path, ...]) -> list[str]:
    """Return replacements for the versions of the kernel's module that the user's modules require.

    The workspace has the module, but go still reads the go.mod of each version that is required.
    """
    require = re.compile(rf"^[ \t]*(?:require[ \t]+)?{re.escape(tree.module)}[ \t]+(v[^\s]+)", re.MULTILINE)
    texts = ((folder / "go.mod").read_text(encoding="utf-8", errors="replace") for folder in uses if folder.is_dir())
    versions = sorted({version for text in texts for version in require.findall(text)})
    return [f"{tree.module} {version} => {json.dumps(str(tree.root))}" for version in versions]


def _write(go_work: Path, plan: _Plan, go: GoToolchain, *, sums: Path | None) -> None:
    lines = [f"go {go.version}", ""]
    if plan.godebug:
        lines += ["godebug (", *(f"\t{key}={value}" for key, value in plan.godebug), ")", ""]
    lines += ["use (", *(f"\t{json.dumps(str(folder))}" for folder in plan.uses), ")", ""]
    if plan.replaces:
        lines += ["replace (", *(f"\t{line}" for line in plan.replaces), ")", ""]
    write_if_changed(go_work, "\n".join(lines))
    users_sums = sums.with_name("go.work.sum") if sums else None
    if users_sums and users_sums.is_file():
        # go adds lines of its own to the copy; they are kept.
        copy = go_work.with_name("go.work.sum")
        known = copy.read_text(encoding="utf-8").splitlines() if copy.is_file() else []
        wanted = users_sums.read_text(encoding="utf-8").splitlines()
        write_if_changed(copy, "".join(f"{line}\n" for line in dict.fromkeys([*wanted, *known])))
