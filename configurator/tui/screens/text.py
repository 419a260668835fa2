"""A screen of text to read: the help and the full description of a symbol."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from configurator.tui.rows import Span
from configurator.tui.widgets.pane import TextPane


class TextScreen(ModalScreen[None]):
    """Shows a title and paragraphs, taken literally, until a key closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i,question_mark", "dismiss", "Close", key_display="Esc"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space,ctrl+d", "page(1)", "Page down", key_display="PgDn"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", key_display="PgUp"),
        Binding("home,g", "end(0)", "Start", show=False),
        Binding("end,G", "end(1)", "End", show=False),
    ]

    def __init__(self, title: str, paragraphs: Sequence[Span]) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """Lay out the title, the text and the footer."""
        yield Static(self._title, id="text-title", classes="title", markup=False)
        yield TextPane("text", self._paragraphs)
        yield Footer(compact=True)

    def action_scroll(self, lines: int) -> None:
        """Scroll by `lines`."""
        self.query_one(TextPane).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by `pages` windows."""
        scroll = self.query_one(TextPane)
        scroll.scroll_relative(y=pages * (scroll.size.height - 1), animate=False)

    def action_end(self, end: int) -> None:
        """Scroll to the start (0) or the end (1)."""
        scroll = self.query_one(TextPane)
        scroll.scroll_to(y=end * scroll.max_scroll_y, animate=False)
