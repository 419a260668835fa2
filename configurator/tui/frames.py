"""Updates of Textual's as what the painter sends.

The one place that knows what Textual's compositor makes, which is not documented: of another kind of update, as a later
release may have it, Textual sends what it wants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from rich.segment import ControlType, Segment
from textual._compositor import ChopsUpdate, LayoutUpdate

from configurator.tui.painter import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderResult
    from textual.geometry import Offset

    from configurator.tui.painter import Painter

UPDATES = (ChopsUpdate, LayoutUpdate)
"""What Textual displays of a screen: some of it, and all of it."""


class Frame:
    """An update of Textual's, which a painter sends."""

    def __init__(self, painter: Painter, update: ChopsUpdate | LayoutUpdate, cursor: Offset | None) -> None:
        self._painter = painter
        self._update = update
        self._cursor = cursor

    def __rich_console__(self, console: Console, _: ConsoleOptions) -> RenderResult:
        """Yield what is sent to the terminal; the cursor is put where a text is typed, if one is."""
        colours = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        if isinstance(self._update, LayoutUpdate):
            region = self._update.region
            sent = self._painter.paint_all(_all_pieces(self._update), region.right, region.bottom, colours)
        else:
            sent = self._painter.paint(_changed_pieces(self._update), colours)
        if self._cursor is not None:
            sent += f"\x1b[{self._cursor.y + 1};{self._cursor.x + 1}H"
        yield Segment(sent, None, [(ControlType.CURSOR_MOVE_TO, 0, 0)])  # a control: it is sent as it is


def erases_to_background() -> bool:
    """Return whether the terminal erases to the colour of the background, by its entry in terminfo."""
    try:
        import curses
    except ImportError:  # Windows
        return False
    try:
        curses.setupterm(fd=1)
    except curses.error:  # no such entry
        return False
    return curses.tigetflag("bce") > 0


def _all_pieces(update: LayoutUpdate) -> Iterator[Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield Piece(x, y, strip)
            x += strip.cell_length


def _changed_pieces(update: ChopsUpdate) -> Iterator[Piece]:
    for y in dict.fromkeys([y for y, _, _ in update.spans]):
        for x, strip in update.chops[y].items():
            if strip is not None:
                yield Piece(x, y, strip)
