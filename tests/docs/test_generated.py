"""The generated documents are what their generators make, and the generators notice when they are not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .markdown import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeTree


def _syscalldoc(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the generator of docs/syscalls.md with --check in `folder`."""
    go = find_go()
    program = folder / "syscalldoc"
    command = [str(go.binary), "build", "-o", str(program), "./scripts/syscalldoc"]
    subprocess.run(command, cwd=ROOT, env=go.environment(), check=True, timeout=300)
    return subprocess.run([program, "-check"], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("stale", "word", "other"),
    [
        ("docs/syscalls.md", "partial", "full"),
        ("kernel/core/syscalls/handlers_gen.go", "sysRead,", "sysWrite,"),
    ],
)
def test_syscalls_are_fresh(tmp_path: Path, stale: str, word: str, other: str) -> None:
    """What is made from the tables follows from them; a copy with one word changed is found out of date."""
    for path in ("docs/syscalls.md", "kernel/core/syscalls/handlers_gen.go"):
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / path).read_text(encoding="utf-8"), encoding="utf-8")
    checked = _syscalldoc(tmp_path)
    assert checked.returncode == 0, checked.stderr
    changed = tmp_path / stale
    changed.write_text(changed.read_text(encoding="utf-8").replace(word, other, 1), encoding="utf-8")
    checked = _syscalldoc(tmp_path)
    assert checked.returncode == 1
    assert f"{stale} is out of date: go run ./scripts/syscalldoc" in checked.stderr


def test_units_are_fresh() -> None:
    """docs/units.md follows from the Kconfig files and the package comments."""
    script = ROOT / "scripts" / "unitdoc.py"
    checked = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stderr


def test_the_command_line_is_fresh() -> None:
    """docs/cli.md follows from the commands' --help."""
    script = ROOT / "scripts" / "clidoc.py"
    checked = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stderr


def test_units_follow_the_tree(make_tree: MakeTree) -> None:
    """A unit's page has its package comment, dependencies, capabilities and options."""
    kconfig = make_tree(
        {
            "Kconfig": 'osource "drivers/*/Kconfig"\n',
            "configs/small": "# CONFIG_LAMP is not set\n",
            "drivers/bus/Kconfig": 'config BUS\n\tbool "Bus"\n\tdefault y\n',
            "drivers/lamp/Kconfig": (
                'config HAVE_LIGHT\n\tbool\n\tdepends on BUS\n\tselect HAVE_NONE\n\nconfig HAVE_NONE\n\tbool\n\n'
                'config LAMP\n\tbool "A lamp"\n\tdefault y if BUS\n\tdepends on BUS || !BUS\n\tselect HAVE_LIGHT\n'
                '\thelp\n\t  Shines_ *brightly*.\n\n'
                'config LAMP_WATTS\n\tint "Watts"\n\tdepends on LAMP\n\trange 1 99\n\tdefault 40\n\thelp\n\t  a|b\n'
            ),
            "drivers/lamp/lamp.go": (
                "// Package lamp is a lamp\n// of glass.\n//\n// Not quoted.\n//\n// Context: goroutine.\n"
                "package lamp\n\nfunc Init() error { return nil }\n"
            ),
        },
        go=("drivers/bus",),
    )  # fmt: skip
    text = _render(kconfig.parent)
    assert "| [LAMP](#lamp) | A lamp | `drivers/lamp` | n |" in text
    assert r"**A lamp**, `drivers/lamp`. Shines\_ \*brightly\*." in text
    assert "- Depends on: `BUS || !BUS`\n- Provides: `HAVE_LIGHT`\n- Default: `y if BUS`\n" in text
    assert "Package lamp is a lamp of glass.\n\nContext: goroutine.\n" in text
    assert "Not quoted" not in text
    assert r"| `LAMP_WATTS` | int | `1 99` | `40` | **Watts.** a\|b |" in text
    assert "| `HAVE_LIGHT` |  | LAMP |" in text


def _render(root: Path) -> str:
    code = f"import unitdoc, pathlib; print(unitdoc.render(unitdoc.load(pathlib.Path({str(root)!r}))))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout
