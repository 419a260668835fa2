"""The Textual application: it opens screens and takes their answers."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

from configurator.tui.deferred import imports_deferred

os.environ.setdefault("TEXTUAL_FPS", "1000")  # read at import: a key is painted at once and not with the next frame
with imports_deferred():
    from asyncio import get_running_loop

    from textual import events
    from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from configurator.errors import EggcupError
from configurator.model import garbage
from configurator.session.recovery import Recovery
from configurator.session.watch import OnDisk, Watch
from configurator.tui.frames import UPDATES, Frame, erases_to_background
from configurator.tui.glyphs import glyphs_for
from configurator.tui.looks import Looks, plain, themed
from configurator.tui.painter import Painter
from configurator.tui.rows import Part, Span, printable
from configurator.tui.screens.base import TableScreen
from configurator.tui.screens.browse import BrowseScreen
from configurator.tui.themes import OWN_THEMES
from configurator.tui.typeahead import TypeAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.console import RenderableType
    from textual.screen import Screen
    from textual.timer import Timer

    from configurator.model.planner import Plan
    from configurator.session import Filter, Session
    from configurator.session.presets import Preset
    from configurator.session.recovery import Found

_PREPARE_AFTER = 0.1  # seconds after the first screen until the first edit is prepared
_KEEP_AFTER = 1.0  # seconds without a change until unsaved edits are kept in the recovery file
_SIGNALLED = 128  # a shell's exit code of a program that a signal ended, less the signal
_LOOK_EVERY = 3.0  # seconds between looks at the file on disk


class MenuconfigApp(App[None]):
    """The configuration editor."""

    CSS_PATH = "menuconfig.tcss"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "eggcup"

    BINDINGS: ClassVar[list[BindingType]] = [
        # Textual's own ctrl+q leaves without asking; ctrl+c would only explain ctrl+q.
        Binding("ctrl+q,ctrl+c", "ask_quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self, session: Session, *, theme: str = "", ascii_only: bool = False, watch: Watch | None = None
    ) -> None:
        # With the terminal's own colours Textual honours NO_COLOR by sending none at all; else it would send greys.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.animation_level = "none"
        self.glyphs = glyphs_for(sys.stdout.encoding, ascii_only=ascii_only)
        for own in OWN_THEMES:
            self.register_theme(Theme(**own))
        few_colours = self.console.color_system in (None, "standard")
        self.theme = theme or ("ansi-dark" if few_colours or self.no_color else "eggcup")
        self.session = session
        self.was_left = False
        self.recovery = Recovery(session)
        self._watch = watch or Watch(session.path)
        self._on_disk = OnDisk.SAME
        self._looks: Looks | None = None
        self._painter: Painter | None = None
        self._keep: Timer | None = None
        self._browse = BrowseScreen(session, self.glyphs)
        self._keys = TypeAhead(self, self._takes_keys, super().on_event)

    @property
    def looks(self) -> Looks:
        """Return how the parts of a line look."""
        if self._looks is None:
            ansi = self.native_ansi_color
            self._looks = plain(colours=not self.no_color) if ansi else themed(self.theme_variables)
        return self._looks

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Let the painter send what Textual would display; another kind of update stays Textual's own."""
        if isinstance(renderable, UPDATES) and not self.is_headless:
            if self._painter is None:
                self._painter = Painter(can_erase=erases_to_background())
            renderable = Frame(self._painter, renderable, self.cursor_position if self.focused else None)
        super()._display(screen, renderable)

    def forget_painted(self) -> None:
        """Have everything sent with the next full update: the terminal may show something else than was painted."""
        if self._painter is not None:
            self._painter.forget()

    async def on_event(self, event: events.Event) -> None:
        """Let keys wait for the screen that they are meant for; notice when the terminal has changed."""
        if isinstance(event, events.Resize):
            self.forget_painted()
        is_typed = isinstance(event, events.Key | events.Paste)
        # a click waits, too, for the screen that the key before it opens
        is_click = isinstance(event, events.MouseDown | events.MouseUp) and self.types_ahead
        if (is_typed or is_click) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    @property
    def types_ahead(self) -> bool:
        """Return whether there are keys that have not been handled yet."""
        return self._keys.is_busy

    async def screen_opened(self, screen: TableScreen[Any]) -> None:
        """Give the keys to a screen that takes them now."""
        if screen.ignores_earlier_keys:
            self._keys.forget()
        await self._keys.go_on()

    def _takes_keys(self) -> bool:
        return self._browse.is_open and (not isinstance(self.screen, TableScreen) or self.screen.is_open)

    def get_default_screen(self) -> BrowseScreen:
        """Return the main screen; there is no blank one below it."""
        return self._browse

    def on_mount(self) -> None:
        """Offer ASCII edges to the style sheet."""
        self._loop_of_signals = get_running_loop()
        self.set_class(self.glyphs.edge == "|", "-ascii")

    def after_first_paint(self) -> None:
        """Do what the first screen could do without."""
        if not self.is_running:  # left already, with a key that was typed before there was anything to see
            return
        garbage.keep()
        gc.enable()
        self.set_timer(_PREPARE_AFTER, self.session.configuration.prepare_edits)
        self.app_resume_signal.subscribe(self, lambda _: self.forget_painted(), immediate=True)
        self.theme_changed_signal.subscribe(self, lambda _: self._recolour())
        self.set_interval(_LOOK_EVERY, self.look_at_disk)
        about_tree = len(self.session.tree_complaints)
        if about_tree:
            self._browse.say(
                f"{about_tree} warning{'s' if about_tree > 1 else ''} about the Kconfig tree; ! shows them"
            )
        if self.session.complaints:
            self.open_complaints(self.session.complaints)
        found = self.recovery.find()
        if found:
            self._offer(found)

    @property
    def on_disk(self) -> OnDisk:
        """Return what had become of the file when it was looked at last."""
        return self._on_disk

    def on_unmount(self) -> None:
        """Leave the process as it was."""
        self.session.configuration.end_edits()

    # Screens that others open

    def ask(
        self, title: str, explanation: Sequence[str], answers: Sequence[tuple[str, str]], then: Callable[[str], None]
    ) -> None:
        """Ask a question; `then` gets the letter of the answer, and is not called for Esc."""
        self._ask(title, explanation, answers, _if_given(then))

    def ask_to_replace(self, what: str, then: Callable[[], None], *, exists: bool) -> None:
        """Do something that writes a file, after a question if there is one already."""
        if not exists:
            then()
            return
        self.ask(f"Write over {what}?", ["It is there already."], _REPLACE, lambda it: then() if it == "o" else None)

    def ask_text(
        self, title: str, expects: str, value: str, problem: Callable[[str], str], then: Callable[[str], None]
    ) -> None:
        """Ask for a text; `then` gets it when `problem` finds nothing wrong with it."""
        from configurator.tui.screens.dialogs import FieldScreen

        self.push_screen(FieldScreen(title, expects, value, problem), _if_given(then))

    def pick(self, heading: str, choices: Sequence[tuple[str, str, str]], then: Callable[[str | None], None]) -> None:
        """Let the user choose from a list."""
        from configurator.tui.screens.palette import PaletteScreen

        self.push_screen(PaletteScreen(heading, choices), then)

    def pick_name(self, heading: str, names: Sequence[str], then: Callable[[str], None]) -> None:
        """Let the user choose a name."""
        self.pick(heading, [(name, name, "") for name in names], _if_given(then))

    def pick_filter(self, heading: str, then: Callable[[Filter | None], None]) -> None:
        """Let the user choose what a list or a search is to keep; `then` gets None for everything."""
        from configurator.tui.screens.filters import filters_of

        filters = filters_of(self.session, self._browse.browsing)
        choices = [("", "everything", ""), *((name, name, "") for name in filters)]
        self.pick(heading, choices, _if_given(lambda name: then(filters.get(name))))

    def open_text(self, title: str, paragraphs: Sequence[Span]) -> None:
        """Show a text to read."""
        from configurator.tui.screens.text import TextScreen

        self.push_screen(TextScreen(title, paragraphs))

    def open_complaints(self, complaints: Sequence[str]) -> None:
        """Show what is suspicious in the file and the tree, each in a paragraph."""
        texts = [Span(printable(text), Part.NOTE) for text in complaints]
        self.open_text("Warnings", texts or [Span("There is nothing to warn of.")])

    def open_information(self, node: int) -> None:
        """Show everything about an entry."""
        from configurator.tui.information import information

        self.open_text(self.session.title(node), information(self.session, node, self.glyphs))

    def open_help(self) -> None:
        """Show the keys."""
        from configurator.tui.help import help_text
        from configurator.tui.screens.text import KEYS

        self.open_text(KEYS, help_text(self.glyphs))

    def open_plans(self, name: str, then: Callable[[], None]) -> None:
        """Show the ways to make a symbol settable, or to turn on one that is n.

        `then` is called when one was applied.
        """
        from configurator.tui.screens.plans import PlansScreen

        symbol = self.session.symbol(name)
        wanted = "y" if symbol.type.is_boolean and symbol.value == "n" else None
        if symbol.visible and (wanted is None and (len(symbol.assignable) > 1 or not symbol.type.is_boolean)):
            self._browse.say(f"{name} can be set as it is")
            return
        plans = [plan for plan in self.session.plans(name, wanted) if plan.changes]
        heading = f"Make {name} {wanted}" if wanted else f"Make {name} settable"

        def apply(plan: Plan | None) -> None:
            if plan is not None:
                self._browse.take(self.session.apply_plan(plan, heading))
                then()

        self.push_screen(PlansScreen(heading, plans), apply)

    def choose_theme(self) -> None:
        """Choose the colours; those under the cursor are shown at once."""
        from configurator.tui.screens.palette import PaletteScreen

        before = self.theme
        names = sorted(self.available_themes, key=lambda name: (not name.startswith("eggcup"), name))
        choices = [(name, name, "" if self.available_themes[name].dark else "light") for name in names]

        def chosen(name: str | None) -> None:
            self.theme = name or before

        def tried(name: str) -> None:
            self.theme = name

        self.push_screen(PaletteScreen("Theme", choices, at=before, tried=tried), chosen)

    def presets(self) -> list[Preset]:
        """Return the presets of the tree."""
        from configurator.session.presets import list_presets

        return list_presets(self.session.configuration)

    def jump_to(self, name: str) -> None:
        """Close what is open and go to a symbol."""
        while self.screen is not self._browse:
            self.pop_screen()
        self._browse.jump(self.session.menu.index(name))

    # Saving and leaving

    def save(self, path: Path | None = None, *, then: Callable[[], None] | None = None) -> None:
        """Save; ask first if somebody else has changed the file meanwhile."""
        if path is None and self._watch.look() not in (OnDisk.SAME, OnDisk.GONE):
            self.ask(
                f"{self.session.path} was changed on disk since it was read",
                ["Saving would overwrite that; the former file stays as .old."],
                _OVERWRITE,
                lambda letter: self._resolve(letter, then),
            )
        else:
            self._save(path, then)

    def quit(self) -> None:
        """Leave; ask first if something would be lost."""
        if self.session.modified:
            count = len(self.session.changed)
            note = f"{count} symbol{'' if count == 1 else 's'} changed" if count else "the file does not exist yet"
            self.ask(f"Save the configuration to {self.session.path}?", [note], _LEAVE, self._leave)
        else:
            self._end()

    def action_ask_quit(self) -> None:
        """Leave as `q` does, from whatever screen."""
        while self.screen is not self._browse:
            self.pop_screen()
        self.quit()

    def terminate(self, number: int) -> None:
        """Leave because of a signal, with the edits in the recovery file; for the signal's handler."""
        self._loop_of_signals.call_soon_threadsafe(self._terminate, number)

    def keep_soon(self) -> None:
        """Keep unsaved edits in the recovery file, when the user pauses."""
        if self._keep is not None:
            self._keep.stop()
        self._keep = self.set_timer(_KEEP_AFTER, self.keep_now)

    def keep_now(self) -> None:
        """Keep unsaved edits in the recovery file."""
        try:
            self.recovery.keep()
        except (EggcupError, OSError) as problem:
            self._browse.say(f"the recovery file cannot be written: {problem}")

    # Inside

    def _terminate(self, number: int) -> None:
        self.keep_now()
        if not sys.__stdin__ or not sys.__stdin__.isatty():  # the terminal has gone: nothing can be put back there
            os._exit(_SIGNALLED + number)
        self.exit(return_code=_SIGNALLED + number)

    def _save(self, path: Path | None, then: Callable[[], None] | None) -> None:
        try:
            saved = self.session.save(path)
        except (EggcupError, OSError) as problem:
            self._browse.show(f"not saved: {problem}")
            return
        self.recovery.drop()
        self.recovery = Recovery(self.session)
        self._watch, self._on_disk = Watch(self.session.path), OnDisk.SAME
        self._browse.browsing.refresh()
        self._browse.show(str(saved))
        if then:
            then()

    def _resolve(self, letter: str, then: Callable[[], None] | None) -> None:
        if letter == "o":
            self._save(None, then)
        elif letter == "l":
            self._watch.remember()
            self._on_disk = OnDisk.SAME
            self._browse.attempt(lambda: self.session.load(self.session.path))
        else:
            self._show_differences(str(self.session.path), then=self._browse.jump)

    def _show_differences(self, path: str, *, then: Callable[[int | None], None] | None) -> None:
        """Show how a file differs from the values of now."""
        from configurator.session import Against, Origin
        from configurator.tui.screens.changes import ChangesScreen

        self.push_screen(ChangesScreen(self._browse.browsing, Against(Origin.FILE, path)), then)

    def _ask(
        self,
        title: str,
        explanation: Sequence[str],
        answers: Sequence[tuple[str, str]],
        then: Callable[[str | None], None],
        *,
        ignores_earlier_keys: bool = False,
    ) -> None:
        from configurator.tui.screens.dialogs import QuestionScreen

        screen = QuestionScreen(title, explanation, answers)
        screen.ignores_earlier_keys = ignores_earlier_keys
        self.push_screen(screen, then)

    def _offer(self, found: Found) -> None:
        """Ask what to do with what an earlier session left."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.when))
        note = f"{found.note[0].upper()}{found.note[1:]}."
        explanation = [note, f"They are of {when}, in {found.path}."]
        title = "Changes that were not saved were found"
        # nobody has asked for this question: what is typed already is no answer to it
        self._ask(title, explanation, _RECOVERY, lambda it: self._recover(it, found), ignores_earlier_keys=True)

    def _recover(self, letter: str | None, offered: Found) -> None:
        """Take what an earlier session left, drop it, or put it where this session does not write over it."""
        found = self.recovery.path
        if letter == "s":
            self._offer(offered)
            self._show_differences(str(found), then=None)
        elif letter == "r":
            self._browse.attempt(lambda: self.session.load(found))
        elif letter == "d":
            self.recovery.drop()
        elif found.exists():
            found.replace(f"{self.session.path}.recovery.{int(found.stat().st_mtime)}")
            self.recovery = Recovery(self.session)

    def _leave(self, letter: str) -> None:
        if letter == "y":
            self.save(then=self._end)
        elif letter == "n":
            self._end()

    def _end(self) -> None:
        if self._keep is not None:
            self._keep.stop()
        self.recovery.drop()
        self.was_left = True
        self.exit()

    def look_at_disk(self) -> None:
        """Say what has become of the file, when that is something else than at the last look."""
        before, self._on_disk = self._on_disk, self._watch.look()
        if before is not self._on_disk:
            what = {
                OnDisk.SAME: "is on the disk as it was read",
                OnDisk.GONE: "is gone from the disk",
                OnDisk.APPEARED: "has appeared on the disk; S asks what to do",
                OnDisk.CHANGED: "was changed on disk; S asks what to do",
            }
            self._browse.say(f"{self.session.path} {what[self._on_disk]}")

    def _recolour(self) -> None:
        self._looks = None
        for screen in self.screen_stack:
            if isinstance(screen, TableScreen):
                screen.forget_lines()


def _if_given(then: Callable[[str], None]) -> Callable[[str | None], None]:
    """Return what calls `then` unless the screen was left with Esc."""

    def closed(answer: str | None) -> None:
        if answer is not None:
            then(answer)

    return closed


_LEAVE = (("y", "Save and leave"), ("n", "Leave without saving"), ("c", "Stay"))
_RECOVERY = (
    ("r", "Take them (u takes them back)"),
    ("s", "Show what differs"),
    ("k", "Leave them for later"),
    ("d", "Drop them"),
)
_REPLACE = (("o", "Write over it"), ("c", "Leave it"))
_OVERWRITE = (("o", "Overwrite it"), ("d", "Show what differs"), ("l", "Take its values (u takes them back)"))
