"""The same programs on the host's Linux: it does what a case expects, so a failing boot is eggcup's fault."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .case import Case, Line, faults, load_cases
from .conftest import program_folder, read_console

if TYPE_CHECKING:
    from pathlib import Path


def _on_linux() -> list[Case]:
    """Return the cases that hold on Linux too, one of those that differ in nothing but the kernel."""
    cases = {(c.program, c.append, c.expect, c.exit): c for c in reversed(load_cases()) if c.linux and not c.stopwatch}
    return list(reversed(cases.values()))


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for the programs, each built when first wanted."""
    return tmp_path_factory.mktemp("programs")


@pytest.mark.parametrize("case", _on_linux(), ids=lambda case: case.name)
def test_linux_agrees(case: Case, programs: Path) -> None:
    """The program run on Linux prints what the case expects of the kernel, and ends with the same code."""
    folder = program_folder(case)
    binary = programs / case.program.replace("/", "_")
    go = find_go()
    environment = go.environment()
    if not binary.exists():
        subprocess.run([go.binary, "build", "-o", binary, "."], cwd=folder, env=environment, check=True)
    arguments = shlex.split(" ".join([case.config.get("ARGUMENTS", ""), case.append]))
    console = read_console([str(binary), *arguments], environment, case.timeout)
    merged = [*console.lines, *(Line(text) for text in console.messages.splitlines())]
    found = faults(case, merged)
    assert console.code == case.exit, console.log()
    assert not found, console.log()
