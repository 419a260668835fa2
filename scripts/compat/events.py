"""Reads what `go test -json` writes (cmd/test2json) and keeps what a comparison needs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a failure is about, when the package as a whole failed and no test did.
WHOLE_PACKAGE = "(package)"

_VERDICTS = ("pass", "fail", "skip")
_PLACE = re.compile(r"^\s*\S+\.go:\d+: ")


@dataclass
class Outcome:
    """What became of the tests of a package, subtests and examples included, by name."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)  # with the reason

    def counts(self) -> dict[str, int]:
        """Return how many passed, failed and were skipped."""
        return {"passed": len(self.passed), "failed": len(self.failed), "skipped": len(self.skipped)}


def read(lines: Iterable[str]) -> dict[str, Outcome]:
    """Return the outcomes by package; a test that has begun and not ended has failed."""
    outcomes: dict[str, Outcome] = defaultdict(Outcome)
    output: dict[tuple[str, str], list[str]] = defaultdict(list)
    running: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # a message of go or eggcup
        package, test, action = event.get("Package", ""), event.get("Test", ""), event["Action"]
        if action == "output":
            output[package, test].append(event["Output"])
        elif action == "run":
            running[package].add(test)
        elif action in _VERDICTS:
            _take(outcomes[package], running[package], test, action, output[package, test])
    return dict(outcomes)


def _take(outcome: Outcome, running: set[str], test: str, action: str, output: list[str]) -> None:
    if not test:
        outcome.failed |= running
        if action == "fail" and not outcome.failed:
            outcome.failed.add(WHOLE_PACKAGE)
        running.clear()
        return
    running.discard(test)
    if action == "pass":
        outcome.passed.add(test)
    elif action == "fail":
        outcome.failed.add(test)
    else:
        said = [line.strip() for line in output if _PLACE.match(line)]
        outcome.skipped[test] = _PLACE.sub("", said[-1]) if said else ""


def roots(tests: Iterable[str]) -> list[str]:
    """Return the tests without their subtests, sorted."""
    return sorted({test.partition("/")[0] for test in tests})
