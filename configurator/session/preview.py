"""What the values of now make: the file that starts the units, their order, and what each unit adds to the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.session.session import Session


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line; `is_new` says that the last change made it, or changed it."""

    text: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class StartedUnit:
    """A unit that starts: `bytes` is what it adds to the image, None where no build has measured it."""

    symbol: str
    folder: str
    after: tuple[str, ...]
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
    """Makes previews, and remembers the last one to tell what is new."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def preview(self) -> Preview:
        """Return what the values of now make; of a tree without units, why there is nothing."""
        from configurator.errors import EggcupError
        from configurator.generate import init_order, render_zz_init

        configuration = self._session.configuration
        try:
            order = init_order(configuration)
            text = render_zz_init(configuration, order, editable=False)
        except EggcupError as problem:
            return Preview(problem=str(problem))
        lines = tuple(PreviewLine(line) for line in text.splitlines())
        units = tuple(
            StartedUnit(one.unit.symbol, one.unit.folder, tuple(before.reason for before in one.after)) for one in order
        )
        return Preview(lines, units)
