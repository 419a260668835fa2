"""Why a symbol has its value, down the chain; each line leads to a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui import describe
from configurator.tui.actions import Where
from configurator.tui.pages import why_rows
from configurator.tui.rows import Span
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session import Session
    from configurator.tui.rows import Row


class WhyScreen(PickScreen["int | None"], where=Where.WHY):
    """Lists the reasons; closes with the node to jump to."""

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(f"Why {name} is as it is")
        self._session = session
        self._asked_for = name

    def rows(self) -> Sequence[Row]:
        """Return a row for each reason."""
        return why_rows(self._session.why(self._asked_for))

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what the symbol of a line is."""
        session = self._session
        node = session.menu.index(str(row.key))
        if node < 0:
            return ()
        text = row.text.strip()
        whole = (Span(text), Span("")) if len(text) >= self.list.size.width - 1 else ()
        about = describe.help_of(session.entry(node), session.symbol(str(row.key)), session.menu.help(node))
        return [*whole, *about]

    def chosen(self, row: Row) -> None:
        """Close, to jump to the symbol."""
        self.dismiss(self._session.menu.index(str(row.key)))

    def action_plans(self) -> None:
        """Show what makes the symbol under the cursor settable."""
        row = self.list.row
        if row:
            self.editor.open_plans(str(row.key), self.show)
