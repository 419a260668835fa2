"""The layers: what a module imports, and what a command loads when it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"jinja2", "rich", "textual", "kconfiglib"}


def _loaded(code: str, folder: Path) -> set[str]:
    """Run Python code in a process of its own and return which of the heavy packages it has loaded."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n' + ' '.join(sys.modules))"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input="",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {name.partition(".")[0] for name in ended.stdout.splitlines()[-1].split()} & HEAVY


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("configurator.errors", set()),
        ("configurator.files", set()),
        ("configurator.source", set()),
        ("configurator.model", {"kconfiglib"}),
        ("configurator.generate", set()),
        ("configurator.compare", {"kconfiglib"}),
        ("configurator.lint", {"kconfiglib"}),
        ("configurator.session", {"kconfiglib"}),
        ("configurator.cli.main", set()),
    ],
)
def test_importing_loads_no_more_than_its_layer(module: str, expected: set[str], tmp_path: Path) -> None:
    """A module's import pulls in only the libraries that its layer is allowed."""
    assert _loaded(f"import {module}", tmp_path) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["olddefconfig"], {"kconfiglib"}),
        (["set", "VGA=n"], {"kconfiglib"}),
        (["get", "VGA"], {"kconfiglib"}),
        (["defconfig", "tiny"], {"kconfiglib"}),
        (["savedefconfig"], {"kconfiglib"}),
        (["merge", "qemu", "tiny"], {"kconfiglib"}),
        (["diff", "qemu", "tiny"], {"kconfiglib"}),
        (["diff", "qemu", "tiny", "--markdown"], {"kconfiglib"}),
        (["diff", "qemu", "tiny", "--json"], {"kconfiglib"}),
        (["diff", "qemu", "tiny", "--table"], {"kconfiglib", "rich"}),
        (["why", "KBD"], {"kconfiglib"}),
        (["fix", "KBD=n"], {"kconfiglib"}),
        (["trace"], {"kconfiglib"}),
        (["search", "serial"], {"kconfiglib"}),
        (["presets", "--check"], {"kconfiglib"}),
        (["lint"], {"kconfiglib"}),
        (["oldconfig", "--defaults"], {"kconfiglib"}),
        (["listnewconfig"], {"kconfiglib"}),
        (["serve"], {"kconfiglib"}),
        (["order"], {"kconfiglib"}),
        (["completion", "bash"], set()),
        (["completion", "bash", "--line", "eggcup get U"], set()),
        (["completion", "bash", "--line", "eggcup menuconfig --"], set()),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], expected: set[str], tmp_path: Path) -> None:
    """Commands that only look at the configuration stay clear of templates, tables and the interface."""
    code = f"from configurator.cli.main import main; assert main({arguments!r}) in (0, 1)"
    assert _loaded(code, tmp_path) == expected


def test_import_contracts_hold(root: Path) -> None:
    """The contracts in pyproject.toml hold for every import, deferred ones included."""
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [linter, "--no-cache"], cwd=root, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
