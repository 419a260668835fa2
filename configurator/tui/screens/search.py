"""The search by name, prompt and help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from configurator.session.search import Rank, excerpt
from configurator.tui import describe
from configurator.tui.actions import Where
from configurator.tui.browsing import next_value
from configurator.tui.rows import Row, Span
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from configurator.session import Filter, Match
    from configurator.tui.browsing import Browsing, SearchMemory


class MatchRows(Sequence[Row]):
    """The rows of matches, each made when it is drawn: there may be thousands."""

    def __init__(self, browsing: Browsing, matches: Sequence[Match], query: str) -> None:
        self._browsing = browsing
        self._matches = matches
        self._query = query

    def __len__(self) -> int:
        return len(self._matches)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        session, match, glyphs = self._browsing.session, self._matches[index], self._browsing.glyphs
        if match.rank is Rank.HELP:
            where = excerpt(session.menu.help(match.node), self._query, glyphs.ellipsis)
        else:
            where = f"in {glyphs.trail.join(session.trail(match.node) or ['Main menu'])}"
        return describe.match_row(session.entry(match.node), where)


class SearchScreen(PickScreen["int | None"], where=Where.SEARCH):
    """Lists the matches at every key; closes with the node to jump to."""

    TYPE_HERE = "words, a regular expression, or letters of a name; all words must match"

    def __init__(self, browsing: Browsing) -> None:
        self.remembered: SearchMemory = browsing.search
        super().__init__("Search", self.remembered.query)
        self._browsing = browsing

    def on_mount(self) -> None:
        """Have the texts ready for the first letter, once the screen is there to type it into."""
        self.call_after_refresh(self._browsing.session.begin_search)

    def on_unmount(self) -> None:
        """Give their memory back."""
        self._browsing.session.end_search()

    def rows(self) -> Sequence[Row]:
        """Return the matches."""
        memory = self.remembered
        memory.query = self.typed
        found = self._browsing.session.search(self.typed, in_help=memory.in_help, only=memory.only)
        return MatchRows(self._browsing, found, self.typed)

    def first_row(self) -> int:
        """Return the row that was chosen last."""
        return self.remembered.cursor

    def nothing(self) -> str:
        """Say that there is nothing, or what to do."""
        return "nothing found" if self.typed else "type what to look for"

    def say(self, message: str) -> None:
        """Show a message, and what is looked at."""
        where = "names, prompts and help" if self.remembered.in_help else "names and prompts"
        only = f", only what is {self.remembered.only}" if self.remembered.only else ""
        super().say(message or f"in {where}{only}")

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what a match is."""
        session = self._browsing.session
        entry = session.entry(_node(row))
        symbol = session.symbol(entry.name) if entry.name else None
        return describe.help_of(entry, symbol, session.menu.help(entry.node))

    def chosen(self, row: Row) -> None:
        """Close, to jump there."""
        self.remembered.cursor = self.list.cursor
        self.dismiss(_node(row))

    def action_toggle_help(self) -> None:
        """Search in help texts too, or not."""
        self.remembered.in_help = not self.remembered.in_help
        self.show(0)

    def action_choose_filter(self) -> None:
        """Look only at some of the symbols."""

        def chosen(only: Filter | None) -> None:
            self.remembered.only = only
            self.show(0)

        self.editor.pick_filter("Search only what is", chosen)

    def action_info_found(self) -> None:
        """Show everything about the match under the cursor."""
        self.catch_up()
        if self.list.row:
            self.editor.open_information(_node(self.list.row))

    def action_toggle_found(self) -> None:
        """Change the match under the cursor."""
        row = self.list.row
        entry = self._browsing.session.entry(_node(row)) if row else None
        if not entry or not entry.name or not entry.type.is_boolean:
            self.app.bell()
            return
        symbol = self._browsing.session.symbol(entry.name)
        self._browsing.take(self._browsing.session.set(entry.name, next_value(symbol)))
        self.show()
        self.say(self._browsing.note or describe.summary_of_change(self._browsing.change))


def _node(row: Row) -> int:
    return row.key if isinstance(row.key, int) else -1
