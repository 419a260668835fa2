"""Opens the editor on a session, and sees to it that nothing is lost however it ends."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.tui.app import MenuconfigApp

if TYPE_CHECKING:
    from configurator.session import Session
    from configurator.session.watch import Watch

_DEADLY = ("SIGTERM", "SIGHUP")  # the second one is not there on Windows


def edit(session: Session, *, theme: str = "", ascii_only: bool = False, watch: Watch | None = None) -> int:
    """Let the user edit; return the exit code.

    Unsaved edits stay in the recovery file unless the user leaves by the editor's own way.

    Args:
        session: what is edited.
        theme: the name of the colours, "" for those that fit the terminal.
        ascii_only: draw nothing but ASCII.
        watch: knows the file as it was before it was read; None for as it is now.

    Raises:
        UsageError: there is no such theme.
    """
    app = MenuconfigApp(session, theme=_known(theme), ascii_only=ascii_only, watch=watch)
    signals = [getattr(signal, name) for name in _DEADLY if hasattr(signal, name)]
    former = {number: signal.signal(number, lambda number, _: app.terminate(number)) for number in signals}
    try:
        app.run()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if not app.was_left:
            app.keep_now()
    return app.return_code or 0


def _known(theme: str) -> str:
    theme = theme or os.environ.get("EGGCUP_THEME", "")
    if not theme:
        return ""
    from textual.theme import BUILTIN_THEMES

    from configurator.tui.themes import OWN_THEMES

    names = [*(str(own["name"]) for own in OWN_THEMES), *sorted(BUILTIN_THEMES)]
    if theme not in names:
        raise UsageError(f"there is no theme {theme!r}", hints=[f"--theme {name}" for name in names[:6]])
    return theme
