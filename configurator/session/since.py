"""What differs from the saved file, kept up to date while the session changes: a step looks only at what it touched."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from configurator.model import dotconfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from configurator.model import Configuration
    from configurator.model.edits import Effect


class Since:
    """What has changed since the file was loaded or saved."""

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self._configuration = configuration
        self._saved = _settings_in(path)
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
        self._saved = _settings_in(path)
        self._lines = None

    def saved(self, text: str) -> None:
        """Take note that the file holds the values of now."""
        self._before.clear()
        self._saved = _settings(text)
        self._lines = None


class Lines:
    """The symbols by whether their lines are those of a file, the lines of which set something."""

    def __init__(self, configuration: Configuration, file: frozenset[str]) -> None:
        self._configuration = configuration
        self._file = file
        self._same: set[str] = set()
        self._other: set[str] = set()
        self.look_at(configuration.names())

    def look_at(self, names: Iterable[str]) -> None:
        """Compare the lines that symbols have now."""
        for name in names:
            line = self._configuration.written_line(name)
            is_there = line in self._file
            (self._same.add if line and is_there else self._same.discard)(name)
            (self._other.add if line and not is_there else self._other.discard)(name)

    @cached_property
    def values(self) -> dict[str, str]:
        """Return the values in the file."""
        return {one.name: one.value for one in dotconfig.parse("\n".join(self._file))}

    def moved(self) -> set[str]:
        """Return the symbols whose line in the file, or its absence, is another one than they have now."""
        return self._other | (self.values.keys() - self._same)

    def value_now(self, name: str) -> str | None:
        """Return the value that a symbol's line has now, None without a line."""
        return self._configuration.get(name) if self._configuration.written_line(name) else None

    def differ(self, unknown: Sequence[str]) -> bool:
        """Return whether the file has other lines than the symbols, `unknown` added to those."""
        kept = sum(line in self._file for line in unknown)
        return bool(self._other) or kept < len(unknown) or len(self._same) + kept != len(self._file)


def _settings_in(path: Path) -> frozenset[str] | None:
    """Return the lines of a file that set something, None when there is no such file."""
    try:
        return _settings(path.read_text(encoding="utf-8-sig"))
    except OSError:
        return None


def _settings(text: str) -> frozenset[str]:
    """Return the lines of a .config that set something: its comments and its order mean nothing."""
    lines = (line.strip() for line in text.split("\n"))
    return frozenset(line for line in lines if not line.startswith("#") or line.endswith(" is not set")) - {""}
