"""What differs between the values of now and others: those in the file, a preset's, the defaults, a revision's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from configurator.model.menu import TOP

if TYPE_CHECKING:
    from pathlib import Path

    from configurator.model.edits import Effect
    from configurator.session.session import Session


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
        before: its value on the other side; None where that does not know it.
        after: its value now; None where this tree does not know it.
        is_set: whether somebody set it; else it follows from what was set.
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
    """Keeps what differs up to date while the session changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since: dict[str, str] = {}
        self._cached: dict[Against, dict[str, str]] = {}
        self._saved_lines: frozenset[str] | None = _settings_in(session.path)

    @property
    def modified(self) -> bool:
        """Return whether saving would change a line that sets something."""
        return _settings(self._session.text()) != self._saved_lines

    @property
    def changed_count(self) -> int:
        """Return how many symbols have another value."""
        return len(self._since)

    def is_changed(self, name: str) -> bool:
        """Return whether a symbol has another value than when it was loaded or saved last."""
        return name in self._since

    def note(self, effect: Effect) -> None:
        """Take note of a change."""
        for one in effect.moved:
            if self._since.setdefault(one.name, one.before) == one.after:
                del self._since[one.name]

    def saved(self) -> None:
        """Take note that the file holds the values of now."""
        self._since.clear()
        self._saved_lines = _settings(self._session.text())

    def against(self, other: Against) -> list[Difference]:
        """Return what differs, in the order of the Kconfig files."""
        now = self._session.configuration.values()
        before = {**now, **self._since} if other.origin is Origin.SAVED else self._values_of(other)
        return [
            self._difference(name, before.get(name), now.get(name))
            for name in dict.fromkeys([*now, *before])
            if before.get(name) != now.get(name)
        ]

    def _difference(self, name: str, before: str | None, after: str | None) -> Difference:
        session = self._session
        node = session.menu.index(name)
        return Difference(
            name,
            session.menu.prompts[node] if node != TOP else "",
            tuple(session.trail(node)) if node != TOP else (),
            before,
            after,
            is_set=after is not None and session.configuration.is_set_by_user(name),
            node=node,
        )

    def _values_of(self, other: Against) -> dict[str, str]:
        from configurator.compare import Place, open_sides

        configuration = self._session.configuration
        place = Place(configuration.kconfig, configuration.root, self._session.path)
        name = {Origin.DEFAULTS: "defaults", Origin.GIT: f"git:{other.name}"}.get(other.origin, other.name)
        with open_sides([name], place, lambda _: None) as (side,):
            return side.values


def _settings_in(path: Path) -> frozenset[str] | None:
    """Return the lines of a file that set something, None when there is no such file."""
    try:
        return _settings(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None


def _settings(text: str) -> frozenset[str]:
    """Return the lines of a .config that set something: its comments and its order mean nothing."""
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if not line.startswith("#") or line.endswith(" is not set")) - {""}
