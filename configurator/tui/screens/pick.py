"""A screen with a list to choose from: what the search, the plans, the changes and others have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.containers import Container
from textual.widgets import Input

from configurator.tui.actions import Where
from configurator.tui.messages import CursorMoved, LinkFollowed, RowChosen
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.base import WIDE, TableScreen
from configurator.tui.screens.moving import MovesList
from configurator.tui.widgets.bars import Bar
from configurator.tui.widgets.entry import Entry
from configurator.tui.widgets.lines import LineList
from configurator.tui.widgets.pane import TextPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

Result = TypeVar("Result")


class PickScreen(MovesList, TableScreen[Result], where=Where.LIST):
    """A title, perhaps a line to type in, a list, and what is known of the row under the cursor.

    A subclass makes the rows and says what choosing one means.

    Attributes:
        typed: the text typed so far.
    """

    TYPE_HERE: ClassVar[str] = ""
    """What stands in the line to type in while it is empty; "" for a screen without one."""

    def __init__(self, heading: str, typed: str = "") -> None:
        super().__init__()
        self._heading = heading
        self._message = ""
        self.typed = typed

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield Bar("title")
        if self.TYPE_HERE:
            yield Entry(self.typed, "query", self.TYPE_HERE)
        with Container(id="body"):
            yield LineList("choices")
            yield TextPane("about")
        yield Bar("status")
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show the rows."""
        self.list = self.query_one("#choices", LineList)
        self.pane = self.query_one("#about", TextPane)
        self.set_heading(self._heading)
        if self.TYPE_HERE:
            self.query_one(Entry).focus()
        self.show(self.first_row())

    def rows(self) -> Sequence[Row]:
        """Return the rows for what is typed."""
        raise NotImplementedError

    def first_row(self) -> int:
        """Return the row that the cursor is on at first."""
        return 0

    def about(self, row: Row) -> Sequence[Span]:  # noqa: ARG002 - for subclasses
        """Return what is known of a row."""
        return ()

    def nothing(self) -> str:
        """Return what to say where there are no rows."""
        return "nothing found"

    def chosen(self, row: Row) -> None:
        """Do what choosing a row means."""
        raise NotImplementedError

    def show(self, cursor: int | None = None) -> None:
        """Make the rows anew."""
        rows = self.rows()
        self.list.show(rows, self.list.cursor if cursor is None else cursor)
        self._fit(self.size.width)
        self.say("" if rows else self.nothing())
        self.cursor_moved()

    def set_heading(self, heading: str) -> None:
        """Show another heading."""
        self.query_one("#title", Bar).show([Span(f" {printable(heading)}", Part.HEADING)])

    def say(self, message: str) -> None:
        """Show a message above the keys."""
        self._message = message
        count = len(self.list.rows)
        place = Span(f"{self.list.cursor + 1} of {count} " if count else "", Part.COMMENT)
        self.query_one("#status", Bar).show([Span(f" {printable(message)}", Part.NOTE)], place)

    def cursor_moved(self) -> None:
        """Tell what is known of the row under the cursor."""
        row = self.list.row
        if row is None:
            self.pane.show([Span(printable(self.nothing()), Part.NOTE)])
            return
        self.pane.show(self.about(row))
        self.say(self._message)

    def on_resize(self, event: events.Resize) -> None:
        """Put what is known of a row beside the list where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self._fit(event.size.width)
        self.call_after_refresh(self.cursor_moved)

    def _fit(self, width: int) -> None:
        """Give a short list no more lines than it has rows; one that changes at every key keeps its size."""
        if not self.TYPE_HERE:
            self.list.styles.height = "1fr" if width >= WIDE else max(len(self.list.rows), 1)

    def action_choose(self) -> None:
        """Take the row under the cursor."""
        self.catch_up()
        row = self.list.row
        if row is None:
            self.app.bell()
        else:
            self.chosen(row)

    def action_cancel(self) -> None:
        """Close without taking anything."""
        self.dismiss(None)

    def catch_up(self) -> None:
        """Make the rows for what is typed, if its message has not come yet."""
        typed = self.query_one(Entry).value if self.TYPE_HERE else ""
        if typed != self.typed:
            self.typed = typed
            self.show(0)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.catch_up()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_choose()

    @on(RowChosen)
    def _row_chosen(self) -> None:
        self.action_choose()

    @on(CursorMoved)
    def _cursor_moved(self) -> None:
        self.cursor_moved()

    @on(LinkFollowed)
    def _follow(self, event: LinkFollowed) -> None:
        self.editor.jump_to(event.name)
