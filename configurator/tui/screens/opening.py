"""The actions of the main screen that open another one; what those need is imported when they are first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.session import Session
    from configurator.tui.browsing import Browsing


class OpensScreens:
    """To be filled."""

    session: Session
    browsing: Browsing

    def edit_value(self) -> None:
        """Edit."""

    def action_quit(self) -> None:
        """Quit."""
        self.app.exit()
