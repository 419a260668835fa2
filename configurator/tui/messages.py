"""What the widgets say to the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from configurator.tui.widgets.lines import LineList


class CursorMoved(Message):
    """The user moved the cursor of a list to another row."""

    def __init__(self, lines: LineList, index: int) -> None:
        super().__init__()
        self.lines = lines
        self.index = index

    @property
    def control(self) -> LineList:
        """Return the list, for `@on(CursorMoved, "#selector")`."""
        return self.lines


class RowChosen(Message):
    """The user chose a row of a list with the mouse."""

    def __init__(self, lines: LineList, index: int) -> None:
        super().__init__()
        self.lines = lines
        self.index = index

    @property
    def control(self) -> LineList:
        """Return the list, for `@on(RowChosen, "#selector")`."""
        return self.lines
