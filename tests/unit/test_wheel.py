"""The built wheel: it carries the tree, and works in any folder without a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the locked backend and return its path."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True, timeout=300)
    (built,) = folder.glob("eggcup-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the wheel alone was installed."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["-q", "--no-deps", "--no-index", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, timeout=300)
    return folder


def _run(installed: Path, workdir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", *arguments],
        cwd=workdir,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_the_wheel_carries_the_tree(wheel: Path) -> None:
    """Every committed file that a build needs is there; tests and leftovers are not."""
    listed = subprocess.run(
        ["git", "ls-files", "Kconfig", "configs", "drivers", "kernel", "eggcup.go", "go.mod", "units_gen.go"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    wanted = {name for name in listed.stdout.split() if not name.endswith("_test.go")}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    carried = {name.removeprefix("configurator/_tree/") for name in names if name.startswith("configurator/_tree/")}
    assert {name for name in wanted if name.endswith((".go", ".s", "Kconfig", ".mod", ".sum"))} <= carried
    assert "configs/qemu" in carried
    assert not {name for name in names if name.endswith(("_test.go", ".pyc")) or name.startswith("tests/")}


def test_the_wheel_works_in_an_empty_folder(installed: Path, workdir: Path) -> None:
    """Configuration, order and generation use the tree inside the package."""
    shown = subprocess.run(
        [sys.executable, "-c", "from configurator.source import source_root; print(source_root())"],
        cwd=workdir, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    assert shown.stdout.strip() == str(installed / "configurator" / "_tree")
    _run(installed, workdir, "defconfig", "tiny")
    assert _run(installed, workdir, "order").stdout.split()[1] == "QEMUEXIT"
    _run(installed, workdir, "generate")
    assert "eggcupUart.Init" in (workdir / "zz_init.go").read_text(encoding="utf-8")
    _run(installed, workdir, "generate", "--check")
