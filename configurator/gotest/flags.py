"""The flags of `go test`: which go to the test binary, which say how to report, which a kernel cannot follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_TIMEOUT = "10m0s"

_SWITCHES = frozenset({"benchmem", "failfast", "fullpath", "short", "v"})
_VALUES = frozenset({"bench", "benchtime", "count", "cpu", "list", "parallel", "run", "shuffle", "skip", "timeout"})
_FILES = "the guest's files are gone when it ends"
_REFUSED = {
    **dict.fromkeys(
        ("artifacts", "blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "outputdir", "trace"),
        _FILES,
    ),
    **dict.fromkeys(("race", "msan", "asan"), "it needs cgo, which a kernel cannot have"),
    **dict.fromkeys(("cover", "covermode", "coverpkg"), _FILES),
    **dict.fromkeys(
        ("a", "asmflags", "buildvcs", "gcflags", "ldflags", "mod", "modfile", "overlay", "trimpath", "vet", "work"),
        "eggcup has the flags of the build",
    ),
    "p": "say -j N before the --",
    "tags": "say --tags before the --",
    "fuzz": "it starts processes, and a kernel is one",
    "exec": "the program is the kernel; what follows the flags of eggcup itself goes to the tests",
    "c": "eggcup build makes kernels",
    "o": "eggcup build makes kernels",
}
_FLAG = re.compile(r"--?(?:test\.)?(?P<name>[^=\s-][^=]*)(?:=(?P<value>.*))?", re.DOTALL)

_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class TestFlags:
    """What the flags say; `timeout` is in seconds, 0 for none.

    `arguments` are the test binary's; `shows_all` is whether the output of a package that passes is shown too.
    """

    __test__ = False  # not a test, whatever pytest makes of the name

    arguments: tuple[str, ...]
    timeout: float
    shows_all: bool
    json: bool
    fail_fast: bool


def parse(words: Sequence[str]) -> TestFlags:
    """Read the flags of `go test`; unknown ones go to the test binary as they are, as go does it.

    Raises:
        UsageError: a flag lacks its value or has a wrong one, or a kernel cannot follow it.
    """
    known: dict[str, str] = {}
    passed: list[str] = []
    rest: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        match = _FLAG.fullmatch(word)
        if match is None:
            raise UsageError(
                f"{word!r} after -- is no flag of go test", hints=["name packages before the --", "-args before it"]
            )
        name, value = match["name"], match["value"]
        if name == "args" and value is None:
            rest, queue = queue, []
        elif name in _REFUSED:
            raise UsageError(f"go test's -{name} does not work with a kernel: {_REFUSED[name]}")
        elif name in _SWITCHES or name == "json":
            known[name] = "true" if value is None else value
        elif name in _VALUES:
            if value is None and not queue:
                raise UsageError(f"go test's -{name} needs a value")
            known[name] = queue.pop(0) if value is None else value
        else:
            passed.append(word)
    return _flags(known, [*passed, *rest])


def seconds(text: str) -> float:
    """Return a duration as Go writes it, such as 1m30s, in seconds.

    Raises:
        UsageError: it is none.
    """
    parts = _DURATION.findall(text)
    if text != "0" and (not parts or "".join(number + unit for number, unit in parts) != text):
        raise UsageError(f"{text!r} is no duration", hints=["-timeout 90s", "-timeout 1h30m"])
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _flags(known: dict[str, str], rest: list[str]) -> TestFlags:
    json = known.pop("json", "false") == "true"
    timeout = known.setdefault("timeout", DEFAULT_TIMEOUT)
    verbose = known.get("v", "false")
    if json:
        known["v"] = "test2json"
    arguments = ["-test.paniconexit0", *(f"-test.{name}={value}" for name, value in known.items()), *rest]
    shows_all = verbose != "false" or bool(known.get("bench")) or "list" in known
    return TestFlags(
        tuple(arguments), seconds(timeout), shows_all, json, fail_fast=known.get("failfast", "false") == "true"
    )
