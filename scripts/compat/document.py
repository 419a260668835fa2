"""Makes docs/compatibility.md from the results and the causes, and says where the two do not fit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from catalogue import ALWAYS, causes, groups, results

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEAD = """\
# Compatibility

<!-- Written by `make compat` from tests/std; do not edit. -->

The standard library's own tests, run in the guest by `eggcup test` and on Linux by `go test`, with the same toolchain
({go}) and the same flags: `-short`, no cgo. Subtests and examples are counted. The guest is QEMU's `pc` with one
processor and 2 GiB under TCG; packages that need a network have the loopback interface.

A test that needs a second process is skipped in the guest, where there is none: `internal/testenv` tries to start one
on some systems and takes it for granted on Linux, and `eggcup test` makes it try. Nothing else of the tests is changed.

{sum}

| Package | Guest: passed | failed | skipped | Linux: passed | failed | skipped |
|---|---:|---:|---:|---:|---:|---:|
"""


def problems() -> list[str]:
    """Return what is wrong with the causes: one line for each that is missing, stale or of a package not run."""
    known, found = causes(), []
    run = results()
    for package, result in run.items():
        explained = known.get(package, {})
        failed = set(result["guest"]["failures"])
        found += [f"{package}: {test} failed and has no cause" for test in sorted(failed - set(explained))]
        stale = {test for test, cause in explained.items() if cause.when == ALWAYS} - failed
        found += [f"{package}: {test} has a cause and did not fail" for test in sorted(stale)]
    found += [f"{package} has causes and was not run" for package in sorted(set(known) - set(run))]
    missing = {package for group in groups() for package in group.packages} - set(run)
    found += [f"{package} was not run" for package in sorted(missing)]
    return found


def markdown() -> str:
    """Return the whole document."""
    run = results()
    rows = "".join(_row(package, run[package]) for package in sorted(run))
    versions = " and ".join(sorted({str(result["go"]) for result in run.values()}))
    return _HEAD.format(go=versions, sum=_sum(run.values())) + rows + _failures(run) + _elsewhere(run) + _skips(run)


def _row(package: str, result: Mapping[str, Any]) -> str:
    numbers = [str(result[side][what]) for side in ("guest", "linux") for what in ("passed", "failed", "skipped")]
    return f"| {package} | {' | '.join(numbers)} |\n"


def _sum(run: Iterable[Mapping[str, Any]]) -> str:
    run = list(run)
    guest, linux = (sum(result[side]["passed"] for result in run) for side in ("guest", "linux"))
    failed = sum(result["guest"]["failed"] for result in run)
    return f"{len(run)} packages: {guest} tests pass in the guest and {linux} on Linux; {failed} fail in the guest."


def _failures(run: Mapping[str, Mapping[str, Any]]) -> str:
    known = causes()
    rows = []
    for package in sorted(run):
        for test, cause in sorted(known.get(package, {}).items()):
            when = "" if cause.when == ALWAYS else "Now and then: "
            rows.append(f"| {package} | {test} | {when}{cause.text} |\n")
    if not rows:
        return "\n## What fails in the guest\n\nNothing.\n"
    return "\n## What fails in the guest\n\n| Package | Test | Cause |\n|---|---|---|\n" + "".join(rows)


def _elsewhere(run: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [f"- {package}: {test}\n" for package in sorted(run) for test in run[package]["linux"]["failures"]]
    return "\n## What fails on Linux\n\nOn the machine of the run.\n\n" + "".join(rows) if rows else ""


def _skips(run: Mapping[str, Mapping[str, Any]]) -> str:
    reasons: Counter[str] = Counter()
    for result in run.values():
        reasons.update(result["guest"]["skips"])
    if not reasons:
        return ""
    rows = "".join(f"| {reason.replace('|', '/')} | {n} |\n" for reason, n in sorted(reasons.items()))
    head = "\n## What is skipped in the guest and not on Linux\n\n| The test's own reason | Tests |\n|---|---:|\n"
    return head + rows
