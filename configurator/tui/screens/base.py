"""What the screens have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.screen import Screen

from configurator.tui.actions import Where, bindings, footer
from configurator.tui.messages import ActionClicked
from configurator.tui.widgets.bars import KeyBar
from configurator.tui.widgets.lines import LineView

if TYPE_CHECKING:
    from configurator.tui.app import MenuconfigApp

Result = TypeVar("Result")

WIDE = 100
"""From this many columns on, what is known of a row stands beside the list and not below it."""


class TableScreen(Screen[Result], inherit_bindings=False):
    """A screen whose keys are those of the table of actions.

    Attributes:
        is_open: whether it takes keys.
        ignores_earlier_keys: whether keys that were typed before it was open are not meant for it.
    """

    WHERE = Where.LIST
    AUTO_FOCUS = ""
    is_open = False
    ignores_earlier_keys = False

    def __init_subclass__(cls, *, where: Where | None = None, **keywords: object) -> None:
        if where is not None:
            cls.WHERE = where
            cls.BINDINGS = bindings(where)  # type: ignore[assignment]  # a list of bindings is one of binding types
        super().__init_subclass__(**keywords)  # type: ignore[arg-type]  # Textual's own keywords

    @property
    def editor(self) -> MenuconfigApp:
        """Return the application."""
        return self.app  # type: ignore[return-value]  # there is no other one

    def on_mount(self) -> None:
        """Take keys as soon as what a subclass does when it is mounted has its effect."""
        self.app.call_later(self._open)

    async def on_screen_resume(self) -> None:
        """Take keys again."""
        if self.is_open:
            await self.editor.screen_opened(self)

    async def _open(self) -> None:
        self.is_open = True
        await self.editor.screen_opened(self)

    def key_bar(self) -> KeyBar:
        """Return the line of keys."""
        return KeyBar(footer(self.WHERE))

    def forget_lines(self) -> None:
        """Draw all lines anew: the colours are others."""
        for lines in self.query(LineView):
            lines.forget()

    @on(ActionClicked)
    async def _do_clicked(self, event: ActionClicked) -> None:
        event.stop()
        await self.run_action(event.name)
