"""The bars of one line: the title, what was done last, and the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from configurator.tui.messages import ActionClicked
from configurator.tui.rows import Part, Row, Span
from configurator.tui.widgets.lines import LineView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


_GAP = 2  # columns between two keys


_EMPTY = Span("")


class Bar(LineView):
    """A line of text, the left end of which is cut before the right end."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._left: Sequence[Span] = ()
        self._right = Span("")

    @property
    def text(self) -> str:
        """Return what the bar says."""
        return "".join(span.text for span in self._left) + (f"  {self._right.text}" if self._right.text else "")

    def show(self, left: Sequence[Span] | str, right: Span = _EMPTY) -> None:
        """Show another text."""
        spans = (Span(left),) if isinstance(left, str) else tuple(left)
        if (spans, right) != (self._left, self._right):
            self._left, self._right = spans, right
            self.repaint()

    def line(self, index: int) -> Row | None:
        """Return the line."""
        if index:
            return None
        room = self.size.width - cell_len(self._right.text)
        used = sum(cell_len(span.text) for span in self._left)
        if not self._right.text or room < used + 2:
            return Row(None, tuple(self._left))
        return Row(None, (*self._left, Span(" " * (room - used)), self._right))


class KeyBar(LineView):
    """The keys that are wanted most; a click on one does what the key does."""

    def __init__(self, keys: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("keys")
        self._keys = keys

    @property
    def text(self) -> str:
        """Return what the bar says."""
        return "".join(span.text for span in self._row().spans)

    def line(self, index: int) -> Row | None:
        """Return the line."""
        return None if index else self._row()

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        if name := self.link_at(event.x, event.y):
            self.post_message(ActionClicked(name))

    def _row(self) -> Row:
        spans: list[Span] = [Span(" ")]
        room = self.size.width - 1
        for name, key, label in self._keys:
            room -= cell_len(key) + 1 + cell_len(label)
            if room < 0:
                break
            room -= _GAP
            spans += [Span(f"{key} ", Part.KEY, name), Span(label, Part.PROMPT, name), Span(" " * _GAP)]
        return Row(None, tuple(spans[:-1]))
