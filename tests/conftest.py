"""What all tests share: a clean environment, and `eggcup` run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is no error of an example. What has to be fast has a test that measures it.
hypothesis.settings.register_profile("eggcup", deadline=None)
hypothesis.settings.load_profile("eggcup")


@dataclass(frozen=True)
class Ended:
    """How a run of `eggcup` ended."""

    code: int
    out: str
    err: str


class Eggcup(Protocol):
    """Runs `eggcup` with the arguments given, in the test's own folder."""

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run it to its end."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own Kconfig settings out of the tests."""
    for name in [*os.environ]:
        if name.startswith(("KCONFIG_", "CONFIG_")) or name == "srctree":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout's root."""
    return ROOT


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder of the test's own, which is the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def eggcup(workdir: Path) -> Eggcup:
    """Return a function that runs `eggcup` in a process of its own, in the test's folder."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        ended = subprocess.run(
            [sys.executable, "-m", "configurator.cli.main", *arguments],
            cwd=workdir,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(env or {})},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run


@pytest.fixture
def make_tree(tmp_path: Path) -> MakeTree:
    """Return a function that writes a Kconfig tree with its Go packages and returns its root Kconfig."""

    def make(files: Mapping[str, str], *, go: tuple[str, ...] = ()) -> Path:
        tree = tmp_path / "tree"
        for folder in go:
            package = folder.rpartition("/")[2]
            files = {f"{folder}/{package}.go": f"package {package}\n\nfunc Init() error {{ return nil }}\n", **files}
        for name, text in files.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tree / "Kconfig"

    return make


class MakeTree(Protocol):
    """Writes a tree."""

    def __call__(self, files: Mapping[str, str], *, go: tuple[str, ...] = ()) -> Path:
        """Write `files`, and an ordinary unit package into each folder of `go`."""
