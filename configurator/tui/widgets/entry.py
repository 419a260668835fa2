"""The line in which a text is typed."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class Entry(Input):
    """An input whose Enter stands in the footer, under the name of what it does.

    A screen must take Enter from `Input.Submitted` and not by a priority binding: that would overtake the characters
    which are still on their way to the input when one types fast.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "OK", key_display="Enter")]

    def __init__(self, text: str, widget_id: str) -> None:
        super().__init__(text, id=widget_id, select_on_focus=False)
        self.cursor_blink = False  # an idle screen sends nothing to the terminal
