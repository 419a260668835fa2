"""The pages of the pane beside the menu."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from configurator.tui import describe
from configurator.tui.rows import Part, Row, Span, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session.preview import Preview, Previewer
    from configurator.session.why import Why, WhyLine
    from configurator.tui.browsing import Browsing


class Page(Enum):
    """A page of the pane; the value is its title."""

    HELP = "Help"
    WHY = "Why"
    CONSEQUENCES = "Consequences"
    PREVIEW = "Preview"


PAGES = tuple(Page)


class Pages:
    """Which page is shown, and its text.

    After a change that moved other symbols the consequences are shown, until the cursor moves.

    Attributes:
        page: the page that the user chose.
    """

    def __init__(self, browsing: Browsing) -> None:
        self._browsing = browsing
        self._for_a_moment: Page | None = None
        self._previewer: Previewer | None = None
        self._preview: list[Span] | None = None
        self.page = Page.HELP

    @property
    def shown(self) -> Page:
        """Return the page that is shown."""
        return self._for_a_moment or self.page

    def turn(self, by: int) -> None:
        """Show another page, that many further on."""
        self.page = PAGES[(PAGES.index(self.shown) + by) % len(PAGES)]
        self._for_a_moment = None

    def cursor_moved(self) -> None:
        """Go back to the page that the user chose."""
        self._for_a_moment = None

    def changed(self) -> None:
        """Take note that values have changed."""
        change = self._browsing.change
        self._for_a_moment = Page.CONSEQUENCES if change and change.followed else None
        if self._previewer is None or self.shown is not Page.PREVIEW:
            self._preview = None

    def text(self) -> Sequence[Span]:
        """Return the text of the page that is shown."""
        page = self.shown
        if page is Page.CONSEQUENCES:
            return describe.consequences_of(self._browsing.change)
        if page is Page.PREVIEW:
            return self.preview()
        entry, symbol = self._browsing.entry, self._browsing.symbol
        if entry is None:
            return [Span("Nothing here.", Part.COMMENT)]
        session = self._browsing.session
        if page is Page.WHY and symbol:
            return why_text(session.why(symbol.name))
        return describe.help_of(entry, symbol, session.menu.help(entry.node))

    def preview(self) -> list[Span]:
        """Return what the configuration makes."""
        if self._previewer is None:
            from configurator.session.preview import Previewer  # it brings the generator and its template engine

            self._previewer = Previewer(self._browsing.session)
        self._preview = preview_text(self._previewer.preview())
        return self._preview


def why_rows(why: Why) -> list[Row]:
    """Return an explanation as rows; the key of each is the symbol that it is about."""
    return [
        Row(line.link, (Span(f" {span.text}", span.part, span.link),))
        for line, span in zip(why.lines, map(_why_span, why.lines), strict=True)
    ]


def why_text(why: Why) -> list[Span]:
    """Return an explanation; each line leads to the symbol that it is about."""
    spans = [Span(printable(f"{why.name} is {why.value or 'without a value'}"), Part.HEADING), Span("")]
    spans += map(_why_span, why.lines)
    if why.is_blocked:
        spans += [Span(""), Span("p shows the smallest changes that make it settable", Part.NOTE)]
    return spans


def _why_span(line: WhyLine) -> Span:
    unmet = "NOT met: " if line.is_unmet else ""
    part = Part.REMOVED if line.is_unmet else Part.LINK if line.depth else Part.PROMPT
    return Span(printable(f"{'  ' * line.depth}{unmet}{line.text}"), part, line.link)


def preview_text(preview: Preview) -> list[Span]:
    """Return the order of the units and the file that starts them; what the last change did to them is marked."""
    if preview.problem:
        return [Span("No preview", Part.HEADING), Span(""), Span(printable(preview.problem))]
    spans = [Span("Init order", Part.HEADING)]
    for number, unit in enumerate(preview.units, 1):
        size = "not measured" if unit.bytes is None else f"{unit.bytes / 1024:.1f} KiB"
        mark = "+" if unit.is_new else " "
        text = f"{mark}{number:>3} {unit.symbol:<16} {size}"
        spans.append(Span(text, Part.ADDED if unit.is_new else Part.PROMPT, unit.symbol))
    spans += [Span(f"-    {name}", Part.REMOVED, name) for name in preview.removed]
    spans += [Span(""), Span("zz_init.go", Part.HEADING)]
    spans += [
        Span(printable_code(f"{'+' if line.is_new else ' '}{line.text}"), _code_part(line.text, is_new=line.is_new))
        for line in preview.zz_init
    ]
    return spans


def printable_code(text: str) -> str:
    """Return a line of Go with its tabs as spaces."""
    return printable(text.expandtabs(4))


def _code_part(text: str, *, is_new: bool) -> Part:
    if is_new:
        return Part.ADDED
    stripped = text.strip()
    if stripped.startswith("//"):
        return Part.COMMENT
    return Part.NAME if stripped.startswith(("package", "import", "func", "var", "const", "type")) else Part.PROMPT
