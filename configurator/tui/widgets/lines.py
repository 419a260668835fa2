"""A list of one-line rows that draws only the rows on the screen.

Textual's OptionList and Tree keep one renderable a row and repaint the whole widget for an arrow key; a Line-API view
repaints two lines and does nothing for the rows outside the window, so a menu may have any number of rows.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from configurator.tui.messages import CursorMoved, RowChosen
from configurator.tui.rows import Part, Row

ELLIPSIS = "…"


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor; says by message that the cursor moved and that its row was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--cursor", *(f"line--{part}" for part in Part)}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Line up", show=False),
        Binding("down,j", "move(1)", "Line down", show=False),
        Binding("pageup", "page(-1.0)", "Page up", show=False),
        Binding("pagedown", "page(1.0)", "Page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False),
        Binding("home,g", "first", "First line", show=False),
        Binding("end,G", "last", "Last line", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._rows: Sequence[Row] = ()

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows shown, those outside the window included."""
        return self._rows

    def show(self, rows: Sequence[Row], cursor: int) -> None:
        """Show `rows` with the cursor on index `cursor`; repaint only the lines of the window that differ."""
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.virtual_size = Size(0, len(rows))
        top = self.scroll_offset.y
        for index in range(top, top + self.size.height):
            if row_at(before, index) != row_at(rows, index):
                self.refresh_line(index)
        with self.prevent(CursorMoved):
            self.cursor = max(0, min(cursor, len(rows) - 1))
        self._keep_cursor_in_view()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        """Repaint the two lines that a cursor movement touches."""
        self.refresh_line(before)
        self.refresh_line(now)
        self._keep_cursor_in_view()
        self.post_message(CursorMoved(self))

    def action_move(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        self.cursor += rows

    def action_page(self, pages: float) -> None:
        """Move the cursor by `pages` windows."""
        step = max(1, round(abs(pages) * (self.size.height - 1)))
        self.cursor += step if pages > 0 else -step

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.cursor = len(self._rows) - 1

    def on_resize(self) -> None:
        """Keep the cursor in the window when the window changes."""
        self._keep_cursor_in_view()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a click on the cursor's row chooses it."""
        index = event.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        if index == self.cursor:
            self.post_message(RowChosen(self))
        else:
            self.cursor = index

    def render_line(self, y: int) -> Strip:
        """Draw the window's line `y`."""
        width = self.scrollable_content_region.width  # `size` counts the scroll bar in
        index = y + self.scroll_offset.y
        base = self.rich_style
        row = row_at(self._rows, index)
        if row is None:
            return Strip.blank(width, base)
        if index == self.cursor:
            base += self.get_component_rich_style("line--cursor", partial=True)
        return fit(self._segments(row, base), width, base)

    def _segments(self, row: Row, base: Style) -> Iterable[Segment]:
        for span in row.spans:
            yield Segment(span.text, base + self.get_component_rich_style(f"line--{span.part}", partial=True))

    def _keep_cursor_in_view(self) -> None:
        height = self.size.height
        if not height:
            return
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)


def row_at(rows: Sequence[Row], index: int) -> Row | None:
    """Return the row at `index`, None below the last one."""
    return rows[index] if index < len(rows) else None


def fit(segments: Iterable[Segment], width: int, style: Style) -> Strip:
    """Return one line of exactly `width` cells; a longer one ends in an ellipsis so that the cut is seen."""
    strip = Strip(segments)
    if strip.cell_length <= width:
        return strip.extend_cell_length(width, style)
    return Strip.join([strip.crop(0, width - 1), Strip([Segment(ELLIPSIS, style)])]).adjust_cell_length(width, style)
