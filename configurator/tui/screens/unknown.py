"""The lines of the file that name symbols which the tree does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui.actions import Where
from configurator.tui.rows import Row, Span, printable
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.tui.browsing import Browsing

_EXPLANATION = (
    "The Kconfig tree has no symbol of this name. The line is kept when the file is saved, in a block at its end, so"
    " that nothing is lost when a file is opened with an older or a different tree. Enter drops it; u brings it back."
)


class UnknownScreen(PickScreen[None], where=Where.UNKNOWN):
    """Lists the lines, to drop what is not wanted."""

    def __init__(self, browsing: Browsing) -> None:
        super().__init__("Symbols that the tree does not know")
        self._browsing = browsing

    def rows(self) -> Sequence[Row]:
        """Return a row for each line."""
        return [Row(one.name, (Span(printable(f" {one.line}")),)) for one in self._browsing.session.unknown]

    def nothing(self) -> str:
        """Say that there are none."""
        return "the tree knows every symbol of the file"

    def about(self, row: Row) -> Sequence[Span]:  # noqa: ARG002 - the same for all
        """Say what becomes of such a line."""
        return (Span(_EXPLANATION),)

    def chosen(self, row: Row) -> None:
        """Drop the line."""
        self._drop([str(row.key)])

    def action_drop_all(self) -> None:
        """Drop all lines."""
        self._drop([one.name for one in self._browsing.session.unknown])

    def _drop(self, names: list[str]) -> None:
        self._browsing.take(self._browsing.session.drop_unknown(names))
        self.editor.keep_soon()
        self.show()
