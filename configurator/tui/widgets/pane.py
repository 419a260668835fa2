"""Panes of text to read: it is taken literally, wrapped to the pane, and drawn a line at a time."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from configurator.tui.messages import LinkFollowed, TabClicked
from configurator.tui.rows import Part, Row, Span
from configurator.tui.widgets.lines import LineView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_WHEEL = 3
_MARGIN = " "  # a part of the lines: padding by the style sheet would be sent again with each of them


class TextPane(LineView):
    """Paragraphs, each on lines of its own, under a line of tabs if there are any.

    Attributes:
        names_keys: whether the last line names the keys that show the rest of a text that is longer than the pane.
    """

    def __init__(self, widget_id: str, tabs: Sequence[str] = ()) -> None:
        super().__init__(widget_id)
        self._tabs = tabs
        self._tab = 0
        self._paragraphs: Sequence[Span] = ()
        self._lines: list[Row] = []
        self._wrapped_to = -1
        self.names_keys = True

    @property
    def text(self) -> str:
        """Return the whole text, the part outside the window included."""
        return "\n".join(paragraph.text for paragraph in self._paragraphs)

    def show(self, paragraphs: Sequence[Span], tab: int = 0) -> None:
        """Show another text, from its start."""
        if paragraphs == self._paragraphs and tab == self._tab:
            return
        if self._tab != tab:
            self._tab = tab
        self._paragraphs, self._wrapped_to, self.top = paragraphs, -1, 0
        self.repaint()

    def scroll_by(self, lines: int) -> None:
        """Scroll by `lines`."""
        self._wrap()
        before = self.top
        self.top = max(0, min(self.top + lines, len(self._lines) - self._height))
        if self.top != before:
            self.repaint()

    def page_by(self, pages: int) -> None:
        """Scroll by windows."""
        self.scroll_by(pages * max(1, self._height - 1))

    def line(self, index: int) -> Row | None:
        """Return a line: the tabs first, which do not scroll."""
        self._wrap()
        if self._tabs:
            if index == self.top:
                return self._tab_line()
            index -= 1
        last = self.top + self._height - 1
        if self.names_keys and index == last < len(self._lines) - 1:
            more = len(self._lines) - last
            return Row(None, (Span(f"{_MARGIN}{self.glyphs.ellipsis} {more} more lines (J, or the wheel)", Part.NOTE),))
        return self._lines[index] if index < len(self._lines) else None

    def on_click(self, event: events.Click) -> None:
        """Follow a link, or show a tab."""
        if self._tabs and event.y == 0:
            x = event.x - len(_MARGIN)
            for number, title in enumerate(self._tabs):
                x -= len(title) + 2
                if x < 0:
                    self.post_message(TabClicked(number))
                    return
        elif link := self.link_at(event.x, event.y):
            self.post_message(LinkFollowed(link))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_by(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_by(-_WHEEL)

    @property
    def _height(self) -> int:
        return max(0, self.size.height - bool(self._tabs))

    def _tab_line(self) -> Row:
        spans = [Span(_MARGIN)]
        for number, title in enumerate(self._tabs):
            # brackets and not the colour alone say which one is shown
            shown = number == self._tab
            spans.append(Span(f"[{title}]" if shown else f" {title} ", Part.CHOSEN if shown else Part.HIDDEN))
        return Row(None, tuple(spans))

    def _wrap(self) -> None:
        width = self.size.width - 2 * len(_MARGIN)
        if self._wrapped_to != width:
            self._wrapped_to = width
            self._lines = wrap(self._paragraphs, width)


def wrap(paragraphs: Sequence[Span], width: int) -> list[Row]:
    """Return `paragraphs` as lines of at most `width` cells; what is indented stays so."""
    if width < 1:
        return []
    return [
        Row(None, _line(line, paragraph))
        for paragraph in paragraphs
        for line in wrap_text(paragraph.text, width, paragraph.hang)
    ]


def _line(text: str, paragraph: Span) -> tuple[Span, ...]:
    """Return a line of a paragraph; the blank before it is not a part of a link."""
    if paragraph.part is not Part.LINK:
        return (Span(_MARGIN + text, paragraph.part, paragraph.link),)
    bare = text.lstrip()
    return Span(_MARGIN + text[: len(text) - len(bare)]), Span(bare, paragraph.part, paragraph.link)


def wrap_text(text: str, width: int, hang: int = 0) -> list[str]:
    """Return a text as lines of at most `width` cells; `hang` is as that of `Span`."""
    if not text.isascii():
        from textual.content import Content  # it counts cells; textwrap, for most texts, is faster

        return [line.plain for line in Content(text).wrap(width)] or [""]
    if len(text) <= width:
        return [text]
    indent = (" " * hang or text[: len(text) - len(text.lstrip())])[: width // 2]
    return textwrap.wrap(text, width, subsequent_indent=indent, drop_whitespace=True) or [""]
