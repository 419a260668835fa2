"""The files of tests/std: which packages run, the causes of what fails, and the last results."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "std"
RESULTS = FOLDER / "results.json"
DOCUMENT = ROOT / "docs" / "compatibility.md"

# How often a test fails that has a cause.
ALWAYS = "always"
SOMETIMES = "sometimes"


@dataclass(frozen=True)
class Group:
    """Packages that are built with one configuration; `check` are those that `make test-compat` runs."""

    name: str
    config: dict[str, str]
    packages: tuple[str, ...]
    check: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """Why a test fails in the guest; `when` says whether it always does."""

    text: str
    when: str = ALWAYS


def groups() -> list[Group]:
    """Return the groups of packages."""
    tables = tomllib.loads((FOLDER / "packages.toml").read_text(encoding="utf-8"))
    found = []
    for name, table in tables.items():
        group = Group(name, table["config"], tuple(table["packages"]), tuple(table["check"]))
        unknown = set(group.check) - set(group.packages)
        if unknown:
            raise ValueError(f"packages.toml: [{name}] checks {sorted(unknown)}, which are not among its packages")
        found.append(group)
    return found


def causes() -> dict[str, dict[str, Cause]]:
    """Return the causes by package and test (without subtests)."""
    tables = tomllib.loads((FOLDER / "causes.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Cause]] = {}
    for package, tests in tables.items():
        for test, said in tests.items():
            cause = Cause(said) if isinstance(said, str) else Cause(said["cause"], said["when"])
            if cause.when not in (ALWAYS, SOMETIMES) or not cause.text or "\n" in cause.text:
                raise ValueError(f"causes.toml: [{package}] {test} is not a cause in one line")
            found.setdefault(package, {})[test] = cause
    return found


def results() -> dict[str, dict[str, object]]:
    """Return the results of the last run, by package."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}


def keep(new: dict[str, dict[str, object]]) -> None:
    """Put the results of packages in the place of older ones."""
    wanted = {package for group in groups() for package in group.packages}
    merged = {package: result for package, result in {**results(), **new}.items() if package in wanted}
    RESULTS.write_text(json.dumps(merged, indent=1, sort_keys=True) + "\n", encoding="utf-8")
