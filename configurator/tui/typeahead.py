"""Hands each key to the screen that it is meant for, however fast they come.

Textual gives a key to whatever screen is on top when it arrives. While a screen opens, or while the key that opens it
is still on its way from the widget to the application, that is the wrong one: of `/timer`, typed at once, the letters
would be commands of the menu. Here a key waits until the one before it has come to its end and the screen that it
opened takes keys. It is a queue and no clock: nothing is slower for it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual import events
    from textual.app import App
    from textual.message_pump import MessagePump


class TypeAhead:
    """The keys that have not been handled yet.

    Args:
        app: the application.
        is_open: whether the screen on top takes keys.
        hand_over: gives a key to whatever has the focus.
    """

    def __init__(
        self, app: App[None], is_open: Callable[[], bool], hand_over: Callable[[events.Event], Awaitable[None]]
    ) -> None:
        self._app = app
        self._is_open = is_open
        self._hand_over = hand_over
        self._waiting: deque[events.Event] = deque()
        self._is_under_way = False

    @property
    def is_busy(self) -> bool:
        """Return whether there are keys that have not been handled yet."""
        return self._is_under_way or bool(self._waiting)

    async def take(self, event: events.Event) -> None:
        """Take a key, or what was pasted."""
        self._waiting.append(event)
        await self.go_on()

    async def go_on(self) -> None:
        """Hand over the next key, if there is one and somebody to take it."""
        if self._waiting and not self._is_under_way and self._is_open():
            self._is_under_way = True
            event = self._waiting.popleft()
            target = self._app.focused or self._app.screen
            await self._hand_over(event)
            self._follow(target)

    def forget(self) -> None:
        """Drop the keys that wait: they were typed before there was anything to see that they could be meant for."""
        self._waiting.clear()

    def _follow(self, node: MessagePump | None) -> None:
        """Come back when all that a widget has to do is done; it may have closed meanwhile, then go on above it."""
        while node is not None and not node.call_later(self._passed, node):
            node = node._parent  # noqa: SLF001 - `parent` of a DOM node, which a message pump need not be
        if node is None:  # taken out of the tree, with what was above it
            self._app.call_later(self._passed, self._app)

    async def _passed(self, node: MessagePump) -> None:
        """Follow the key, and what the widget made of it, to the application, where it ends."""
        if node.message_queue_size:  # such as `Input.Submitted`, which Enter has become
            self._follow(node)
        elif node is not self._app:
            self._follow(node._parent)  # noqa: SLF001 - as above
        else:
            self._is_under_way = False
            await self.go_on()
