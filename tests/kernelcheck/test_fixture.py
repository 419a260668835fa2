"""The check itself: it finds every breach in packages that break the rules, and nothing in a good function."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .disassembly import disassemble, parse
from .image import Image
from .rules import Finding, breaches, call_breaches

ROOT = Path(__file__).resolve().parents[2]
CORE = "eggcup/tests/kernelcheck/fixture/core/"

BREACHES = {
    "bad.Allocate": "runtime.malloc",
    "bad.StorePointer": "runtime.gcWriteBarrier",
    "bad.Grow": "runtime.growslice",
    "bad.UseMap": "runtime.mapassign",
    "bad.Send": "runtime.chansend1",
    "bad.Defer": "runtime.deferreturn",
    "bad.Panic": "runtime.gopanic",
    "bad.Box": "runtime.convT64",
    "bad.CallInterface": "an interface's method",
    "bad.TakeOutside": "takes the address of eggcup/tests/kernelcheck/fixture/outside.Answer",
    "bad.Outside": "holds eggcup/tests/kernelcheck/fixture/outside.Answer",
    "bad.Concatenate": "runtime.concatstring",
    "bad.Spawn": "runtime.newproc",
    "late.init": "set by code at start-up",
}


def go_command() -> Path:
    """Return the go of the environment that the tests run in."""
    beside = Path(sys.executable).parent / "go"
    return beside if beside.exists() else Path(shutil.which("go") or "go")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What the check finds in the core of the fixture program."""
    binary = tmp_path_factory.mktemp("fixture") / "program"
    go = go_command()
    subprocess.run([go, "build", "-o", binary, "./tests/kernelcheck/fixture/program"], cwd=ROOT, check=True)
    functions = disassemble(go, binary, CORE)
    assert {function.name for function in functions} >= {CORE + "bad.Good", CORE + "bad.helper", CORE + "bad.CallValue"}
    return breaches(functions, Image(binary), CORE)


@pytest.mark.parametrize("name", BREACHES)
def test_each_breach_is_found(found: list[Finding], name: str) -> None:
    """A function or variable that breaks a rule is reported, with what it calls or holds."""
    messages = [str(finding) for finding in found if finding.function == CORE + name]
    assert any(BREACHES[name] in message for message in messages), messages


def test_nothing_else_is_reported(found: list[Finding]) -> None:
    """Copies, bounds checks, calls within the core and through its own function values are no findings."""
    assert {finding.function for finding in found} == {CORE + name for name in BREACHES}


def test_a_tail_jump_out_of_the_core_is_a_call() -> None:
    """An assembly function that ends with JMP runtime.x(SB) is reported; jumps within it are not."""
    listing = """\
TEXT eggcup/kernel/core/x.leave.abi0(SB) /src/x.s
  x.s:10\t0x101000\teb05\tJMP 0x101007
  x.s:11\t0x101002\te9f9efeffe\tJMP eggcup/kernel/core/x.leave.abi0(SB)
  x.s:12\t0x101007\te9f9efefff\tJMP runtime.goexit.abi0(SB)
"""
    reported = call_breaches(parse(listing.splitlines()), "eggcup/kernel/core/", set())
    assert [finding.message for finding in reported] == ["calls runtime.goexit"]
