"""Programs of every kind of module, and a small tree whose "kernel" is a Linux program that a test can run.

Everything but booting is exercised with minitree/: its entry point is the ordinary one, so what eggcup links says on
the host which units it started, how often and in what order.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
TREE = Path(__file__).with_name("minitree")
GO_126 = ROOT / ".cache" / "go1.26" / "go" / "bin" / "go"

MAIN = 'package main\n\nfunc main() { println("main") }\n'

# What the units of the small tree print, in their order.
UNITS = ["GOMAXPROCS 0", "alpha says hello", "start ALPHA true", "beta says hello", "start BETA true"]


@dataclass(frozen=True)
class Ended:
    """How a run of `eggcup` ended."""

    code: int
    out: str
    err: str


class Build(Protocol):
    """Runs `eggcup build` over the small tree."""

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run it in the test's folder."""


@pytest.fixture(autouse=True)
def _no_settings_of_the_makefile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the Makefile sets for eggcup's own Go code: a user's go.work counts here."""
    for name in ("GOFLAGS", "GOWORK", "GOTOOLCHAIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for eggcup's own cache; Go's build cache stays the user's, or each run would compile Go."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def go_cache() -> str:
    """Return Go's build cache."""
    go = [sys.executable, "-c", "from configurator.build.toolchain import find_go; print(find_go().binary)"]
    binary = subprocess.run(go, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    return subprocess.run([binary, "env", "GOCACHE"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def build(workdir: Path, _cache: Path, go_cache: str) -> Build:
    """Return a function that builds with the small tree; nothing can be fetched from anywhere."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(_cache),
            "GOCACHE": go_cache,
            "GOPROXY": "off",
            "GOMODCACHE": str(_cache / "no-modules"),
            **(env or {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "configurator.cli.main", "build", "--kconfig", str(TREE / "Kconfig"), *arguments],
            cwd=workdir, env=environment, capture_output=True, text=True, errors="replace", check=False, timeout=300,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below `folder` and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def output_of(kernel: Path) -> list[str]:
    """Run a "kernel" of the small tree and return what it printed (println writes to stderr)."""
    kernel.chmod(0o755)
    return subprocess.run([kernel], capture_output=True, text=True, check=True, timeout=20).stderr.splitlines()


def snapshot(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    """Return content and time of change of everything below `folder`."""
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else None, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }
