"""What differs between the values of now and others: those in the file, a preset's, the defaults, a revision's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.model.configuration import Peek
from configurator.model.menu import TOP
from configurator.session.watch import stamp_of
from configurator.source import find_preset, presets

if TYPE_CHECKING:
    from configurator.model import Configuration
    from configurator.session.since import Lines, Since


class Origin(Enum):
    """What kind of thing the values are compared with."""

    SAVED = "the saved file"
    DEFAULTS = "the defaults"
    PRESET = "a preset"
    FILE = "another file"
    GIT = "a git revision"


_NAMED = {
    Origin.SAVED: "the saved file",
    Origin.DEFAULTS: "the defaults",
    Origin.PRESET: "the preset",
    Origin.FILE: "the file",
    Origin.GIT: "the git revision",
}


@dataclass(frozen=True, slots=True)
class Against:
    """What the values are compared with: `name` is that of a preset, a path, or ``REV`` or ``REV:PATH`` of git."""

    origin: Origin
    name: str = ""

    def __str__(self) -> str:
        return f"{_NAMED[self.origin]} {self.name}".strip()


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


class Comparer:
    """Compares a session's values with others, whose values are read once."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._others: dict[Against, tuple[object, Peek]] = {}

    def saved(self, since: Since) -> list[Difference]:
        """Return the lines of the file that saving would change; without a file, what was changed since the start."""
        configuration, lines = self._configuration, since.lines
        if lines is None:
            return [
                self._difference(
                    name, since.before[name], configuration.get(name), configuration.holds_what_was_set(name)
                )
                for name in configuration.names()
                if name in since.before
            ]
        moved = lines.moved()
        return [
            self._difference(name, lines.values.get(name), lines.value_now(name), self._was_asked(name, lines))
            for name in configuration.names()
            if name in moved
        ]

    def others(self, other: Against, path: Path) -> list[Difference]:
        """Return what differs from something other than the saved file, which `path` names."""
        peek, now = self._peek(other, path), self._configuration.values()
        names = [name for name in dict.fromkeys([*now, *peek.values]) if peek.values.get(name) != now.get(name)]
        minimal = self._configuration.minimal_value
        return [
            self._difference(
                name,
                peek.values.get(name),
                now.get(name),
                name in now and minimal(name) != peek.minimal.get(name),  # of a revision it may be none of our tree
            )
            for name in names
        ]

    def _was_asked(self, name: str, lines: Lines) -> bool:
        """Return whether a line differs because the user wanted that: he set what holds, or took back what he set."""
        configuration = self._configuration
        if lines.value_now(name) is None:
            return False
        if configuration.is_set_by_user(name):
            return configuration.holds_what_was_set(name)
        return name in lines.values

    def _difference(self, name: str, before: str | None, after: str | None, is_set: bool) -> Difference:
        menu = self._configuration.menu
        node = menu.index(name)
        return Difference(
            name,
            menu.prompts[node] if node != TOP else "",
            tuple(menu.title(index) for index in menu.trail(node)) if node != TOP else (),
            before,
            after,
            is_set=node != TOP and is_set,
            node=node,
        )

    def _peek(self, other: Against, path: Path) -> Peek:
        """Return the values of something else; they are read again when the file they come from has changed."""
        stamp: object = None
        if other.origin is Origin.GIT:
            return self._others.setdefault(other, (None, self._of_revision(other.name, path)))[1]
        paths = []
        if other.origin is not Origin.DEFAULTS:
            known = presets(self._configuration.root)
            paths = [find_preset(other.name, known) if other.origin is Origin.PRESET else Path(other.name)]
            stamp = stamp_of(paths[0])
        if other not in self._others or self._others[other][0] != stamp:
            self._others[other] = (stamp, self._configuration.peek(*paths))
        return self._others[other][1]

    def _of_revision(self, name: str, path: Path) -> Peek:
        """Return the values at a revision of git, with the Kconfig tree of that time."""
        from configurator.compare import Place, open_sides

        configuration = self._configuration
        place = Place(configuration.kconfig, configuration.root, path, configuration.trust)
        with open_sides([f"git:{name}"], place, lambda _: None) as (side,):
            return Peek(side.values, side.minimal)
