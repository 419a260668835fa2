"""Lists of a few things to choose from by typing: the commands, the themes, the filters, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui.actions import Where
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class PaletteScreen(PickScreen["str | None"], where=Where.PALETTE):
    """Lists names with a text each; closes with the name chosen.

    Args:
        heading: what is chosen.
        choices: name, what the row begins with, and what it goes on with.
        at: the name to begin at.
        tried: is told the name under the cursor, to show what it would do.
    """

    TYPE_HERE = "type to narrow the list"

    def __init__(
        self,
        heading: str,
        choices: Sequence[tuple[str, str, str]],
        *,
        at: str = "",
        tried: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(heading)
        self._choices = choices
        self._at = at
        self._tried = tried

    def rows(self) -> Sequence[Row]:
        """Return the choices that fit what is typed, those that begin with it first."""
        typed = self.typed.casefold().split()
        fitting = [one for one in self._choices if all(word in f"{one[1]} {one[2]}".casefold() for word in typed)]
        fitting.sort(key=lambda one: bool(typed) and not one[1].casefold().startswith(typed[0]))
        width = max((len(one[1]) for one in self._choices), default=0) + 2
        return [
            Row(name, (Span(printable(f" {title:<{width}}"), Part.NAME), Span(printable(text))))
            for name, title, text in fitting
        ]

    def first_row(self) -> int:
        """Return where to begin."""
        return next((number for number, one in enumerate(self._choices) if one[0] == self._at), 0)

    def cursor_moved(self) -> None:
        """Show what the choice under the cursor would do."""
        super().cursor_moved()
        row = self.list.row
        if self._tried and row:
            self._tried(str(row.key))

    def chosen(self, row: Row) -> None:
        """Close with the name."""
        self.dismiss(str(row.key))
