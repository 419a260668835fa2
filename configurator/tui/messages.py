"""What the widgets say to the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from configurator.tui.widgets.lines import LineList


class CursorMoved(Message):
    """The cursor of a list has moved; it may have moved on by the time the message is handled."""

    def __init__(self, lines: LineList) -> None:
        super().__init__()
        self.lines = lines

    @property
    def control(self) -> LineList:
        """Return the list, for `@on(CursorMoved, "#selector")`."""
        return self.lines


class RowChosen(Message):
    """The user chose the row under the cursor of a list with the mouse."""

    def __init__(self, lines: LineList) -> None:
        super().__init__()
        self.lines = lines

    @property
    def control(self) -> LineList:
        """Return the list, for `@on(RowChosen, "#selector")`."""
        return self.lines
