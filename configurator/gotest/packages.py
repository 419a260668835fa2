"""Finds the packages to test, as `go test` does, and the files that their tests read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.errors import BuildError, Location, UsageError
from configurator.gotest.goroot import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from configurator.build.toolchain import GoToolchain

_FIELDS = "ImportPath,Dir,Name,Standard,TestGoFiles,XTestGoFiles,Error,Module"
_TESTDATA = "testdata"


@dataclass(frozen=True)
class TestPackage:
    """A package with its folder; `problem` is go's own message on a package that cannot be loaded."""

    __test__ = False  # not a test, whatever pytest makes of the name

    path: str
    folder: Path
    name: str
    standard: bool
    has_tests: bool
    module_root: Path | None = None
    problem: str = ""


def find(patterns: Sequence[str], go: GoToolchain, tags: Sequence[str]) -> list[TestPackage]:
    """Return the packages that the patterns name, in go's order.

    Raises:
        UsageError: they name none.
    """
    environment = go.environment()
    if "GOWORK" in os.environ:
        environment["GOWORK"] = os.environ["GOWORK"]
    else:
        del environment["GOWORK"]  # the user's own workspace is found as go finds it
    arguments = ["list", "-e", f"-json={_FIELDS}", f"-tags={','.join(tags)}", "--", *patterns]
    try:
        text = go.query(arguments, environment)
    except BuildError as problem:
        raise UsageError(problem.message) from problem
    decoder, position, found = json.JSONDecoder(), 0, []
    while position < len(text.rstrip()):
        facts, end = decoder.raw_decode(text, position)
        position = end + 1
        module = facts.get("Module") or {}
        found.append(
            TestPackage(
                path=facts["ImportPath"],
                folder=Path(facts.get("Dir") or "").resolve(),
                name=facts.get("Name") or "",
                standard=bool(facts.get("Standard")),
                has_tests=bool(facts.get("TestGoFiles") or facts.get("XTestGoFiles")),
                module_root=Path(module["Dir"]).resolve() if module.get("Dir") else None,
                problem=(facts.get("Error") or {}).get("Err", ""),
            )
        )
    if not found:
        raise UsageError(f"no packages match {' '.join(patterns)}", hints=["eggcup test ./...", "eggcup test strings"])
    return found


def guest_files(package: TestPackage, go_root: Path) -> tuple[Path, ...]:
    """Return the files that the guest gets, under the names that they have here.

    What is in the package's folder and below it, other packages as empty folders; the testdata folders above it up to
    the module's root, and its go.mod.
    """
    top = go_root / "src" if package.standard else package.module_root or package.folder
    found = [package.folder, *_below(package.folder)]
    for folder in package.folder.parents if package.folder != top else ():
        if not folder.is_relative_to(top):
            break
        testdata = folder / _TESTDATA
        if testdata.is_dir():
            found += [testdata, *_everything(testdata)]
    found += [path for path in (top / "go.mod",) if path.is_file()]
    return tuple(dict.fromkeys(found))


def _below(folder: Path) -> list[Path]:
    """Return what is below a package's folder; of packages there only the folder."""
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if entry.name == _TESTDATA:
                found += [entry, *_everything(entry)]
            elif _is_package(entry):
                found.append(entry)
            elif not entry.name.startswith("."):
                found += [entry, *_below(entry)]
        elif entry.is_file() or entry.is_symlink():
            found.append(entry)
    return found


def needed_elsewhere(package: TestPackage, go_root: Path) -> tuple[Path, ...]:
    """Return the files of Go's own folder that the tests of a package of the standard library read elsewhere."""
    if not package.standard:
        return ()
    named = ELSEWHERE.get(package.path, ())
    folders = [go_root / name for name in named if name.endswith("/")]
    return (*folders, *everything(go_root / name for name in named if not name.endswith("/")))


def everything(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return files, and folders with all that is in them.

    Raises:
        UsageError: there is no such file.
    """
    found: list[Path] = []
    for path in paths:
        whole = path.absolute()
        if not whole.exists():
            raise UsageError("there is no such file for the guest", location=Location(str(path)))
        found += [whole, *_everything(whole)] if whole.is_dir() else [whole]
    return tuple(found)


def _everything(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_dir() or path.is_file() or path.is_symlink()]


def _is_package(folder: Path) -> bool:
    return any(folder.glob("*.go")) or (folder / "go.mod").exists()
