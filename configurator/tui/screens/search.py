"""The search by name and prompt."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from configurator.tui.messages import CursorMoved, RowChosen
from configurator.tui.state import MenuState
from configurator.tui.widgets.entry import Entry
from configurator.tui.widgets.lines import LineList
from configurator.tui.widgets.pane import InfoPane


class SearchScreen(ModalScreen[int | None]):
    """Lists the matches at every key; closes with the node to jump to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "jump", "OK", key_display="Enter"),  # when a click has taken the focus from the input
        Binding("escape", "cancel", "Back", key_display="Esc"),
        Binding("up", "move(-1)", "Line up", show=False),
        Binding("down", "move(1)", "Line down", show=False),
        Binding("pageup", "page(-1.0)", "Page up", show=False),
        Binding("pagedown", "page(1.0)", "Page down", show=False),
    ]

    def __init__(self, state: MenuState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out the input, the matches, and the description of the match under the cursor."""
        yield Static("Search names and prompts (regular expressions, all must match)", classes="title", markup=False)
        yield Entry(self._state.query, "query")
        yield LineList("matches")
        yield Static("", id="found", markup=False)
        yield InfoPane("match-info")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show what the last search found."""
        self._search(self._state.query)

    def on_input_changed(self) -> None:
        """Search at every key."""
        self._catch_up()

    def on_input_submitted(self) -> None:
        """Take Enter from the input."""
        self.action_jump()

    def action_jump(self) -> None:
        """Close with the match under the cursor."""
        self._catch_up()
        matches = self.query_one(LineList)
        if matches.rows:
            self.dismiss(matches.rows[matches.cursor].node)
        else:
            self.app.bell()

    def action_cancel(self) -> None:
        """Close without a jump."""
        self.dismiss(None)

    def action_move(self, rows: int) -> None:
        """Move the cursor of the list."""
        self._catch_up()
        self.query_one(LineList).action_move(rows)

    def action_page(self, pages: float) -> None:
        """Move the cursor of the list by windows."""
        self._catch_up()
        self.query_one(LineList).action_page(pages)

    @on(CursorMoved)
    def _describe(self) -> None:
        matches = self.query_one(LineList)
        node = matches.rows[matches.cursor].node if matches.rows else None
        self.query_one(InfoPane).show(() if node is None else self._state.summary(node))

    @on(RowChosen)
    def _choose(self) -> None:
        self.action_jump()

    def _catch_up(self) -> None:
        """Search for what the input holds, if its message has not come yet."""
        query = self.query_one(Entry).value
        if query != self._state.query:
            self._search(query)

    def _search(self, query: str) -> None:
        found = self._state.search(query)
        self.query_one(LineList).show(found.rows, 0)
        self.query_one("#found", Static).update(found.note)
        self._describe()
