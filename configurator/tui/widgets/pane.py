"""The pane that describes the row under the cursor."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.scroll_view import ScrollView
from textual.strip import Strip

from configurator.tui.rows import Part, Span
from configurator.tui.widgets.lines import fit


class InfoPane(ScrollView, can_focus=False):
    """Paragraphs wrapped to the pane; a change repaints only the lines that differ."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{part}" for part in Part}

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._paragraphs: Sequence[Span] = ()
        self._lines: list[Span] = []

    @property
    def text(self) -> str:
        """Return what the pane says, the part below its edge included."""
        return "\n".join(paragraph.text for paragraph in self._paragraphs)

    def show(self, paragraphs: Sequence[Span]) -> None:
        """Show `paragraphs`, each on lines of its own."""
        self._paragraphs = paragraphs
        self._fill()

    def on_resize(self) -> None:
        """Wrap anew to the new width."""
        self._fill()

    def render_line(self, y: int) -> Strip:
        """Draw line `y`; the last line says when there is more text than the pane has room for."""
        base, width = self.rich_style, self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[y]
        style = base + self.get_component_rich_style(f"line--{line.part}", partial=True)
        return fit([Segment(line.text, style)], width, base)

    def _fill(self) -> None:
        before, self._lines = self._lines, wrap(self._paragraphs, self.size.width, self.size.height)
        for y in range(self.size.height):
            if before[y : y + 1] != self._lines[y : y + 1]:
                self.refresh_line(y)


def wrap(paragraphs: Sequence[Span], width: int, height: int) -> list[Span]:
    """Return `paragraphs` as at most `height` lines of `width` cells; the last one names the key for the rest."""
    lines: list[Span] = []
    if width < 1:
        return lines
    for paragraph in paragraphs:
        lines += [Span(line.plain, paragraph.part) for line in Content(paragraph.text).wrap(width)]
        if len(lines) > height:
            return [*lines[: height - 1], Span("(i for the rest)", Part.NOTE)]
    return lines
