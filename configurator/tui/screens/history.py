"""All changes, to go back to any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui import describe
from configurator.tui.actions import Where
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session import Session


class HistoryScreen(PickScreen["int | None"], where=Where.HISTORY):
    """Lists the changes, the oldest first; closes with how many of them shall be done."""

    def __init__(self, session: Session) -> None:
        super().__init__("History")
        self._steps = session.history
        self._done = sum(step.is_done for step in self._steps)

    def rows(self) -> Sequence[Row]:
        """Return a row for the start and for each change."""
        rows = [Row(0, (Span(self._mark(0), Part.CHOSEN), Span("as it was opened")))]
        for number, step in enumerate(self._steps, 1):
            followed = len(step.change.followed)
            tail = f"  {followed} other{'s' if followed > 1 else ''} followed" if followed else ""
            undone = "" if step.is_done else "  (undone)"
            part = Part.PROMPT if step.is_done else Part.HIDDEN
            text = Span(printable(step.change.label), part)
            rows.append(Row(number, (Span(self._mark(number), Part.CHOSEN), text, Span(tail + undone, Part.COMMENT))))
        return rows

    def first_row(self) -> int:
        """Return the present state."""
        return self._done

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what a change did."""
        number = row.key if isinstance(row.key, int) else 0
        return describe.consequences_of(self._steps[number - 1].change) if number else ()

    def chosen(self, row: Row) -> None:
        """Close, to go there."""
        self.dismiss(row.key if isinstance(row.key, int) else None)

    def _mark(self, number: int) -> str:
        return " now > " if number == self._done else "       "
