"""Lines of text that are painted anew where they differ, and a list of rows on top of them.

Textual's OptionList and Tree keep one renderable a row and repaint the whole widget for an arrow key. Here only the
rows in the window are made, and only the lines that change are painted, so a list may have any number of rows. Which
cells of them are sent is the painter's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from configurator.tui.messages import CursorMoved, RowChosen
from configurator.tui.rows import Part, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style
    from textual import events

    from configurator.tui.glyphs import Glyphs
    from configurator.tui.looks import Looks

_WHEEL = 3  # lines that a turn of the mouse wheel moves


class LineView(Widget):
    """A window of lines; a subclass makes them in `line`."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._strips: dict[int, Strip] = {}
        self._drawn_to = Size(0, 0)
        self._ground: Style | None = None
        self.top = 0

    @property
    def looks(self) -> Looks:
        """Return how the parts look."""
        return self.app.looks  # type: ignore[attr-defined, no-any-return]  # MenuconfigApp; importing it is a circle

    @property
    def ground(self) -> Style:
        """Return the style of the widget itself, on which the parts are drawn; making it up costs more than a line."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    @property
    def glyphs(self) -> Glyphs:
        """Return what the terminal can show."""
        return self.app.glyphs  # type: ignore[attr-defined, no-any-return]  # as above

    def line(self, index: int) -> Row | None:
        """Return a line of the text, counted from its start and not from the window's; None below the last one."""
        raise NotImplementedError

    def draw(self, y: int) -> Strip:
        """Draw the window's line `y`."""
        return self.draw_row(self.line(self.top + y), at_cursor=False)

    def draw_row(self, row: Row | None, *, at_cursor: bool, width: int | None = None) -> Strip:
        """Draw a row to exactly the width of the window; a longer one ends in an ellipsis so that the cut is seen."""
        base, looks = self.ground, self.looks
        width = self.size.width if width is None else width
        if row is None:
            return Strip.blank(width, base)
        segments = [Segment(span.text, looks.style(base, span.part, at_cursor=at_cursor)) for span in row.spans]
        return fit(segments, width, looks.cursor(base) if at_cursor else base, self.glyphs.ellipsis)

    def repaint(self, lines: Iterable[int] | None = None) -> None:
        """Draw lines of the window anew, all by default, and have those painted that differ."""
        width, height = self._fit_window()
        regions = []
        for y in range(height) if lines is None else lines:
            if not 0 <= y < height:
                continue
            strip = self.draw(y)
            if strip != self._strips.get(y):
                self._strips[y] = strip
                regions.append(Region(0, y, width, 1))
        if regions:
            self.refresh(*regions)

    def forget(self) -> None:
        """Draw everything anew: the colours are others."""
        self._strips.clear()
        self._ground = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the window's line `y`."""
        self._fit_window()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self.draw(y)
        return strip

    def notify_style_update(self) -> None:
        """Take over what the style sheet says now."""
        super().notify_style_update()
        self._strips.clear()
        self._ground = None

    def _fit_window(self) -> Size:
        """Forget what was drawn to another size; return the size of now."""
        size = self.size
        if size != self._drawn_to:
            self._drawn_to = size
            self._strips.clear()
        return size

    def link_at(self, x: int, y: int) -> str:
        """Return the link of the cell at a place of the window, "" where there is none."""
        row = self.line(self.top + y)
        for span in row.spans if row else ():
            x -= cell_len(span.text)
            if x < 0:
                return span.link
        return ""


class LineList(LineView):
    """Rows with a cursor; says by message that the cursor moved and that its row was chosen."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._rows: Sequence[Row] = ()
        self._cursor = 0

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows shown, those outside the window included."""
        return self._rows

    @property
    def cursor(self) -> int:
        """Return the index of the row that the cursor is on."""
        return self._cursor

    @property
    def row(self) -> Row | None:
        """Return the row under the cursor, None in an empty list."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, rows: Sequence[Row], cursor: int) -> None:
        """Show `rows` with the cursor on index `cursor`."""
        self._rows = rows
        self._cursor = max(0, min(cursor, len(rows) - 1))
        self._scroll_to_cursor()
        self.repaint()

    def move_to(self, index: int) -> None:
        """Move the cursor to a row, the nearest there is."""
        before, now = self._cursor, max(0, min(index, len(self._rows) - 1))
        if now == before:
            return
        self._cursor = now
        if self._scroll_to_cursor():
            self.repaint()
        else:
            self.repaint((before - self.top, now - self.top))
        self.post_message(CursorMoved(self))

    def move_by(self, rows: int) -> None:
        """Move the cursor by `rows`."""
        self.move_to(self._cursor + rows)

    def page_by(self, pages: float) -> None:
        """Move the cursor by windows."""
        step = max(1, round(abs(pages) * (self.size.height - 1)))
        self.move_by(step if pages > 0 else -step)

    def line(self, index: int) -> Row | None:
        """Return the row at `index`."""
        return self._rows[index] if index < len(self._rows) else None

    def draw(self, y: int) -> Strip:
        """Draw a row, and the scroll bar beside it if there are more rows than lines."""
        height, count = self.size.height, len(self._rows)
        index = self.top + y
        at_cursor = index == self._cursor and bool(self._rows)
        if count <= height:
            return self.draw_row(self.line(index), at_cursor=at_cursor)
        strip = self.draw_row(self.line(index), at_cursor=at_cursor, width=max(self.size.width - 1, 0))
        length = max(1, height * height // count)
        start = (height - length) * self.top // max(1, count - height)
        inside = start <= y < start + length
        glyph = self.glyphs.thumb if inside else self.glyphs.track
        return Strip([*strip, Segment(glyph, self.looks.style(self.ground, Part.HIDDEN))])

    def on_resize(self) -> None:
        """Keep the cursor in the window when the window changes."""
        if self._scroll_to_cursor():
            self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a click on the cursor's row chooses it."""
        index = event.y + self.top
        if not 0 <= index < len(self._rows):
            return
        if index == self._cursor:
            self.post_message(RowChosen(self))
        else:
            self.move_to(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.move_by(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.move_by(-_WHEEL)

    def _scroll_to_cursor(self) -> bool:
        """Bring the cursor into the window, by half a window where it steps out of it; return whether it scrolled.

        Scrolling repaints the whole window, so it is done for half a window at once and not at every key.
        """
        height, count = self.size.height, len(self._rows)
        if not height:
            return False
        top = self.top
        if not top <= self._cursor < top + height:
            step_out = min(abs(self._cursor - top), abs(self._cursor - top - height + 1)) <= 1
            half = height // 2 if step_out else height // 3
            top = self._cursor - half if self._cursor >= top + height else self._cursor - height + 1 + half
        top = max(0, min(top, count - height))
        changed, self.top = top != self.top, top
        return changed


def fit(segments: Iterable[Segment], width: int, style: Style, ellipsis: str) -> Strip:
    """Return one line of exactly `width` cells."""
    strip = Strip(segments)
    if strip.cell_length <= width:
        return strip.extend_cell_length(width, style).simplify()
    return Strip.join([strip.crop(0, width - 1), Strip([Segment(ellipsis, style)])]).adjust_cell_length(width, style)
