"""The actions of the main screen that open another one; what those need is imported when they are first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.tui.rows import printable

if TYPE_CHECKING:
    from configurator.session import Filter, Outcome, Session
    from configurator.tui.app import MenuconfigApp
    from configurator.tui.browsing import Browsing
    from configurator.tui.pages import Pages


class OpensScreens:
    """The part of the main screen that opens others and takes what they answer."""

    session: Session
    browsing: Browsing
    pages: Pages

    if TYPE_CHECKING:
        editor: MenuconfigApp

        def show(self, message: str = "") -> None:
            """Show what the state holds now."""

        def say(self, message: str) -> None:
            """Show a message."""

        def take(self, outcome: Outcome) -> None:
            """Show what became of a request."""

        def jump(self, node: int | None) -> None:
            """Go to an entry."""

    def edit_value(self) -> None:
        """Ask for the value of the int, hex or string symbol under the cursor."""
        from configurator.tui import describe

        entry, symbol = self.browsing.entry, self.browsing.symbol
        if entry is None or symbol is None:
            return
        name = symbol.name
        self.editor.ask_text(
            entry.title,
            describe.expects_of(symbol, self._default_of(name)),
            symbol.value,
            lambda text: self.session.problem(name, text),
            lambda text: self.take(self.session.set(name, text)),
        )

    def _default_of(self, name: str) -> str:
        """Return the default that holds for a symbol now, "" without one."""
        return next((one.text for one in self.session.details(name).defaults if one.holds), "")

    def action_plans(self) -> None:
        """Show what makes the symbol under the cursor settable."""
        entry = self.browsing.entry
        if entry is None or not entry.name:
            self.say("only a symbol can be made so")
            return
        self.editor.open_plans(entry.name, self.show)

    def action_history(self) -> None:
        """Show all changes."""
        from configurator.tui.screens.history import HistoryScreen

        self.editor.push_screen(HistoryScreen(self.session), self._go_to_step)

    def action_search(self) -> None:
        """Search, and jump to what was found."""
        from configurator.tui.screens.search import SearchScreen

        self.editor.push_screen(SearchScreen(self.browsing), self._jump_or_show)

    def action_filter(self) -> None:
        """Choose what the list is to hold."""

        def chosen(only: Filter | None) -> None:
            self.browsing.show_only(only)
            self.show("" if len(self.browsing.rows) else "nothing is so; Esc shows everything")

        self.editor.pick_filter("List only what is", chosen)

    def action_why(self) -> None:
        """Show why the symbol under the cursor is as it is."""
        from configurator.tui.screens.why import WhyScreen

        entry = self.browsing.entry
        if entry is None or not entry.name:
            self.say("only a symbol has reasons")
            return
        self.editor.push_screen(WhyScreen(self.session, entry.name), self._jump_or_show)

    def action_info(self) -> None:
        """Show everything about the entry under the cursor."""
        entry = self.browsing.entry
        if entry:
            self.editor.open_information(entry.node)

    def action_preview(self) -> None:
        """Show what the configuration makes."""
        self.editor.open_text("Preview", self.pages.preview())

    def action_changes(self) -> None:
        """Show what differs."""
        from configurator.tui.screens.changes import ChangesScreen

        self.editor.push_screen(ChangesScreen(self.browsing), self._jump_or_show)

    def action_presets(self) -> None:
        """Show the presets, and apply one."""
        from configurator.tui.screens.presets import PresetsScreen

        def apply(name: str | None) -> None:
            if name is not None:
                self.attempt(lambda: self.session.apply_preset(name))

        self.editor.push_screen(PresetsScreen(self.session, self.browsing.glyphs), apply)

    def action_unknown(self) -> None:
        """Show the symbols that the tree does not know."""
        from configurator.tui.screens.unknown import UnknownScreen

        self.editor.push_screen(UnknownScreen(self.browsing), lambda _: self.show())

    def action_warnings(self) -> None:
        """Show what is suspicious."""
        self.editor.open_complaints([*self.session.complaints, *self.session.tree_complaints])

    def action_save(self) -> None:
        """Save and stay."""
        self.editor.save()

    def action_save_as(self) -> None:
        """Ask for a path and save there."""
        from configurator.tui.screens.paths import new_file_problem, path_of

        self.editor.ask_text(
            "Save as", "A path; it becomes the file of this session", str(self.session.path), new_file_problem,
            lambda text: self.editor.save(path_of(text)),
        )  # fmt: skip

    def action_save_minimal(self) -> None:
        """Ask for a path and save there what differs from the defaults."""
        from configurator.tui.screens.paths import new_file_problem, path_of

        def save(text: str) -> None:
            path = path_of(text)

            def write() -> None:
                try:
                    self.show(str(self.session.save_minimal(path)))
                except (EggcupError, OSError) as problem:
                    self.show(f"not saved: {problem}")

            self.editor.ask_to_replace(str(path), write, exists=path.exists())

        self.editor.ask_text("Save what differs from the defaults", "A path", "defconfig", new_file_problem, save)

    def action_load(self) -> None:
        """Ask for a path and take its values."""
        from configurator.tui.screens.paths import file_problem, path_of

        self.editor.ask_text(
            "Load the values of a file", "A path; S goes on to save to the present one", str(self.session.path),
            file_problem, lambda text: self.attempt(lambda: self.session.load(path_of(text))),
        )  # fmt: skip

    def action_theme(self) -> None:
        """Choose the colours, which are shown at once."""
        self.editor.choose_theme()

    def action_palette(self) -> None:
        """Choose from everything that can be done."""
        from configurator.tui.actions import MOVES, Where, actions_of, key_name

        actions = sorted(actions_of(Where.MENU), key=MOVES.__contains__)  # nobody looks for those
        named = {"undo": self.session.undo_label, "redo": self.session.redo_label}
        choices = []
        for one in actions:
            step = f": {named[one.name]}" if named.get(one.name) else ""
            choices.append((one.name, one.label, f"{', '.join(map(key_name, one.keys)):<22} {one.help}{step}"))
        self.editor.pick("Commands", choices, self._run_chosen)

    def action_help(self) -> None:
        """Show the keys."""
        self.editor.open_help()

    def action_quit(self) -> None:
        """Leave; ask first if something would be lost."""
        self.editor.quit()

    def attempt(self, request: object) -> None:
        """Make a request that may fail for a reason outside, such as a file; say the reason then."""
        try:
            self.take(request())  # type: ignore[operator]  # a callable that returns an Outcome
        except (EggcupError, OSError) as problem:
            self.show(printable(str(problem)))

    def _go_to_step(self, done: int | None) -> None:
        if done is None:
            return
        while sum(step.is_done for step in self.session.history) > done:
            self.browsing.take(self.session.undo())
        while sum(step.is_done for step in self.session.history) < done:
            self.browsing.take(self.session.redo())
        self.pages.changed()
        self.editor.keep_soon()
        self.show()

    def _jump_or_show(self, node: int | None) -> None:
        if node is None:
            self.browsing.refresh()
            self.show()
        else:
            self.jump(node)

    def _run_chosen(self, name: str | None) -> None:
        if name:
            getattr(self, f"action_{name}")()
