"""What differs between the values of now and others: those in the file, a preset's, the defaults, a revision's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.model import dotconfig
from configurator.model.configuration import Peek
from configurator.model.menu import TOP
from configurator.session.watch import stamp_of
from configurator.source import find_preset, presets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from configurator.model import Configuration
    from configurator.model.edits import Effect


class Origin(Enum):
    """What kind of thing the values are compared with."""

    SAVED = "the saved file"
    DEFAULTS = "the defaults"
    PRESET = "a preset"
    FILE = "another file"
    GIT = "a git revision"


@dataclass(frozen=True, slots=True)
class Against:
    """What the values are compared with: `name` is that of a preset, a path, or ``REV`` or ``REV:PATH`` of git."""

    origin: Origin
    name: str = ""

    def __str__(self) -> str:
        return f"{self.origin.value} {self.name}".strip()


SAVED = Against(Origin.SAVED)
DEFAULTS = Against(Origin.DEFAULTS)


@dataclass(frozen=True, slots=True)
class Difference:
    """A symbol that differs.

    Attributes:
        name: the symbol.
        prompt: its prompt, "" without one.
        menu: the titles of the menus around it.
        before: its value on the other side; None where that has none: no line in the file, no symbol in its tree.
        after: its value now; the same None.
        is_set: whether somebody set it on one side or the other; else it follows from what was set.
        node: its entry in the menu tree; `TOP` if it has none.
    """

    name: str
    prompt: str
    menu: tuple[str, ...]
    before: str | None
    after: str | None
    is_set: bool
    node: int


class Differences:
    """What differs, kept up to date while the session changes: each step looks only at what it touched."""

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self._configuration = configuration
        self._path = path
        self._saved = _settings_in(path)
        self._since: dict[str, str] = {}
        self._lines: _Lines | None = None
        self._others: dict[Against, tuple[object, Peek]] = {}

    @property
    def changed(self) -> Collection[str]:
        """Return the symbols that have another value than when they were loaded or saved last."""
        return self._since.keys()

    def modified(self, unknown: Sequence[str]) -> bool:
        """Return whether saving would change a line that sets something; `unknown` are lines that are kept."""
        if self._saved is None:
            return True
        return self._lines_of(self._saved).differ(unknown)

    def note(self, effect: Effect) -> None:
        """Take note of a change."""
        for one in effect.moved:
            if self._since.setdefault(one.name, one.before) == one.after:
                del self._since[one.name]
        if self._lines is not None:
            self._lines.look_at(effect.touched)

    def saved(self, path: Path, text: str) -> None:
        """Take note that the file holds the values of now."""
        self._path = path
        self._since.clear()
        self._saved = _settings(text)
        self._lines = None

    def against(self, other: Against) -> list[Difference]:
        """Return what differs, in the order of the Kconfig files."""
        if other.origin is Origin.SAVED:
            return self._against_saved()
        peek, now = self._peek(other), self._configuration.values()
        names = [name for name in dict.fromkeys([*now, *peek.values]) if peek.values.get(name) != now.get(name)]
        return [self._difference(name, peek.values.get(name), now.get(name), peek.minimal.get(name)) for name in names]

    def _against_saved(self) -> list[Difference]:
        """Return the lines of the file that saving would change; without a file, what was changed since the start."""
        if self._saved is None:
            return [self._difference(name, before, self._configuration.get(name), None)
                    for name, before in self._in_order(self._since)]  # fmt: skip
        lines = self._lines_of(self._saved)
        moved = lines.moved()
        return [self._difference(name, lines.values.get(name), lines.value_now(name), lines.values.get(name))
                for name in self._configuration.names() if name in moved]  # fmt: skip

    def _lines_of(self, saved: frozenset[str]) -> _Lines:
        if self._lines is None:
            self._lines = _Lines(self._configuration, saved)
        return self._lines

    def _in_order(self, values: dict[str, str]) -> list[tuple[str, str]]:
        return [(name, values[name]) for name in self._configuration.names() if name in values]

    def _difference(self, name: str, before: str | None, after: str | None, minimal: str | None) -> Difference:
        configuration = self._configuration
        menu = configuration.menu
        node = menu.index(name)
        return Difference(
            name,
            menu.prompts[node] if node != TOP else "",
            tuple(menu.title(index) for index in menu.trail(node)) if node != TOP else (),
            before,
            after,
            is_set=node != TOP and configuration.minimal_value(name) != minimal,
            node=node,
        )

    def _peek(self, other: Against) -> Peek:
        """Return the values of something else; they are read again when the file they come from has changed."""
        stamp: object = None
        if other.origin is Origin.GIT:
            return self._others.setdefault(other, (None, self._of_revision(other.name)))[1]
        paths = []
        if other.origin is not Origin.DEFAULTS:
            known = presets(self._configuration.root)
            paths = [find_preset(other.name, known) if other.origin is Origin.PRESET else Path(other.name)]
            stamp = stamp_of(paths[0])
        if other not in self._others or self._others[other][0] != stamp:
            self._others[other] = (stamp, self._configuration.peek(*paths))
        return self._others[other][1]

    def _of_revision(self, name: str) -> Peek:
        """Return the values at a revision of git, with the Kconfig tree of that time."""
        from configurator.compare import Place, open_sides

        configuration = self._configuration
        place = Place(configuration.kconfig, configuration.root, self._path)
        with open_sides([f"git:{name}"], place, lambda _: None) as (side,):
            return Peek(side.values, side.minimal)


class _Lines:
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
