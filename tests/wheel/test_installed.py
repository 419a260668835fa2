"""The wheel in an empty environment, used from a module of one's own: configured, generated, built, booted."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow

MODULE = {
    "project/go.mod": "module example.org/project\n\ngo 1.22\n\nrequire example.org/greeting v0.1.0\n\n"
    "replace example.org/greeting => ../greeting\n",
    "project/cmd/hello/main.go": 'package main\n\nimport (\n\t"fmt"\n\t"os"\n\n\t"example.org/greeting"\n)\n\n'
    "func main() {\n\tfmt.Println(greeting.Text, os.Args[1:])\n\tos.Exit(42)\n}\n",
    "greeting/go.mod": "module example.org/greeting\n\ngo 1.20\n",
    "greeting/greeting.go": 'package greeting\n\nconst Text = "hello from a module of its own"\n',
}


@dataclass(frozen=True)
class Installed:
    """An environment with nothing but eggcup, and a project far from the checkout."""

    environment: Path
    project: Path
    cache: Path

    def eggcup(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed command in the project."""
        variables = {name: os.environ[name] for name in ("HOME", "LANG", "GOCACHE") if name in os.environ}
        variables |= {"PATH": f"{self.environment}/bin:/usr/local/bin:/usr/bin:/bin", "XDG_CACHE_HOME": str(self.cache)}
        variables.setdefault("GOCACHE", str(Path.home() / ".cache" / "go-build"))
        done = subprocess.run(
            [self.environment / "bin" / "eggcup", *arguments],
            cwd=self.project, env=variables, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    @property
    def tree(self) -> Path:
        """Return the tree that the wheel carries."""
        (found,) = self.environment.glob("lib/python*/site-packages/configurator/_tree")
        return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel, and install it with the dependencies that it asks for, in the versions of the lock file."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True, timeout=300)
    (wheel,) = folder.glob("eggcup-*.whl")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip("\\ ") for line in lock if "==" in line]
    (folder / "constraints").write_text("\n".join(pins), encoding="utf-8")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=300)
    into = ["--python", str(environment / "bin" / "python"), "install", "-c", str(folder / "constraints"), str(wheel)]
    subprocess.run([*pip, *into], check=True, timeout=600)
    for name, text in MODULE.items():
        path = folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Installed(environment, folder / "work" / "project", folder / "cache")


def _content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_from_configuration_to_a_running_machine(installed: Installed) -> None:
    """The whole way, outside any checkout; neither the module nor the installed tree is written to."""
    tree, sources = _content(installed.tree), _content(installed.project)
    installed.eggcup("defconfig", "tiny")
    installed.eggcup("set", "ARGUMENTS=configured")
    built = installed.eggcup("build", "./cmd/hello", "-o", "hello.elf")
    assert built.stdout == "hello.elf\n"
    ran = installed.eggcup("run", "hello.elf", "--accel", "tcg", "--timeout", "60", "--append", "given", code=42)
    assert "hello from a module of its own [configured given]" in ran.stdout.splitlines()
    written = _content(installed.project).keys() - sources.keys()
    assert {path.name for path in written} <= {".config", ".config.old", "hello.elf"}
    assert {path: data for path, data in _content(installed.project).items() if path in sources} == sources
    assert _content(installed.tree) == tree


def test_a_generated_file_of_ones_own(installed: Installed) -> None:
    """The zz_init.go that generate writes is taken by the next build; the tool finds its own tree and toolchain."""
    installed.eggcup("defconfig", "tiny")
    file = installed.project / "cmd" / "hello" / "zz_init.go"
    installed.eggcup("generate", "-o", str(file))
    try:
        installed.eggcup("generate", "--check", "-o", str(file))
        ran = installed.eggcup("run", "./cmd/hello", "--accel", "tcg", "--timeout", "60", code=42)
    finally:
        file.unlink()
    assert "hello from a module of its own []" in ran.stdout.splitlines()
    assert str(installed.tree) in installed.eggcup("doctor").stdout
