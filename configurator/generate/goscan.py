"""Reads the head of Go files: package clause and imports.

A scan rather than `go list`: Go's grammar puts package and imports before everything else, so a dozen lines of lexer
are exact here, need no toolchain, and take a millisecond where `go list` takes a tenth of a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TOKEN = re.compile(
    r"""(?P<space>\s+ | //[^\n]* | /\*.*?\*/)
      | (?P<string>"(?:[^"\\\n]|\\.)*" | `[^`]*`)
      | (?P<word>[^\W\d]\w* | [.;()])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_INIT = re.compile(r"^func Init\(\) error\b", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass
class GoPackage:
    """What the files of one folder say: package name, imports with the place of each, whether there is an Init."""

    name: str | None = None
    imports: dict[str, Location] = field(default_factory=dict)
    has_init: bool = False


def scan_package(folder: Path) -> GoPackage:
    """Read the Go files of a folder, tests left out; `name` is None when there are none.

    Raises:
        UsageError: a file cannot be read.
    """
    package = GoPackage()
    for path in sorted(folder.glob("*.go")):
        if path.name.endswith("_test.go") or path.name.startswith(("_", ".")):
            continue
        text = _read(path)
        name, imports = scan_file(text)
        package.name = package.name or name
        for imported, line in imports:
            package.imports.setdefault(imported, Location(str(path), line))
        package.has_init = package.has_init or bool(_INIT.search(_COMMENT.sub("", text)))
    return package


def scan_file(text: str) -> tuple[str | None, list[tuple[str, int]]]:
    """Return the package name (None when the clause is missing) and the imports with their lines."""
    tokens = _tokens(text)
    name = None
    imports: list[tuple[str, int]] = []
    for kind, lexeme, _ in tokens:
        if (kind, lexeme) == ("word", "package"):
            name = next(tokens, ("", "", 0))[1]
        elif (kind, lexeme) == ("word", "import"):
            imports += _import_declaration(tokens)
        elif lexeme != ";":
            break
    return name or None, imports


def _import_declaration(tokens: Iterator[tuple[str, str, int]]) -> Iterator[tuple[str, int]]:
    """Yield the imports of one declaration, with or without parentheses."""
    grouped = False
    for kind, lexeme, line in tokens:
        if lexeme == "(":
            grouped = True
        elif kind == "string":
            yield lexeme[1:-1], line
            if not grouped:
                return
        elif lexeme == ")" or kind == "other":
            return


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text.removeprefix("\ufeff")):
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match[0], line
        line += match[0].count("\n")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise UsageError(f"cannot read the file: {problem.strerror}", location=Location(str(path))) from problem
