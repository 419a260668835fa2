"""The Textual application: it wires the state to the screens and does nothing else."""

import os
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from configurator.tui.screens.browse import BrowseScreen
from configurator.tui.state import MenuState


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

    def __init__(self, state: MenuState) -> None:
        # With the terminal's own colours Textual honours NO_COLOR by sending none at all; else it would send greys.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self._browse = BrowseScreen(state)

    def on_mount(self) -> None:
        """Open the main screen."""
        self.push_screen(self._browse)

    def action_ask_quit(self) -> None:
        """Leave as `q` does, from whatever screen."""
        while self.screen is not self._browse:
            self.pop_screen()
        self._browse.action_quit()
