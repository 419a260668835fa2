"""The check itself: it finds every breach in packages that break the rules, and nothing in a good function."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .disassembly import Function, disassemble, parse
from .rules import breaches

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
    "bad.CallInterface": "a closure or an interface",
    "bad.CallValue": "a closure or an interface",
    "bad.Concatenate": "runtime.concatstring",
    "bad.Spawn": "runtime.newproc",
    "late.init": "set by code at start-up",
}


def go_command() -> Path:
    """Return the go of the environment that the tests run in."""
    beside = Path(sys.executable).parent / "go"
    return beside if beside.exists() else Path(shutil.which("go") or "go")


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> list[Function]:
    """The core functions of the fixture program."""
    binary = tmp_path_factory.mktemp("fixture") / "program"
    go = go_command()
    subprocess.run([go, "build", "-o", binary, "./tests/kernelcheck/fixture/program"], cwd=ROOT, check=True)
    return list(disassemble(go, binary, CORE))


@pytest.mark.parametrize("function", BREACHES)
def test_each_breach_is_found(functions: list[Function], function: str) -> None:
    """A function that breaks a rule is reported, with what it calls."""
    found = [str(finding) for finding in breaches(functions, CORE, {}) if finding.function == CORE + function]
    assert any(BREACHES[function] in finding for finding in found), found


def test_nothing_else_is_reported(functions: list[Function]) -> None:
    """Copies, bounds checks and calls within the core are no findings."""
    reported = {finding.function for finding in breaches(functions, CORE, {})}
    assert {function.name for function in functions} >= {CORE + "bad.Good", CORE + "bad.helper"}
    assert reported == {CORE + name for name in BREACHES}


def test_an_indirect_call_can_be_allowed_by_name(functions: list[Function]) -> None:
    """The list of dispatchers excuses the named function alone."""
    name = CORE + "bad.CallValue"
    reported = {finding.function for finding in breaches(functions, CORE, {name: "a reason"})}
    assert name not in reported
    assert CORE + "bad.CallInterface" in reported


def test_a_tail_jump_out_of_the_core_is_a_call() -> None:
    """An assembly function that ends with JMP runtime.x(SB) is reported; jumps within it are not."""
    listing = """\
TEXT eggcup/kernel/core/x.leave.abi0(SB) /src/x.s
  x.s:10\t0x101000\teb05\tJMP 0x101007
  x.s:11\t0x101002\te9f9efeffe\tJMP eggcup/kernel/core/x.leave.abi0(SB)
  x.s:12\t0x101007\te9f9efefff\tJMP runtime.goexit.abi0(SB)
"""
    found = breaches(parse(listing.splitlines()))
    assert [finding.message for finding in found] == ["calls runtime.goexit"]
