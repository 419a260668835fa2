"""Panes of text to read: it is taken literally, wrapped to the pane, and drawn a line at a time."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from configurator.tui.rows import Part, Span
from configurator.tui.widgets.lines import fit


class TextPane(ScrollView, can_focus=False, inherit_bindings=False):
    """Paragraphs, each on lines of its own; a change repaints only the lines that differ."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{part}" for part in Part}

    def __init__(self, widget_id: str, paragraphs: Sequence[Span] = ()) -> None:
        super().__init__(id=widget_id)
        self._paragraphs = paragraphs
        self._lines: list[Span] = []

    @property
    def text(self) -> str:
        """Return the whole text, the part outside the window included."""
        return "\n".join(paragraph.text for paragraph in self._paragraphs)

    def show(self, paragraphs: Sequence[Span]) -> None:
        """Show another text."""
        self._paragraphs = paragraphs
        self._fill()

    def on_resize(self) -> None:
        """Wrap anew to the new width."""
        self._fill()

    def render_line(self, y: int) -> Strip:
        """Draw the window's line `y`."""
        base, width = self.rich_style, self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[index]
        style = base + self.get_component_rich_style(f"line--{line.part}", partial=True)
        return fit([Segment(line.text, style)], width, base)

    def _fill(self) -> None:
        before, self._lines = self._lines, self._fitted(wrap(self._paragraphs, self.scrollable_content_region.width))
        top = self.scroll_offset.y
        for index in range(top, top + self.size.height):
            if before[index : index + 1] != self._lines[index : index + 1]:
                self.refresh_line(index)

    def _fitted(self, lines: list[Span]) -> list[Span]:
        """Return the lines to draw: all, and the pane scrolls over them."""
        self.virtual_size = Size(0, len(lines))
        return lines


class InfoPane(TextPane):
    """A pane that does not scroll: its last line names the key that shows the rest."""

    def _fitted(self, lines: list[Span]) -> list[Span]:
        """Return the lines to draw; the size stays, since another one would lay out the whole screen anew."""
        height = self.size.height
        return lines if len(lines) <= height else [*lines[: height - 1], Span("(i shows the rest)", Part.NOTE)]


def wrap(paragraphs: Sequence[Span], width: int) -> list[Span]:
    """Return `paragraphs` as lines of at most `width` cells."""
    if width < 1:
        return []
    return [Span(line.plain, p.part) for p in paragraphs for line in Content(p.text).wrap(width)]
