"""A kernel as it is built keeps the rules of kernel context."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .disassembly import Function, disassemble
from .rules import CORE, INDIRECT, breaches
from .test_fixture import ROOT, go_command

MANY = 200
"""A kernel has some hundred functions in its core; far fewer would mean that the check looked in the wrong place."""


@pytest.fixture(scope="module", params=["qemu", "tiny"])
def core_functions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Function]:
    """The core functions of hello built with a preset and with its symbols kept."""
    folder = tmp_path_factory.mktemp(request.param)
    eggcup = Path(sys.executable).with_name("eggcup")
    hello = ROOT / "tests" / "boot" / "programs" / "hello"
    for arguments in (["defconfig", request.param], ["set", "DEBUG_INFO=y"], ["build", hello, "-o", "kernel.elf"]):
        subprocess.run([eggcup, *arguments], cwd=folder, check=True, capture_output=True)
    return list(disassemble(go_command(), folder / "kernel.elf", CORE))


def test_the_core_calls_nothing_that_allocates_or_blocks(core_functions: list[Function]) -> None:
    """No function of the core leaves it but for the few listed ones; none has a closure, an interface or a map."""
    found = breaches(core_functions)
    assert not found, "\n".join(map(str, found))


def test_the_check_has_seen_the_core(core_functions: list[Function]) -> None:
    """The entry points are among what was checked, and so is every function that is excused by name."""
    names = {function.name for function in core_functions}
    assert len(names) > MANY
    assert set(INDIRECT) <= names
    assert any(name.startswith(CORE + "boot.entry32") for name in names), "entry32"
