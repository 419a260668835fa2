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
- `stopwatch`: group 1 of `line` is the guest's time in seconds; from the first of these lines to the last the host
  measures the same, give or take the share `tolerance`;
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

# How many lines at either end of a stopwatch's measurement are looked at.
STOPWATCH_LINES = 5

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
    """Compare the rates of the two clocks.

    A line arrives late, by what the host happens to do, and never early: at either end the line that came soonest after
    the guest's time counts.
    """
    pattern = re.compile(wanted["line"].strip("/"))
    times = [(float(match[1]), line.monotonic) for line in lines if (match := pattern.search(line.text))]
    if len(times) < 2 * STOPWATCH_LINES:
        return [f"fewer than {2 * STOPWATCH_LINES} lines fit {wanted['line']!r}"]
    first, last = (min(end, key=lambda pair: pair[1] - pair[0]) for end in _ends(times))
    guest, host = last[0] - first[0], last[1] - first[1]
    if abs(guest - host) > host * wanted["tolerance"]:
        return [f"while the host measures {host:.3f} s, the guest measures {guest:.3f} s"]
    return []


def _ends(times: list[tuple[float, float]]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return times[:STOPWATCH_LINES], times[-STOPWATCH_LINES:]
