"""The line in which a text is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.widgets import Input

if TYPE_CHECKING:
    from textual import events

_KEYS = {binding.key: binding.action for binding in Binding.make_bindings(Input.BINDINGS)}


class Entry(Input):
    """An input that takes keys in the order in which they were typed.

    Textual hands a key with a binding to the application first, so that the characters typed just after it would
    overtake it. For the same reason a screen must take Enter from `Input.Submitted` and not by a binding.
    """

    def __init__(self, text: str, widget_id: str, placeholder: str = "") -> None:
        super().__init__(text, id=widget_id, placeholder=placeholder, select_on_focus=False)
        self.cursor_blink = False  # an idle screen sends nothing to the terminal

    async def _on_key(self, event: events.Key) -> None:
        """Do at once what the key means to an input; other keys take their way."""
        action = _KEYS.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)
