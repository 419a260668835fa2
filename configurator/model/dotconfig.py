"""The .config file: read into assignments with their lines, and written as kconfig's own tools write it."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import Location, UsageError
from configurator.model.expressions import BOOLEAN, YES, value_of
from configurator.model.symbols import TreeChoice, TreeSymbol

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "CONFIG_"
LARGEST_FILE = 16 * 2**20  # bytes; a real .config has a few thousand, the largest of Linux half a million
MOST_LINES = 100_000  # the largest of Linux has 17,000
WRITTEN_MARKS = ("Change it with `eggcup menuconfig`", "Automatically generated file; DO NOT EDIT.")
"""By one of these in the comment at its head one knows a complete .config: eggcup's own, and that of C kconfig."""

_SET = re.compile(rf"{PREFIX}(?P<name>[A-Za-z0-9_]+)=(?P<value>.*)")
_UNSET = re.compile(rf"#\s*{PREFIX}(?P<name>[A-Za-z0-9_]+) is not set\s*")
_STRING = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"\s*')


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value for a symbol, as somebody wrote it; `location` is None for the command line.

    `line` is the whole line of a file, without spaces around it.
    """

    name: str
    value: str
    location: Location | None = None
    line: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A .config, a preset or a fragment as it was read.

    `is_complete` says that a tool wrote it with the values of all symbols: its lines for symbols without a prompt are
    records then, not requests.
    """

    path: Path
    assignments: tuple[Assignment, ...]
    is_complete: bool = False


def read_file(path: Path, shown_as: str | None = None) -> ConfigFile:
    """Read a .config or a fragment of one, its assignments in file order.

    Line ends may be those of Windows, and a byte-order mark is skipped. Values are not checked against types here, but
    a quoted string is unescaped.

    Args:
        path: the file.
        shown_as: what to call it in locations, where that is not its path.

    Raises:
        UsageError: the file cannot be read or a line is not one of a .config.
    """
    name = shown_as or str(path)
    assignments = []
    is_complete = False
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        assignment = _parse(line, name, number)
        if assignment:
            assignments.append(assignment)
        elif not assignments and line.startswith("#"):
            is_complete = is_complete or any(mark in line for mark in WRITTEN_MARKS)
    return ConfigFile(path, tuple(assignments), is_complete)


def read_assignments(path: Path) -> list[Assignment]:
    """Read the assignments alone; see `read_file`."""
    return list(read_file(path).assignments)


def parse(text: str) -> list[Assignment]:
    """Return the assignments in a text that eggcup wrote."""
    found = (_parse(line, "", None) for line in text.split("\n"))
    return [assignment for assignment in found if assignment]


def leading_comment(path: Path) -> str:
    """Return the comment lines at the head of a file, the description of a preset; "" when there are none."""
    lines = []
    for line in read_text(path).split("\n"):
        if not line.startswith("#") or _UNSET.fullmatch(line.rstrip("\r")):
            break
        lines.append(line.rstrip() + "\n")
    return "".join(lines)


def _parse(line: str, path: str, number: int | None) -> Assignment | None:
    stripped = line.strip()
    if not stripped:
        return None
    if stripped[0] == "#":
        unset = _UNSET.fullmatch(stripped)
        return Assignment(unset[1], "n", Location(path, number), stripped) if unset else None
    match = _SET.fullmatch(stripped)
    if not match:
        raise UsageError(
            f"not a line of a configuration: {_excerpt(stripped)}",
            location=Location(path, number),
            hints=["write CONFIG_NAME=value or # CONFIG_NAME is not set"],
        )
    name, value = match.groups()
    if value.startswith('"'):
        string = _STRING.fullmatch(value)
        if not string:
            raise UsageError(
                f"the string of {PREFIX}{name} is not closed, or something follows it",
                location=Location(path, number),
                hints=['put \\" for a quote and \\\\ for a backslash inside the string'],
            )
        value = string[1]
        if "\\" in value:
            value = re.sub(r"\\(.)", r"\1", value)
    return Assignment(name, value, Location(path, number), stripped)


def _excerpt(line: str) -> str:
    longest = 60
    return repr(line if len(line) <= longest else line[:longest] + "...")


