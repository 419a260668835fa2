"""What a list and a search can be narrowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.session import TOP, Filter, FilterKind

if TYPE_CHECKING:
    from configurator.session import Session
    from configurator.tui.browsing import Browsing


def filters_of(session: Session, browsing: Browsing) -> dict[str, Filter]:
    """Return the filters by what they keep: states of symbols, the menu that is open, the folders of units."""
    found = [Filter(kind) for kind in (FilterKind.CHANGED, FilterKind.NOT_DEFAULT, FilterKind.NEW, FilterKind.SET)]
    if browsing.menu != TOP:
        found.append(Filter(FilterKind.MENU, menu=browsing.menu))
    found += [Filter(FilterKind.UNIT, unit=folder) for folder in dict.fromkeys(_unit_folders(session))]
    return {str(one): one for one in found}


def _unit_folders(session: Session) -> list[str]:
    try:
        return [unit.folder for unit in session.configuration.units()]
    except EggcupError:  # a tree of other people need not follow the rules for units
        return []
