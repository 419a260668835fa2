"""A configuration being edited, without any interface: what the editors share.

session = Session(Configuration.load(kconfig, path), path)
outcome = session.set("E1000", "n")       # what moved with it, and why
session.undo()
session.rows()                            # the entries of the main menu, read as they are drawn
session.search("serial")
session.save()
"""

from __future__ import annotations

from configurator.model.menu import TOP
from configurator.session.against import DEFAULTS, SAVED, Against, Difference, Origin
from configurator.session.changes import Answer, Change, Moved, Outcome, Saved, Step
from configurator.session.entries import Entry, Mode, Rows, View
from configurator.session.search import Filter, FilterKind, Match, Rank
from configurator.session.session import Session

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
