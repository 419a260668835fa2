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


class RowChosen(Message):
    """The user chose the row under the cursor of a list with the mouse."""

    def __init__(self, lines: LineList) -> None:
        super().__init__()
        self.lines = lines


class LinkFollowed(Message):
    """The user clicked a link to a symbol."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class TabClicked(Message):
    """The user clicked the title of a tab."""

    def __init__(self, tab: int) -> None:
        super().__init__()
        self.tab = tab


class ActionClicked(Message):
    """The user clicked an action in the line of keys."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
