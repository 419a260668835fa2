"""A configuration being edited, without any interface: what the editors share.

session = Session(Configuration.load(kconfig, path), path)
outcome = session.set("E1000", "n")       # what moved with it, and why
session.undo()
session.rows()                            # the entries of the main menu, read as they are drawn
session.search("serial")
session.save()
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from configurator.model.menu import TOP
from configurator.session.changes import Answer, Change, Moved, Outcome, Saved, Step
from configurator.session.entries import Entry, Mode, Rows, View
from configurator.session.session import Session

if TYPE_CHECKING:
    from configurator.session.against import DEFAULTS, SAVED, Against, Difference, Origin
    from configurator.session.search import Filter, FilterKind, Match, Matches, Rank

__all__ = [
    "DEFAULTS",
    "SAVED",
    "TOP",
    "Against",
    "Answer",
    "Change",
    "Difference",
    "Entry",
    "Filter",
    "FilterKind",
    "Match",
    "Matches",
    "Mode",
    "Moved",
    "Origin",
    "Outcome",
    "Rank",
    "Rows",
    "Saved",
    "Session",
    "Step",
    "View",
]

# The editor's first screen needs none of these: a module is imported when something of it is asked for.
_MODULES = {
    **dict.fromkeys(("DEFAULTS", "SAVED", "Against", "Difference", "Origin"), "configurator.session.against"),
    **dict.fromkeys(("Filter", "FilterKind", "Match", "Matches", "Rank"), "configurator.session.search"),
}


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
