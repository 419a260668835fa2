"""The pages of the pane beside the menu."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.session import View
from configurator.tui import describe
from configurator.tui.rows import Part, Row, Span, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session import Against
    from configurator.session.preview import Preview, Previewer
    from configurator.session.why import Why, WhyLine
    from configurator.tui.browsing import Browsing


class Page(Enum):
    """A page of the pane; the value is its title."""

    HELP = "Help"
    WHY = "Why"
    CONSEQUENCES = "Consequences"
    CHANGES = "Changes"
    PREVIEW = "Preview"


PAGES = tuple(Page)
_MOST_DIFFERENCES = 300  # more than anybody reads beside the menu
_MOST_ENTRIES = 50  # of a menu that is only looked at


class Pages:
    """Which page is shown, and its text.

    After a change that moved other symbols the consequences are shown, until the cursor moves; not in place of the
    changes and the preview, which follow the change themselves.

    Attributes:
        page: the page that the user chose.
    """

    def __init__(self, browsing: Browsing) -> None:
        self._browsing = browsing
        self._for_a_moment: Page | None = None
        self._previewer: Previewer | None = None
        self._changes: tuple[tuple[int, int, Against], list[Span]] | None = None
        self.page = Page.HELP

    @property
    def shown(self) -> Page:
        """Return the page that is shown."""
        return self._for_a_moment or self.page

    def turn(self, by: int) -> None:
        """Show another page, that many further on."""
        self.page = PAGES[(PAGES.index(self.shown) + by) % len(PAGES)]
        self._for_a_moment = None

    @property
    def _is_live(self) -> bool:
        """Return whether the user chose a page that shows what comes of a change by itself."""
        return self.page in (Page.CHANGES, Page.PREVIEW)

    def cursor_moved(self) -> None:
        """Go back to the page that the user chose."""
        self._for_a_moment = None

    def changed(self) -> None:
        """Take note that values have changed."""
        change = self._browsing.change
        self._for_a_moment = Page.CONSEQUENCES if change and change.followed and not self._is_live else None

    def text(self) -> Sequence[Span]:
        """Return the text of the page that is shown."""
        page = self.shown
        if page is Page.CONSEQUENCES:
            return describe.consequences_of(self._browsing.change)
        if page is Page.PREVIEW:
            return self.preview()
        return self.changes() if page is Page.CHANGES else self._about_entry(page)

    def _about_entry(self, page: Page) -> Sequence[Span]:
        entry, symbol = self._browsing.entry, self._browsing.symbol
        if entry is None:
            return [Span("Nothing here.", Part.COMMENT)]
        session = self._browsing.session
        if page is Page.WHY and symbol:
            return why_text(session.why(symbol.name))
        help_text = session.menu.help(entry.node)
        if entry.is_menu and not entry.name and not help_text:
            return [describe.heading_of(entry, symbol), Span(""), *self._contents(entry.node)]
        return describe.help_of(entry, symbol, help_text)

    def _contents(self, menu: int) -> list[Span]:
        """Return what is in a menu that has no help text."""
        browsing = self._browsing
        rows = browsing.session.rows(View(menu, show_hidden=browsing.show_hidden))
        shown = [describe.menu_row(entry, browsing.glyphs) for entry in rows[:_MOST_ENTRIES]]
        more = (
            [Span(f"{browsing.glyphs.ellipsis} and {len(rows) - _MOST_ENTRIES} more")]
            if len(rows) > _MOST_ENTRIES
            else []
        )
        return [Span(one.text) for one in shown] + more or [Span("Nothing to set in here now.", Part.COMMENT)]

    def changes(self) -> list[Span]:
        """Return what differs from what the screen of changes was compared with last, at first the saved file."""
        from configurator.session import SAVED

        browsing = self._browsing
        session, against = browsing.session, browsing.against or SAVED
        key = session.change_number, session.save_number, against
        if self._changes is None or self._changes[0] != key:
            self._changes = key, _differences(browsing, against)
        return self._changes[1]

    def preview(self) -> list[Span]:
        """Return what the configuration makes."""
        if self._previewer is None:
            from configurator.session.preview import Previewer  # it brings the generator and its template engine

            self._previewer = Previewer(self._browsing.session)
        return preview_text(self._previewer.preview())


def _differences(browsing: Browsing, against: Against) -> list[Span]:
    try:
        found = describe.set_first(browsing.session.changes(against))
    except (EggcupError, OSError) as problem:
        return [Span(printable(str(problem)), Part.NOTE)]
    if not found:
        return [Span(printable(f"Nothing differs from {against}."), Part.COMMENT)]
    count = len(found)
    heading = Span(printable(f"{count} symbol{'' if count == 1 else 's'} other than in {against}"), Part.HEADING)
    lines = [
        Span(describe.difference_text(one), Part.VALUE if one.is_set else Part.PROMPT, one.name)
        for one in found[:_MOST_DIFFERENCES]
    ]
    more = [Span("and more; c shows all", Part.NOTE)] if count > _MOST_DIFFERENCES else []
    return [heading, *lines, *more]


def why_rows(why: Why) -> list[Row]:
    """Return an explanation as rows; the key of each is the symbol that it is about."""
    return [
        Row(line.link, (Span(_blank_before(f" {span.text}")), Span(span.text.lstrip(), span.part, span.link)))
        for line, span in zip(why.lines, map(_why_span, why.lines), strict=True)
    ]


def _blank_before(text: str) -> str:
    """Return the spaces at the start of a text, which are not to be underlined with it."""
    return text[: len(text) - len(text.lstrip())]


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
    sizes = [unit.bytes for unit in preview.units if unit.bytes is not None]
    for number, unit in enumerate(preview.units, 1):
        size = f"{'not measured' if unit.bytes is None else f'{unit.bytes / 1024:.1f} KiB':>12}  " if sizes else ""
        after = f"after {', '.join(unit.predecessors)}" if unit.predecessors else ""
        mark = "+" if unit.is_new else " "
        text = f"{mark}{number:>3} {unit.symbol:<16} {size}{after}".rstrip()
        spans.append(Span(text, Part.ADDED if unit.is_new else Part.PROMPT, unit.symbol))
    spans += [Span(f"-    {name}", Part.REMOVED, name) for name in preview.removed]
    if sizes:
        spans.append(Span(f"     {'in all':<16} {f'{sum(sizes) / 1024:.1f} KiB':>12}", Part.COMMENT))
    elif preview.units:
        spans.append(Span("     eggcup build measures what each of them adds", Part.COMMENT))
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
