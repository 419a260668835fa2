"""Looks at the user's package before it is built, so that what a kernel cannot do is said in plain words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configurator.errors import BuildError, Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from configurator.build.toolchain import GoToolchain

_FIELDS = "Name,Dir,GoFiles,CgoFiles,IgnoredGoFiles,Imports,ImportPath,Standard,TestGoFiles,XTestGoFiles"
_IMPORT_C = re.compile(r'^(?:import\s+|\s+)"C"\s*(?://.*|/\*.*)?$', re.MULTILINE)
_BUILD_LINE = re.compile(r"^//go:build\b.*\bcgo\b", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """The user's package main: its folder without symbolic links, its Go files and what they import."""

    folder: Path
    files: tuple[str, ...]
    imports: frozenset[str]


def locate(argument: str) -> Path:
    """Return the folder of the package that the command line names.

    Raises:
        UsageError: there is no such folder, or it is no folder.
    """
    folder = Path(argument)
    if folder.is_dir():
        return folder.resolve()
    if folder.suffix == ".go" and folder.is_file():
        raise UsageError(f"{argument} is a file; name the package's folder", hints=[f"eggcup build {folder.parent}"])
    if folder.exists():
        raise UsageError(f"{argument} is not a folder with a Go package")
    hints = ["eggcup build .", "eggcup build ./cmd/NAME"]
    if "..." in argument:
        raise UsageError(f"{argument} names several packages; a kernel is built from one", hints=hints)
    raise UsageError(f"there is no folder {argument}", hints=hints)


def inspect(folder: Path, go: GoToolchain, go_work: Path, overlay: Path) -> Program:
    """Ask go what is in `folder`.

    Raises:
        BuildError: it holds no package main, or one that needs cgo.
    """
    environment = go.environment(go_work=go_work)
    facts = _list(go, folder, environment, overlay)
    files = tuple(facts.get("GoFiles") or ())
    ignored = tuple(facts.get("IgnoredGoFiles") or ())
    suspects = [name for name in ignored if _IMPORT_C.search(_text(folder / name))]
    if suspects:
        with_cgo = _list(go, folder, go.environment(go_work=go_work, cgo=True), overlay)
        for name in with_cgo.get("CgoFiles") or ():
            _refuse_cgo(folder / name)
    name = str(facts.get("Name") or "")
    if not files:
        what = "only files that the build leaves out" if ignored else "no Go files"
        what = "only tests" if facts.get("TestGoFiles") or facts.get("XTestGoFiles") else what
        raise BuildError(f"{what} in {folder}", hints=["name the folder of a package main: eggcup build ./cmd/NAME"])
    if name and name != "main":
        raise BuildError(
            f"{folder} is package {name}; a kernel is built from a package main",
            location=Location(str(folder / files[0])),
            hints=[f"eggcup build {main}" for main in _mains_below(folder)],
        )
    return Program(folder, files, frozenset(facts.get("Imports") or ()))


def cgo_packages(program: Program, go: GoToolchain, go_work: Path, overlay: Path) -> list[str]:
    """Return the packages outside the standard library that the program needs and that have cgo files.

    For a build that failed: with cgo off go drops those files, and its errors do not say so.
    """
    arguments = ["list", "-e", "-deps", "-overlay", str(overlay), f"-json={_FIELDS}", str(program.folder)]
    text = go.query(arguments, go.environment(go_work=go_work, cgo=True))
    decoder, position, found = json.JSONDecoder(), 0, []
    while position < len(text.rstrip()):
        facts, end = decoder.raw_decode(text, position)
        position = end + 1
        if facts.get("CgoFiles") and not facts.get("Standard"):
            found.append(f"{facts['ImportPath']} ({Path(facts['Dir']) / facts['CgoFiles'][0]})")
    return found


def _list(go: GoToolchain, folder: Path, environment: Mapping[str, str], overlay: Path) -> dict[str, Any]:
    arguments = ["list", "-e", "-overlay", str(overlay), f"-json={_FIELDS}", str(folder)]
    try:
        listed = json.loads(go.query(arguments, environment))
    except BuildError as problem:
        _explain_vendoring(problem)
        raise
    return dict(listed)


def _explain_vendoring(problem: BuildError) -> None:
    """Replace go's words on a vendor folder that is out of date, which advise to mend eggcup's own workspace."""
    first, _, rest = problem.message.partition("\n")
    if "inconsistent vendoring" in first:
        details = "; ".join(line.strip() for line in rest.partition("To ignore")[0].splitlines() if line.strip())
        raise BuildError(f"the vendor folder does not fit go.mod: {details}", hints=["go mod vendor"]) from problem


def _refuse_cgo(path: Path) -> None:
    text = _text(path)
    if _BUILD_LINE.search(text):
        return  # the file says itself that there is another way without cgo
    found = _IMPORT_C.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else None
    raise BuildError(
        'import "C": a kernel has no C library, so the program cannot use cgo',
        location=Location(str(path), line),
        hints=["use a package in pure Go, or put `//go:build cgo` above a file that has an alternative without it"],
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _mains_below(folder: Path) -> list[Path]:
    """Suggest folders that look like programs: those below cmd/ and examples/ with a main.go."""
    found = [*folder.glob("cmd/*/main.go"), *folder.glob("examples/*/main.go")]
    return [path.parent for path in sorted(found)[:3]]
