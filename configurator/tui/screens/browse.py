"""The main screen: one menu, and what the row under the cursor is."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer, Static

from configurator.errors import EggcupError
from configurator.tui.help import help_text
from configurator.tui.messages import CursorMoved, RowChosen
from configurator.tui.rows import Part, Span
from configurator.tui.screens.confirm import Leave, LeaveScreen
from configurator.tui.screens.edit import EditScreen
from configurator.tui.screens.search import SearchScreen
from configurator.tui.screens.text import TextScreen
from configurator.tui.state import Answer, MenuState
from configurator.tui.widgets.lines import LineList
from configurator.tui.widgets.pane import InfoPane

WIDE = 110
"""From this many columns on, the description stands beside the menu and not below it."""


class BrowseScreen(Screen[None]):
    """Shows the menu of the state, hands it the keys, and opens the screen that its answer asks for."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it without ClassVar

    # The description stands in the footer, which has to fit into 80 columns; the help shows the tooltip.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,l", "select", "Select", key_display="Enter", tooltip="Open the menu, change the symbol"),
        Binding("escape", "leave", "Back", key_display="Esc", tooltip="Back to the menu above; at the top, quit"),
        Binding("left,h,backspace", "back", show=False, tooltip="Back to the menu above"),
        Binding("space", "toggle_symbol", show=False, tooltip="Toggle the symbol, even one that has a menu"),
        Binding("y", "answer('y')", show=False, tooltip="Set the symbol to yes"),
        Binding("m", "answer('m')", show=False, tooltip="Set the symbol to m, a module, in a tree that has modules"),
        Binding("n", "answer('n')", show=False, tooltip="Set the symbol to no"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search names and prompts"),
        Binding("i", "info", "Info", tooltip="Everything about the entry under the cursor"),
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="This help"),
        Binding("Z,A", "toggle_hidden", "Hidden", key_display="Z", tooltip="Show or leave out hidden symbols"),
        Binding("C", "toggle_names", "Names", tooltip="Show or leave out the names of symbols"),
        Binding("F", "toggle_pane", show=False, tooltip="Show or leave out the description"),
        Binding("S,ctrl+s", "save", "Save", key_display="S", tooltip="Save and go on"),
        Binding("q,Q", "quit", "Quit", key_display="q", tooltip="Quit; asks if there is something to save"),
    ]

    def __init__(self, state: MenuState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out the title, the trail of menus, the menu, the description, the message line and the footer."""
        yield Static(id="title", classes="title", markup=False)
        yield Static(id="trail", markup=False)
        with Container(id="body"):
            yield LineList("menu")
            yield InfoPane("info")
        yield Static(id="message", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the top menu."""
        self._show()
        self.query_one("#menu").focus()
        complaints = [Span(text, Part.NOTE) for text in self._state.complaints]
        if complaints:
            self.app.push_screen(TextScreen("Warnings", complaints))

    def action_select(self) -> None:
        """Open the menu, toggle the symbol or edit the value under the cursor."""
        self._react(self._at_cursor().select())

    def action_toggle_symbol(self) -> None:
        """Give the symbol under the cursor its next value."""
        self._react(self._at_cursor().toggle())

    def action_answer(self, value: str) -> None:
        """Give the symbol under the cursor y, m or n."""
        self._react(self._at_cursor().answer_bool(value))

    def action_leave(self) -> None:
        """Go to the parent menu; at the top, quit."""
        answer = self._state.leave()
        if answer is Answer.AT_TOP:
            self.action_quit()
        else:
            self._react(answer)

    def action_back(self) -> None:
        """Go to the parent menu; at the top, stay: a cursor key must not end the program."""
        self._react(self._state.leave())

    def action_toggle_hidden(self) -> None:
        """Show or hide the symbols that cannot be set now."""
        self._at_cursor().toggle_hidden()
        self._show("hidden symbols are shown" if self._state.show_hidden else "hidden symbols are left out")

    def action_toggle_names(self) -> None:
        """Show or hide the symbols' names."""
        self._at_cursor().toggle_names()
        self._show()

    def action_toggle_pane(self) -> None:
        """Show or hide the description."""
        pane = self.query_one(InfoPane)
        pane.display = not pane.display

    def action_info(self) -> None:
        """Show everything about the row under the cursor."""
        state = self._at_cursor()
        self.app.push_screen(TextScreen(state.cursor_title, state.details()))

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(TextScreen("Keys", help_text(KEYS)))

    def action_search(self) -> None:
        """Search, and jump to what was found."""
        self.app.push_screen(SearchScreen(self._state), self._jump)

    def action_save(self) -> None:
        """Save and stay."""
        self._save()

    def action_quit(self) -> None:
        """Leave; ask first if something would be lost."""
        if self._state.modified:
            self.app.push_screen(LeaveScreen(str(self._state.path)), self._leave)
        else:
            self.app.exit()

    @on(CursorMoved, "#menu")
    def _cursor_moved(self) -> None:
        if self._state.cursor != self.query_one(LineList).cursor:
            self._say("")
        self.query_one(InfoPane).show(self._at_cursor().summary())

    @on(RowChosen, "#menu")
    def _row_chosen(self) -> None:
        self.action_select()

    def _at_cursor(self) -> MenuState:
        """Return the state with its cursor where the list's is now.

        A key may be handled before the message of the cursor key that was typed just before it.
        """
        self._state.move_to(self.query_one(LineList).cursor)
        return self._state

    def _react(self, answer: Answer) -> None:
        if answer is Answer.NEEDS_VALUE:
            self.app.push_screen(EditScreen(self._state.field()), self._edited)
        else:
            self._show(self._state.note)

    def _edited(self, value: str | None) -> None:
        if value is not None:
            self._react(self._state.assign(value))

    def _jump(self, node: int | None) -> None:
        if node is not None:
            self._state.jump(node)
            self._show()

    def _leave(self, answer: Leave | None) -> None:
        if answer is Leave.DISCARD or (answer is Leave.SAVE and self._save()):
            self.app.exit()

    def _save(self) -> bool:
        try:
            self._show(self._state.save())
        except (EggcupError, OSError) as error:
            self._say(f"not saved: {error}")
            return False
        return True

    def _show(self, message: str = "") -> None:
        state = self._state
        self._put("title", f"{state.title}   {state.path}{' [modified]' if state.modified else ''}")
        self._put("trail", state.trail)
        self.query_one(LineList).show(state.rows, state.cursor)
        self.query_one(InfoPane).show(state.summary())
        self._say(message)

    def _say(self, message: str) -> None:
        self._put("message", message)

    def _put(self, line: str, text: str) -> None:
        """Show a text in one of the lines of fixed height; a new layout for it would repaint the whole screen."""
        static = self.query_one(f"#{line}", Static)
        if static.content != text:
            static.update(text, layout=False)


KEYS = (
    ("Menu", BrowseScreen),
    ("Any list", LineList),
    ("Editing a value", EditScreen),
    ("Search", SearchScreen),
    ("Reading", TextScreen),
    ("Leaving with unsaved changes", LeaveScreen),
)
"""The sections of the help screen: where keys have a meaning, and the class that binds them."""
