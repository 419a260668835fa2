"""The Textual application: it wires the session to the screens and does nothing else."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, ClassVar

os.environ.setdefault("TEXTUAL_FPS", "1000")  # read at import: a key is painted at once and not with the next frame

from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from configurator.tui.glyphs import glyphs_for
from configurator.tui.looks import Looks, plain, themed
from configurator.tui.screens.browse import BrowseScreen
from configurator.tui.themes import OWN_THEMES

if TYPE_CHECKING:
    from configurator.session import Session


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

    def __init__(self, session: Session, *, theme: str = "eggcup", ascii_only: bool = False) -> None:
        # With the terminal's own colours Textual honours NO_COLOR by sending none at all; else it would send greys.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.animation_level = "none"
        self.glyphs = glyphs_for(sys.stdout.encoding, ascii_only=ascii_only)
        for own in OWN_THEMES:
            self.register_theme(Theme(**own))
        self.session = session
        self._looks: Looks | None = None
        self._browse = BrowseScreen(session, self.glyphs)
        self.theme = theme

    @property
    def looks(self) -> Looks:
        """Return how the parts of a line look."""
        if self._looks is None:
            ansi = self.native_ansi_color
            self._looks = plain(colours=not self.no_color) if ansi else themed(self.theme_variables)
        return self._looks

    def get_default_screen(self) -> BrowseScreen:
        """Return the main screen; there is no blank one below it."""
        return self._browse

    def after_first_paint(self) -> None:
        """Do what the first screen could do without."""
        gc.freeze()  # tree and modules stay to the end
        gc.enable()

    def keep_soon(self) -> None:
        """Keep."""

    def action_ask_quit(self) -> None:
        """Leave as `q` does, from whatever screen."""
        while self.screen is not self._browse:
            self.pop_screen()
        self._browse.action_quit()
