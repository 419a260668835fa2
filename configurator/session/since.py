"""What differs from the saved file, kept up to date while the session changes: a step looks only at what it touched."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from configurator.model import dotconfig

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from configurator.model import Configuration
    from configurator.model.edits import Effect

_FEW = 200
"""Of more symbols the lines are looked for in a set, which has to be made first."""


class Since:
    """What has changed since the file was loaded or saved."""

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self._configuration = configuration
        self._saved = _file(path)
        self._lines: Lines | None = None
        self._before: dict[str, str] = {}

    @property
    def before(self) -> Mapping[str, str]:
        """Return, of the symbols that have another value now, the one they had then."""
        return self._before

    @property
    def lines(self) -> Lines | None:
        """Return what there is to know of the file's lines, None when there is no file."""
        if self._lines is None and self._saved is not None:
            self._lines = Lines(self._configuration, self._saved)
        return self._lines

    def modified(self, unknown: Sequence[str]) -> bool:
        """Return whether saving would change a line that sets something; `unknown` are lines that are kept."""
        lines = self.lines
        return lines is None or lines.differ(unknown)

    def note(self, effect: Effect) -> None:
        """Take note of a change."""
        for one in effect.moved:
            if self._before.setdefault(one.name, one.before) == one.after:
                del self._before[one.name]
        if self._lines is not None:
            self._lines.look_at(effect.touched)

    def read_again(self, path: Path) -> None:
        """Take note that the values of now are those of the file."""
        self._before.clear()
        self._saved = _file(path)
        self._lines = None

    def saved(self, text: str) -> None:
        """Take note that the file holds the values of now."""
        self._before.clear()
        self._saved = File(text)
        self._lines = None


class File:
    """The lines of a file that set something, in one piece of memory."""

    def __init__(self, text: str) -> None:
        lines = _settings(text)
        self._text = "\n".join(["", *lines, ""])
        self._count = len(lines)

    def __contains__(self, line: str) -> bool:
        return f"\n{line}\n" in self._text

    def __iter__(self) -> Iterator[str]:
        return iter(self._text.split("\n")[1:-1])

    def __len__(self) -> int:
        return self._count


class Lines:
    """The symbols by whether their lines are those of a file."""

    def __init__(self, configuration: Configuration, file: File) -> None:
        self._configuration = configuration
        self._file = file
        self._other: set[str] = set()
        names = configuration.names()
        self._same = bytearray(len(names))  # by the symbols' places
        self.look_at(names)

    def look_at(self, names: Collection[str]) -> None:
        """Compare the lines that symbols have now."""
        lines = self._file if len(names) <= _FEW else frozenset(self._file)
        for name in names:
            line = self._configuration.written_line(name)
            is_there = bool(line) and line in lines
            self._same[self._configuration.place(name)] = is_there
            (self._other.add if line and not is_there else self._other.discard)(name)

    @cached_property
    def values(self) -> dict[str, str]:
        """Return the values in the file."""
        return {one.name: one.value for one in dotconfig.parse("\n".join(self._file))}

    def moved(self) -> set[str]:
        """Return the symbols whose line in the file, or its absence, is another one than they have now."""
        symbols = zip(self._configuration.names(), self._same, strict=True)
        return self._other | {name for name, is_same in symbols if not is_same and name in self.values}

    def value_now(self, name: str) -> str | None:
        """Return the value that a symbol's line has now, None without a line."""
        return self._configuration.get(name) if self._configuration.written_line(name) else None

    def differ(self, unknown: Sequence[str]) -> bool:
        """Return whether the file has other lines than the symbols, `unknown` added to those."""
        kept = sum(line in self._file for line in unknown)
        return bool(self._other) or kept < len(unknown) or self._same.count(1) + kept != len(self._file)


def _file(path: Path) -> File | None:
    """Return the lines of a file, None when there is no such file."""
    try:
        return File(path.read_text(encoding="utf-8-sig"))
    except OSError:
        return None


def _settings(text: str) -> frozenset[str]:
    """Return the lines of a .config that set something: its comments and its order mean nothing."""
    lines = (line.strip() for line in text.split("\n"))
    return frozenset(line for line in lines if not line.startswith("#") or line.endswith(" is not set")) - {""}
