"""The line in which a text is typed."""

from textual.widgets import Input


class Entry(Input):
    """An input.

    A screen must take Enter from `Input.Submitted` and not by a priority binding: that would overtake the characters
    which are still on their way to the input when one types fast.
    """

    def __init__(self, text: str, widget_id: str, placeholder: str = "") -> None:
        super().__init__(text, id=widget_id, placeholder=placeholder, select_on_focus=False)
        self.cursor_blink = False  # an idle screen sends nothing to the terminal
