"""The main screen: the menu, what is known of the row under the cursor, and what was done last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on
from textual.containers import Container

from configurator.model import NodeKind
from configurator.session.watch import OnDisk
from configurator.tui.actions import Where, actions_of
from configurator.tui.browsing import Browsing, Reaction
from configurator.tui.messages import CursorMoved, LinkFollowed, RowChosen, TabClicked
from configurator.tui.pages import PAGES, Pages
from configurator.tui.rows import Part, Span, printable
from configurator.tui.screens.base import WIDE, TableScreen
from configurator.tui.screens.moving import MovesList
from configurator.tui.screens.opening import OpensScreens
from configurator.tui.widgets.bars import Bar
from configurator.tui.widgets.lines import LineList
from configurator.tui.widgets.pane import TextPane

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from configurator.session import Outcome, Session
    from configurator.tui.glyphs import Glyphs

_ON_DISK = {OnDisk.SAME: "", OnDisk.CHANGED: "changed on disk, ", OnDisk.GONE: "gone, ", OnDisk.APPEARED: "appeared, "}
_KEYS = frozenset(key for action in actions_of(Where.MENU) for key in action.keys)


class BrowseScreen(MovesList, OpensScreens, TableScreen[None], where=Where.MENU):
    """Shows the list, hands it the keys, and opens the screen that the reaction asks for."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.browsing = Browsing(session, glyphs)
        self.pages = Pages(self.browsing)
        self._waits_for_letter = False
        self._says_something = False

    def compose(self) -> ComposeResult:
        """Lay out the title, the menu and the pane, the status line and the keys."""
        self._fit_to(self.app.size.width)  # now: else everything is laid out and painted twice
        yield Bar("title")
        with Container(id="body"):
            yield LineList("menu")
            yield TextPane("pane", [page.value for page in PAGES])
        yield Bar("status")
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show the top menu."""
        self.list = self.query_one("#menu", LineList)
        self.pane = self.query_one("#pane", TextPane)
        self.title_bar = self.query_one("#title", Bar)
        self.status = self.query_one("#status", Bar)
        self.show()
        self.call_after_refresh(self.editor.after_first_paint)

    def on_resize(self, event: events.Resize) -> None:
        """Put the pane beside the list where there is room."""
        self._fit_to(event.size.width)
        self._show_title()

    def _fit_to(self, width: int) -> None:
        self.set_class(width >= WIDE, "-wide")

    # Moving and changing

    def action_select(self) -> None:
        """Open the menu, toggle the symbol or edit the value under the cursor."""
        self._react(self.browsing.select())

    def action_change(self) -> None:
        """Give the symbol under the cursor its next value."""
        self._react(self.browsing.toggle())

    def action_yes(self) -> None:
        """Set the symbol to y."""
        self._react(self.browsing.answer("y"))

    def action_module(self) -> None:
        """Set the symbol to m."""
        self._react(self.browsing.answer("m"))

    def action_no(self) -> None:
        """Set the symbol to n."""
        self._react(self.browsing.answer("n"))

    def action_leave(self) -> None:
        """Go to the menu above; at the top, quit."""
        reaction = self.browsing.leave()
        if reaction is Reaction.AT_TOP:
            self.action_quit()
        else:
            self._react(reaction)

    def action_back(self) -> None:
        """Go to the menu above; at the top, stay: a cursor key must not end the program."""
        self._react(self.browsing.leave())

    def action_find_letter(self) -> None:
        """Take the next key as the letter to go to."""
        self._waits_for_letter = True
        self.say("to the next entry that begins with ...")

    def action_reset(self) -> None:
        """Give the symbol under the cursor its default back."""
        entry = self.browsing.entry
        if entry and entry.name:
            self.take(self.session.unset(entry.name))
        elif entry and entry.kind is NodeKind.CHOICE:
            self.take(self.session.reset_menu(entry.node))
        elif entry:
            self.say("only a symbol has a default; R resets the menu")

    def action_reset_menu(self) -> None:
        """Give all of the menu under the cursor its defaults back, or all of the one that is shown."""
        entry = self.browsing.entry
        self.take(self.session.reset_menu(entry.node if entry and entry.is_menu else self.browsing.menu))

    def action_reset_all(self) -> None:
        """Give everything its default back."""
        self.take(self.session.reset_all())

    def action_undo(self) -> None:
        """Take the last change back."""
        self.take(self.session.undo())

    def action_redo(self) -> None:
        """Make the change again that was undone last."""
        self.take(self.session.redo())

    def action_jump_back(self) -> None:
        """Go to where the last jump began."""
        self.browsing.jump_back()
        self.show(self.browsing.note)

    # What is shown

    def action_toggle_hidden(self) -> None:
        """Show or hide the symbols that cannot be set now."""
        browsing = self.browsing
        browsing.show_hidden = not browsing.show_hidden
        browsing.refresh()
        self.show("hidden symbols are shown" if browsing.show_hidden else "hidden symbols are left out")

    def action_toggle_names(self) -> None:
        """Show or hide the symbols' names."""
        self.browsing.show_names = not self.browsing.show_names
        self.show("names are shown" if self.browsing.show_names else "names are left out")

    def action_toggle_tree(self) -> None:
        """Show the whole tree, or one menu at a time."""
        self.browsing.toggle_tree()
        self.show()

    def action_fold_all(self) -> None:
        """Fold every menu."""
        self.browsing.fold_all(fold=True)
        self.show()

    def action_unfold_all(self) -> None:
        """Unfold every menu."""
        self.browsing.fold_all(fold=False)
        self.show()

    def action_toggle_pane(self) -> None:
        """Show or hide the pane."""
        self.pane.display = not self.pane.display

    def action_next_tab(self) -> None:
        """Show the next page of the pane."""
        self.pages.turn(1)
        self._show_page()

    def action_previous_tab(self) -> None:
        """Show the previous page of the pane."""
        self.pages.turn(-1)
        self._show_page()

    def action_redraw(self) -> None:
        """Send the whole screen again."""
        self.forget_lines()
        self.editor.forget_painted()
        self.refresh(layout=True)

    def show(self, message: str = "") -> None:
        """Show what the state holds now."""
        browsing = self.browsing
        self._show_title()
        self.list.show(browsing.rows, browsing.cursor)
        self._show_page()
        self.say(message)

    def _show_title(self) -> None:
        """Show the menus down to the present one; of those between, no more than there is room for."""
        title = f" {printable(self.session.configuration.title)}  "
        glyphs, trail = self.browsing.glyphs, [printable(one) for one in self.browsing.trail]
        room = self.size.width - cell_len(title)
        shown = glyphs.trail.join(trail)
        left_out = 1
        while cell_len(shown) > room > 0 and left_out + 1 < len(trail):
            shown = glyphs.trail.join([trail[0], glyphs.ellipsis, *trail[left_out + 1 :]])
            left_out += 1
        self.title_bar.show([Span(title, Part.HEADING), Span(shown)])

    def say(self, message: str) -> None:
        """Show a message in the status line, or what was done last."""
        self._says_something = bool(message)
        session, change = self.session, self.browsing.change
        left = [Span(f" {printable(message)}", Part.NOTE)] if message else [Span(" ")]
        if not message and change:
            followed = len(change.followed)
            left.append(Span(printable(change.label), Part.VALUE))
            left.append(Span(f", {followed} other{'s' if followed > 1 else ''} followed" if followed else ""))
        count = len(session.changed)
        is_modified = session.modified
        state = "unsaved" if is_modified else "saved"
        changed = f"{count} changed, " if count else ""
        part = Part.NOTE if is_modified else Part.COMMENT
        on_disk = _ON_DISK[self.editor.on_disk]
        self.status.show(left, Span(f"{printable(str(session.path))}: {on_disk}{changed}{state} ", part))

    def take(self, outcome: Outcome) -> None:
        """Show what became of a request."""
        self._react(self.browsing.take(outcome))

    def jump(self, node: int | None) -> None:
        """Go to an entry, if there is one."""
        if node is not None and node >= 0:
            self.browsing.jump(node)
            self.show(self.browsing.note)

    # What the user does with keys that are no actions, and with the mouse

    def on_key(self, event: events.Key) -> None:
        """Go to the next entry that begins with a letter that has no other meaning, or that follows `f`."""
        waited, self._waits_for_letter = self._waits_for_letter, False
        letter = event.character
        is_letter = bool(letter and letter.isprintable() and letter.strip())
        if waited or (is_letter and event.key not in _KEYS):
            event.stop()  # the bindings are looked at last
            if letter and is_letter:
                self._go_to_letter(letter)
            else:
                self.say("")

    def _go_to_letter(self, letter: str) -> None:
        line = self.browsing.line_beginning_with(letter)
        if line is None:
            self.say(f"no entry here begins with {letter}")
        else:
            self.say("")
            self.list.move_to(line)
            self.cursor_moved()

    def cursor_moved(self) -> None:
        """Follow the cursor of the list at once, so that both are painted together."""
        self.browsing.move_to(self.list.cursor)
        self.pages.cursor_moved()
        self._show_page()
        self.browsing.note = ""
        if self._says_something:
            self.say("")

    @on(CursorMoved)
    def _follow_click(self) -> None:
        if self.browsing.cursor != self.list.cursor:
            self.cursor_moved()

    @on(RowChosen)
    def _row_chosen(self) -> None:
        self.action_select()

    @on(LinkFollowed)
    def _follow_link(self, event: LinkFollowed) -> None:
        self.jump(self.session.menu.index(event.name))

    @on(TabClicked)
    def _show_tab(self, event: TabClicked) -> None:
        self.pages.page = PAGES[event.tab]
        self._show_page()

    def _show_page(self) -> None:
        if self.pane.display:
            self.pane.show(self.pages.text(), PAGES.index(self.pages.shown))

    def _react(self, reaction: Reaction) -> None:
        if reaction is Reaction.NEEDS_VALUE:
            self.edit_value()
            return
        if reaction is Reaction.CHANGED:
            self.pages.changed()
            self.editor.keep_soon()
        self.show(self.browsing.note)