def read_text(path: Path) -> str:
    """Return the content of a text file.

    Raises:
        UsageError: there is no such file, or it is too large or no UTF-8 text.
    """
    place = Location(str(path))
    try:
        data = _bytes(path)
    except FileNotFoundError:
        raise UsageError("there is no such file", location=place, hints=["eggcup defconfig"]) from None
    except IsADirectoryError:
        raise UsageError("is a folder, not a configuration", location=place) from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise UsageError(f"cannot read the configuration: {reason}", location=place) from problem
    if len(data) > LARGEST_FILE:
        raise UsageError(f"is larger than {LARGEST_FILE >> 20} MiB: that is no configuration", location=place)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError("is UTF-16 text; a configuration is UTF-8", location=place)
    if data.count(b"\n") > MOST_LINES:
        raise UsageError(f"has more than {MOST_LINES:,} lines: that is no configuration", location=place)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise UsageError("holds a NUL byte: that is no text file", location=Location(str(path), line))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        byte = data[problem.start]
        raise UsageError(f"is not UTF-8 (byte 0x{byte:02x})", location=Location(str(path), line)) from None


_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""The first two are of Unix, the third one is of Windows."""


def _bytes(path: Path) -> bytes:
    """Return the content of a file, one byte more than allowed at most.

    Of a pipe that nobody has open for writing there is nothing to read, and no waiting for somebody who does.
    """
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - a descriptor, not a path
        start = stream.read(1)  # None where a writer has not written yet
        if start == b"" and stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise OSError(errno.EPIPE, "it is a pipe, and nobody writes to it")
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(descriptor, True)
        chunks = [start or b""]
        size = len(chunks[0])
        while size <= LARGEST_FILE and (chunk := stream.read(LARGEST_FILE + 1 - size)):
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(chunks)


def text_difference(path: Path, wanted: str, by: str) -> str:
    """Return the unified diff from a file to the text that the command `by` would write to it; "" if they are equal.

    Raises:
        UsageError: the file is not there, or is no text.
    """
    import difflib  # here: only the checks need it

    present = read_text(path)
    if present == wanted:
        return ""
    former, latter = present.split("\n"), wanted.split("\n")  # not splitlines: a string may hold other line breaks
    lines = list(difflib.unified_diff(former, latter, str(path), f"{path} by {by}", lineterm=""))
    return "".join(f"{line}\n" for line in lines) or f"{path} differs from what {by} writes in its encoding alone\n"


def render(tree: kconfiglib.Kconfig, header: str) -> str:
    """Return the text of the .config for the values that `tree` holds now.

    Menus are marked as C kconfig marks them: a heading, and `# end of NAME` after the last entry.
    """
    chunks = [header]
    written: set[str] = set()
    _render_below(tree.top_node, chunks, written)
    return "".join(chunks)


def render_minimal(tree: kconfiglib.Kconfig, header: str) -> str:
    """Return the lines of those symbols that the user can set and that do not have their default.

    As in C, what is hidden now is left out, and a selected symbol, and the member that a choice would choose by itself.
    """
    lines = [symbol.config_string for symbol in tree.unique_defined_syms if is_minimal(symbol)]
    return "".join([header, *lines])


def is_minimal(symbol: kconfiglib.Symbol) -> bool:
    """Return whether a symbol has a line in the minimal configuration."""
    is_free = isinstance(symbol, TreeSymbol) and symbol.can_change and not symbol.is_default
    by_itself = isinstance(symbol.choice, TreeChoice) and symbol.tri_value == YES and symbol.choice.default is symbol
    return is_free and not by_itself and bool(symbol.config_string)


def assignment_line(symbol: kconfiglib.Symbol, value: str) -> str:
    """Return the line that sets a symbol to a value."""
    if value == "n" and symbol.orig_type in BOOLEAN:
        return f"# {PREFIX}{symbol.name} is not set"
    if symbol.orig_type == kconfiglib.STRING:
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{PREFIX}{symbol.name}={value}"


def _render_below(parent: kconfiglib.MenuNode, chunks: list[str], written: set[str]) -> None:
    node = parent.list
    while node:
        item = node.item
        if isinstance(item, kconfiglib.Symbol):
            if item.name not in written:  # an entry with several definitions is written at the first
                written.add(item.name)
                _add_symbol(item.config_string, chunks)
        elif _shows_heading(node) and node.prompt:
            chunks.append(f"\n#\n# {node.prompt[0]}\n#\n")
        if node.list:
            _render_below(node, chunks, written)
        if item == kconfiglib.MENU and _shows_heading(node) and node.prompt:
            chunks.append(f"# end of {node.prompt[0]}\n")
        node = node.next


def _add_symbol(line: str, chunks: list[str]) -> None:
    if line and chunks[-1].startswith("# end of "):
        line = "\n" + line
    if line:
        chunks.append(line)


def _shows_heading(node: kconfiglib.MenuNode) -> bool:
    """Return whether a menu or comment is there at present; a choice has no heading of its own."""
    if node.item not in (kconfiglib.MENU, kconfiglib.COMMENT) or not value_of(node.dep):
        return False
    return node.item == kconfiglib.COMMENT or bool(value_of(node.visibility))
