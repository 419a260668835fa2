"""The menuconfigs that are compared, each installed into an environment of its own below build/.

esp-idf-kconfig and kconfiglib cannot share one: both install a package `kconfiglib`.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[3]
RUNTIME = ("kconfiglib", "jinja2", "rich", "textual")
"""What eggcup's menuconfig needs; the Go toolchain, another dependency, is not."""

OURS, ESP, CURSES = "eggcup", "esp-idf-kconfig", "kconfiglib"
PINS = {ESP: "esp-idf-kconfig==3.14.0", CURSES: "kconfiglib==14.1.0"}


@dataclass(frozen=True)
class Tool:
    """A menuconfig: how it is started on a tree, and what stands before a row of it that is on, and off."""

    name: str
    command: Callable[[Path], list[str]]
    environment: Callable[[Path], Mapping[str, str]] = field(default=lambda _: {})
    down: str = "\x1b[B"
    search: str = "/"


def install(folder: Path) -> list[Tool]:
    """Make the environments that are not there yet, put the present checkout into ours, and return the tools."""
    pythons = {name: _environment(folder / name) for name in (OURS, ESP, CURSES)}
    for name, pin in PINS.items():
        _pip(pythons[name], "install", pin)
    _install_ours(pythons[OURS], folder)

    def config(tree: Path) -> Mapping[str, str]:
        return {"KCONFIG_CONFIG": str(tree.parent / ".config")}

    ours, curses = (pythons[name].with_name(script) for name, script in ((OURS, "eggcup"), (CURSES, "menuconfig")))
    return [
        Tool(OURS, lambda tree: [str(ours), "menuconfig", "--kconfig", str(tree)], config),
        Tool(ESP, lambda tree: [str(pythons[ESP]), "-m", "menuconfig", str(tree)], config),
        Tool(CURSES, lambda tree: [str(curses), str(tree)], config),
    ]


def _install_ours(python: Path, folder: Path) -> None:
    """Install the checkout as a wheel, which starts as a user's does, and its dependencies in the locked versions."""
    pins = [line.split()[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pin for pin in pins if not pin.startswith("#")) + "\n", encoding="utf-8")
    _pip(python, "install", "--constraint", str(constraints), *RUNTIME)
    wheels = folder / "wheel"
    for stale in wheels.glob("*.whl"):
        stale.unlink()
    _pip(Path(sys.executable), "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    _pip(python, "install", "--no-deps", "--force-reinstall", *map(str, wheels.glob("*.whl")))


def _environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return python


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments], check=True)
