"""The keys that move the cursor of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.tui.widgets.lines import LineList
    from configurator.tui.widgets.pane import TextPane


class MovesList:
    """A screen with a list, the cursor of which the keys move, and a pane beside it that they scroll."""

    list: LineList
    pane: TextPane

    def cursor_moved(self) -> None:
        """Show what belongs to the row under the cursor."""

    def action_up(self) -> None:
        """Move one line up."""
        self._move(-1)

    def action_down(self) -> None:
        """Move one line down."""
        self._move(1)

    def action_page_up(self) -> None:
        """Move one page up."""
        self._page(-1.0)

    def action_page_down(self) -> None:
        """Move one page down."""
        self._page(1.0)

    def action_half_up(self) -> None:
        """Move half a page up."""
        self._page(-0.5)

    def action_half_down(self) -> None:
        """Move half a page down."""
        self._page(0.5)

    def action_first(self) -> None:
        """Move to the first line."""
        self.list.move_to(0)
        self.cursor_moved()

    def action_last(self) -> None:
        """Move to the last line."""
        self.list.move_to(len(self.list.rows) - 1)
        self.cursor_moved()

    def action_pane_down(self) -> None:
        """Scroll the pane down."""
        self.pane.scroll_by(1)

    def action_pane_up(self) -> None:
        """Scroll the pane up."""
        self.pane.scroll_by(-1)

    def _move(self, rows: int) -> None:
        self.list.move_by(rows)
        self.cursor_moved()

    def _page(self, pages: float) -> None:
        self.list.page_by(pages)
        self.cursor_moved()
