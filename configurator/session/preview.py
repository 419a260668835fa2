"""What the values of now make: the file that starts the units, their order, and what each unit adds to the image."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from configurator.session.session import Session

_STAMP = "// eggcup:config "


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line; `is_new` says that the last change made it, or changed it."""

    text: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class StartedUnit:
    """A unit that starts.

    Attributes:
        symbol: its symbol.
        folder: its folder in the tree.
        after: why it does not start earlier.
        predecessors: the units that start before it, for these reasons.
        bytes: the code of its package in the last image that was built with it; None where there was none.
        is_new: whether the last change brought it.
    """

    symbol: str
    folder: str
    after: tuple[str, ...]
    predecessors: tuple[str, ...] = ()
    bytes: int | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Preview:
    """What the values make.

    Attributes:
        zz_init: the file that starts the units.
        units: the units in the order in which they start.
        removed: the symbols of units that the last change took away.
        problem: why there is nothing to show, "" otherwise.
    """

    zz_init: tuple[PreviewLine, ...] = ()
    units: tuple[StartedUnit, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""


class Previewer:
    """Makes previews, in which what the last change brought is marked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now: tuple[int, Preview] | None = None

    def preview(self) -> Preview:
        """Return what the values of now make; of a tree without units, why there is nothing."""
        number = self._session.change_number
        if self._now is None or self._now[0] != number:
            before = self._made_before()
            self._now = number, _made(self._session, before)
        return self._now[1]

    def _made_before(self) -> Preview | None:
        """Return what the values of before the last change made, None if nothing was changed."""
        if self._now is not None and self._now[0] == self._session.last_change_number:
            return self._now[1]
        with self._session.as_before() as was_changed:
            return _made(self._session, None) if was_changed else None


def _made(session: Session, before: Preview | None) -> Preview:
    from configurator.errors import EggcupError
    from configurator.generate import init_order, render_zz_init

    configuration = session.configuration
    try:
        order = init_order(configuration)
        text = render_zz_init(configuration, order, editable=False)
    except EggcupError as problem:
        return Preview(problem=str(problem))
    sizes = _sizes(session)
    units = [
        StartedUnit(
            one.unit.symbol,
            one.unit.folder,
            tuple(place.reason for place in one.after),
            tuple(place.symbol for place in one.after),
            sizes.get(one.unit.folder),
        )
        for one in order
    ]
    lines = text.splitlines()
    if before is None or before.problem:
        return Preview(tuple(map(PreviewLine, lines)), tuple(units))
    known = {unit.symbol for unit in before.units}
    present = {unit.symbol for unit in units}
    return Preview(
        _marked([line.text for line in before.zz_init], lines),
        tuple(replace(unit, is_new=unit.symbol not in known) for unit in units),
        tuple(unit.symbol for unit in before.units if unit.symbol not in present),
    )


def _marked(before: Sequence[str], now: Sequence[str]) -> tuple[PreviewLine, ...]:
    """Return lines with those marked that were not there; the stamp changes with every symbol and tells nothing."""
    new: set[int] = set()
    for operation, _, _, start, end in difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if operation != "equal":
            new.update(range(start, end))
    return tuple(PreviewLine(line, place in new and not line.startswith(_STAMP)) for place, line in enumerate(now))


def _sizes(session: Session) -> Mapping[str, int]:
    from configurator.build import sizes

    return sizes.measured(session.configuration.root)
