"""What the tests of the headless commands share: a small tree with units, its presets, a git repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeTree

ROOT = Path(__file__).resolve().parents[2]

FILES = {
    "Kconfig": 'mainmenu "Lab"\nosource "drivers/*/Kconfig"\nmenu "General"\nconfig RATE\n\tint "Rate"\n\trange 1 100\n'
    '\tdefault 10\n\thelp\n\t  How often.\nconfig NAME\n\tstring "Name | of [it]"\n\tdefault "lab"\n'
    '\tdepends on NAMED\nconfig NAMED\n\tbool "Named"\n\tdefault y\n\thelp\n\t  Whether it has a name. Say n if not.\n'
    'choice\n\tprompt "Mode"\n\tdefault SLOW\n\thelp\n\t  How fast.\nconfig SLOW\n\tbool "Slow"\nconfig FAST\n'
    '\tbool "Fast"\nendchoice\nconfig LEVEL\n\tint\n\tdefault 2 if FAST\n\tdefault 1\nendmenu\n',
    "drivers/bus/Kconfig": 'config BUS\n\tbool "Bus"\n\tdefault y\n',
    "drivers/alarm/Kconfig": 'config ALARM\n\tbool "Alarm"\n\tdepends on BUS || !BUS\n\tselect HAVE_SOUND\n'
    "config HAVE_SOUND\n\tbool\n",
    "drivers/zoom/Kconfig": 'config ZOOM\n\tbool "Zoom"\n\tdepends on BUS\n\tdefault y\n',
    "configs/all": "# Everything\nCONFIG_ALARM=y\nCONFIG_FAST=y\n",
    "configs/none": "# Nothing\n# CONFIG_BUS is not set\n",
    "configs/plain": "# As it comes\n",
}


@pytest.fixture
def lab(make_tree: MakeTree, workdir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the root of a small tree, which $srctree names, so that the commands use it."""
    assert workdir.is_dir()
    root = make_tree(FILES, go=("drivers/bus", "drivers/alarm", "drivers/zoom")).parent
    monkeypatch.setenv("srctree", str(root))
    return root


class Repository(Protocol):
    """Runs git in the tree of the test."""

    def __call__(self, *arguments: str) -> str:
        """Run it and return what it prints."""


@pytest.fixture
def git(lab: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return what runs git in the small tree, which is a repository with one commit and the current folder."""
    monkeypatch.chdir(lab)
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            ["git", *who, *arguments], cwd=lab, capture_output=True, text=True, check=True, timeout=60,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        )  # fmt: skip
        return ended.stdout

    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-q", "-m", "first")
    return run


class Here(Protocol):
    """Runs `eggcup` in the current folder, with an input if one is given."""

    def __call__(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""


@pytest.fixture
def run_here() -> Here:
    """Return what runs `eggcup` in the folder that is the current one at that moment."""

    def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "configurator.cli.main", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}, input=text or "",
            capture_output=True, encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip

    return run
