"""The driver in docs/writing-a-driver.md: its files, taken from the page, build, pass their tests and boot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .markdown import ROOT, Document

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Document.read(ROOT / "docs" / "writing-a-driver.md")
TREE = ("Kconfig", "configs", "drivers", "kernel", "eggcup.go", "go.mod", "units_gen.go")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tree with the files of the page in it."""
    tree = tmp_path_factory.mktemp("tree")
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tree / name)
    for name, text in PAGE.files().items():
        path = tree / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _eggcup(tree, "generate", "--committed", "--kconfig", "Kconfig")
    return tree


def _eggcup(folder: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_page_has_all_files() -> None:
    """The example is complete."""
    folder = "drivers/lpt"
    files = [f"{folder}/{name}" for name in ("Kconfig", "lpt.go", "lpt_test.go", "regs.go")]
    assert sorted(PAGE.files()) == [*files, "paper/main.go"]


def test_the_driver_passes_its_own_tests(tree: Path) -> None:
    """The code is formatted and vetted, and its tests pass."""
    go = find_go()
    environment = go.environment()
    gofmt = go.root / "bin" / "gofmt"
    unformatted = subprocess.run([gofmt, "-l", "drivers/lpt", "paper"], cwd=tree, capture_output=True, check=True)
    assert unformatted.stdout == b""
    for command in (["vet", "./drivers/lpt"], ["test", "./drivers/lpt"]):
        done = subprocess.run(
            [go.binary, *command], cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.boot
def test_the_driver_prints(tree: Path, tmp_path: Path) -> None:
    """The program puts its line on paper where there is a port, and says so where there is none."""
    kconfig = ("--kconfig", str(tree / "Kconfig"))
    _eggcup(tmp_path, "defconfig", *kconfig)
    _eggcup(tmp_path, "set", *kconfig, "LPT=y")
    _eggcup(tmp_path, "build", *kconfig, str(tree / "paper"), "-o", "kernel.elf")
    run = ("run", *kconfig, "kernel.elf", "--accel", "tcg", "--timeout", "60")
    console = _eggcup(tmp_path, *run, "--", "-parallel", "file:paper.txt")
    assert "unit LPT: started" in console
    assert console.rstrip().endswith("printed")
    assert (tmp_path / "paper.txt").read_text(encoding="ascii") == "hello on paper\n"
    console = _eggcup(tmp_path, *run, "--machine", "microvm", code=1)
    assert "unit LPT: absent: no parallel port at 0x378" in console
