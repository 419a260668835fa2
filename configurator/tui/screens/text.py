"""A screen of text to read: the help, the full description of a symbol, the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from configurator.tui.actions import Where
from configurator.tui.messages import LinkFollowed
from configurator.tui.rows import Part, Span, printable
from configurator.tui.screens.base import TableScreen
from configurator.tui.widgets.bars import Bar
from configurator.tui.widgets.pane import TextPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

KEYS = "Keys"
_ALL = 10**9


class TextScreen(TableScreen[None], where=Where.TEXT):
    """Shows a title and paragraphs, taken literally, until a key closes it."""

    def __init__(self, title: str, paragraphs: Sequence[Span]) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """Lay out the title, the text and the keys."""
        yield Bar("title")
        yield TextPane("text")
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show the text."""
        self.query_one("#title", Bar).show([Span(f" {printable(self._title)}", Part.HEADING)])
        self.pane = self.query_one(TextPane)
        self.pane.names_keys = False
        self.pane.show(self._paragraphs)

    def action_cancel(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show the keys; where they are shown, close them."""
        if self._title == KEYS:
            self.dismiss(None)
        else:
            self.editor.open_help()

    def action_down(self) -> None:
        """Scroll down."""
        self.pane.scroll_by(1)

    def action_up(self) -> None:
        """Scroll up."""
        self.pane.scroll_by(-1)

    def action_page_down(self) -> None:
        """Scroll a page down."""
        self.pane.page_by(1)

    def action_page_up(self) -> None:
        """Scroll a page up."""
        self.pane.page_by(-1)

    def action_first(self) -> None:
        """Scroll to the start."""
        self.pane.scroll_by(-_ALL)

    def action_last(self) -> None:
        """Scroll to the end."""
        self.pane.scroll_by(_ALL)

    @on(LinkFollowed)
    def _follow(self, event: LinkFollowed) -> None:
        self.editor.jump_to(event.name)
