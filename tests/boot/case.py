"""A boot test as data: the fields of a case file, and the comparison of a console with what the case expects.

A file of cases/ holds the cases of a topic, one table each:

- `program`: a folder of programs/, or with a slash a path from the repository's root;
- `machines`: one boot each, default ["pc"]; `go`: one boot each, default ["1.27"];
- `preset`, `config`: the configuration, `eggcup defconfig PRESET` and then `eggcup set SYMBOL=VALUE`, where {program}
  is the program's folder;
- `generate`: the program has a zz_init.go of its own, from `eggcup generate`;
- `reverse_ties`: units that could start in any order start the other way round;
- `append`, `memory` (MiB), `timeout` (seconds), `exit`: arguments, machine and end of `eggcup run`;
- `expect`: lines in this order, each on a later line than the one before. A text is the whole line, between slashes a
  regular expression that the line contains;
- `forbid`: lines that must not be there, beside those wrong in every boot;
- `count`: how many lines fit an expectation;
- `wall_clock`: group 1 of `line` is the host's time as the line arrives, within `within` seconds;
- `stopwatch`: the host measures `seconds` between the lines `from` and `to`, give or take the share `tolerance`;
- `qemu`: further arguments for QEMU, such as another processor; they win over those of `eggcup run`;
- `host_memory`: MiB that the host must have available, else the case is skipped;
- `linux`: whether the same holds for the program on the host's Linux, which shows that the case itself is right.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).with_name("cases")

# A failed check, a report of kernel/core/bug, a system call that the kernel lacks. A line that the case expects is not
# held against it.
WRONG_IN_EVERY_BOOT = ("/^FAIL/", r"/^\*\*\* /", "/unknown system call/")


@dataclass(frozen=True)
class Line:
    """A line of the console, and the host's clocks as it arrived."""

    text: str
    monotonic: float = 0.0
    wall: float = 0.0


@dataclass(frozen=True)
class Case:
    """One table of a case file."""

    name: str
    program: str
    machines: tuple[str, ...] = ("pc",)
    go: tuple[str, ...] = ("1.27",)
    preset: str = "qemu"
    config: dict[str, str] = field(default_factory=dict)
    append: str = ""
    memory: int = 128
    generate: bool = False
    reverse_ties: bool = False
    expect: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    count: dict[str, int] = field(default_factory=dict)
    exit: int = 0
    timeout: float = 60
    wall_clock: dict[str, Any] = field(default_factory=dict)
    stopwatch: dict[str, Any] = field(default_factory=dict)
    host_memory: int = 0
    qemu: tuple[str, ...] = ()
    linux: bool = True


def load_cases(folder: Path = CASES) -> list[Case]:
    """Return the cases of all files; an unknown field or a case that expects nothing is an error."""
    cases = []
    for path in sorted(folder.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            unknown = table.keys() - Case.__dataclass_fields__.keys() | table.keys() & {"name"}
            if unknown or not (table.get("expect") or table.get("count") or table.get("exit")):
                raise ValueError(f"{path}: [{name}] has unknown fields {sorted(unknown)}, or it expects nothing")
            lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
            cases.append(Case(name=name, **{**table, **lists}))
    names = [case.name for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{folder}: several cases are called {sorted(twice)}")
    return cases


def fits(pattern: str, text: str) -> bool:
    """Say whether a line fits an expectation."""
    if len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
        return re.search(pattern[1:-1], text) is not None
    return text.rstrip() == pattern.rstrip()


def faults(case: Case, lines: list[Line]) -> list[str]:
    """Return what is wrong with the console, empty when it is as the case says."""
    found = []
    expected: set[int] = set()
    after = 0
    for number, pattern in enumerate(case.expect):
        at = next((i for i in range(after, len(lines)) if fits(pattern, lines[i].text)), None)
        if at is None:
            previous = f" after {case.expect[number - 1]!r}" if number else ""
            found.append(f"no line fits {pattern!r}{previous}")
            break
        expected.add(at)
        after = at + 1
    found += [
        f"line {at + 1}: {line.text!r} fits {bad}"
        for at, line in enumerate(lines)
        for bad in (*WRONG_IN_EVERY_BOOT, *case.forbid)
        if at not in expected and fits(bad, line.text)
    ]
    for pattern, wanted in case.count.items():
        counted = sum(fits(pattern, line.text) for line in lines)
        if counted != wanted:
            found.append(f"{counted} lines fit {pattern!r}, not {wanted}")
    if case.wall_clock:
        found += _wall_clock_faults(case.wall_clock, lines)
    if case.stopwatch:
        found += _stopwatch_faults(case.stopwatch, lines)
    return found


def _wall_clock_faults(wanted: dict[str, Any], lines: list[Line]) -> list[str]:
    pattern = re.compile(wanted["line"].strip("/"))
    for line in lines:
        match = pattern.search(line.text)
        if match:
            error = float(match[1]) - line.wall
            wrong = abs(error) > wanted["within"]
            return [f"the guest's clock is {error:+.3f} s off, more than {wanted['within']} s"] if wrong else []
    return [f"no line fits {wanted['line']!r}"]


def _stopwatch_faults(wanted: dict[str, Any], lines: list[Line]) -> list[str]:
    times = {line.text.rstrip(): line.monotonic for line in lines}
    if wanted["from"] not in times or wanted["to"] not in times:
        return [f"{wanted['from']!r} or {wanted['to']!r} is missing"]
    measured = times[wanted["to"]] - times[wanted["from"]]
    if abs(measured - wanted["seconds"]) > wanted["seconds"] * wanted["tolerance"]:
        return [f"the host measures {measured:.3f} s between the marks, the guest {wanted['seconds']} s"]
    return []
