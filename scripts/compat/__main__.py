"""Run the standard library's tests in the guest and on Linux, and write docs/compatibility.md.

The packages are those of tests/std/packages.toml. Each test that fails in the guest has a cause in
tests/std/causes.toml; one that has none, or a cause whose test does not fail any more, ends the run with 1.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

import catalogue  # noqa: E402 - the checkout has to be in the path before its packages are imported
import document  # noqa: E402
import events  # noqa: E402
import runs  # noqa: E402

from configurator.build.toolchain import find_go  # noqa: E402
from configurator.files import write_if_changed  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NUMBERS = re.compile(r"0x[0-9a-f]+|\d{4,}|/tmp/\S+")


def main() -> int:
    """Do what the command line says; return the exit code."""
    args = arguments()
    if args.check:
        return check(args.jobs)
    if not args.render:
        for group, packages in wanted(args.packages):
            print(f"{group.name}: {len(packages)} packages in the guest, then on Linux", file=sys.stderr)
            run(group, packages, args.jobs)
    write_if_changed(catalogue.DOCUMENT, document.markdown())
    return report(document.problems())


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="scripts/compat", description=__doc__)
    parser.add_argument("packages", metavar="PKG", nargs="*", help="only these; the others' results are kept")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="machines at a time")
    parser.add_argument("--render", action="store_true", help="run nothing, write the document from the last results")
    parser.add_argument("--check", action="store_true", help="run what `make test` runs, and write nothing")
    return parser.parse_args()


def wanted(packages: Sequence[str]) -> Iterator[tuple[catalogue.Group, list[str]]]:
    """Yield the groups with those of their packages that shall run."""
    for group in catalogue.groups():
        chosen = [package for package in group.packages if not packages or package in packages]
        if chosen:
            yield group, chosen


def run(group: catalogue.Group, packages: list[str], jobs: int) -> None:
    """Run packages on both sides and keep the results."""
    guest = runs.in_guest(group, packages, jobs)
    print(file=sys.stderr)
    linux = runs.on_linux(packages, jobs)
    print(file=sys.stderr)
    go = f"Go {find_go().version}"
    new: dict[str, dict[str, object]] = {}
    for package in packages:
        here, there = guest.get(package, events.Outcome()), linux.get(package, events.Outcome())
        reasons = sorted(_NUMBERS.sub("...", here.skipped[test]) for test in here.skipped if test in there.passed)
        new[package] = {
            "go": go,
            "guest": {**here.counts(), "failures": events.roots(here.failed), "skips": reasons},
            "linux": {**there.counts(), "failures": events.roots(there.failed)},
        }
    catalogue.keep(new)


def check(jobs: int) -> int:
    """Run the packages that are to pass, but for what has a cause."""
    known = catalogue.causes()
    wrong = []
    for group in catalogue.groups():
        outcomes = runs.in_guest(group, group.check, jobs)
        print(file=sys.stderr)
        for package in group.check:
            outcome = outcomes.get(package, events.Outcome())
            explained = known.get(package, {})
            failed = set(events.roots(outcome.failed))
            always = {test for test, cause in explained.items() if cause.when == catalogue.ALWAYS}
            wrong += [f"{package}: {test} failed" for test in sorted(failed - set(explained))]
            wrong += [f"{package}: {test} has a cause and did not fail" for test in sorted(always - failed)]
            if not outcome.passed:
                wrong.append(f"{package}: no test passed")
            print(f"{package}: {len(outcome.passed)} passed, {len(outcome.skipped)} skipped", file=sys.stderr)
    return report(wrong)


def report(problems: list[str]) -> int:
    """Print what is wrong and return the exit code."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} things to mend or to explain in {catalogue.FOLDER / 'causes.toml'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
