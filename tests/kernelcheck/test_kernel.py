"""A kernel as it is built keeps the rules of kernel context."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .disassembly import Function, disassemble
from .image import Image
from .rules import AT_BOOT, CORE, breaches
from .test_fixture import ROOT, go_command

MANY = 200
"""A kernel has some hundred functions in its core; far fewer would mean that the check looked in the wrong place."""


CONSOLES: dict[str, list[str]] = {"qemu": ["CONSOLE_DEVICE=y"], "tiny": []}


@pytest.fixture(scope="module", params=CONSOLES)
def kernel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hello built with a preset, with its symbols kept and all devices that the core prints on."""
    folder = tmp_path_factory.mktemp(request.param)
    eggcup = Path(sys.executable).with_name("eggcup")
    hello = ROOT / "tests" / "boot" / "programs" / "hello"
    for arguments in (
        ["defconfig", request.param],
        ["set", "DEBUG_INFO=y", *CONSOLES[request.param]],
        ["build", hello, "-o", "kernel.elf"],
    ):
        subprocess.run([eggcup, *arguments], cwd=folder, check=True, capture_output=True)
    return folder / "kernel.elf"


@pytest.fixture(scope="module")
def functions(kernel: Path) -> list[Function]:
    """The functions of its core, and those outside that run in the core's context."""
    return disassemble(go_command(), kernel, CORE, AT_BOOT)


def test_the_core_calls_nothing_that_allocates_or_blocks(kernel: Path, functions: list[Function]) -> None:
    """No function of the core leaves it but for the few listed ones, directly or through a function value."""
    found = breaches(functions, Image(kernel))
    assert not found, "\n".join(map(str, found))


def test_the_check_has_seen_the_core(kernel: Path, functions: list[Function]) -> None:
    """The entry points are among what was checked, and the system call table's handlers among the function values."""
    names = {function.name for function in functions}
    assert len(names) > MANY
    assert {CORE + "boot.entry32", CORE + "syscalls.Dispatch", *AT_BOOT} <= names
    handlers = {function for _, function in Image(kernel).function_values(CORE + "syscalls.handlers")}
    assert CORE + "syscalls.sysFutex" in handlers


def test_the_kernels_data_lies_below_its_end(kernel: Path) -> None:
    """No variable of the core lies behind the boot stack, where memory comes only when the program touches it."""
    core = {name: (start, size) for name, start, size in Image(kernel).variables if name.startswith(CORE)}
    start, size = core[CORE + "boot.stack"]
    page = 4096
    end = (start + size + page - 1) // page * page
    assert [name for name, (start, size) in core.items() if start + size > end] == []
