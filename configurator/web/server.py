"""Runs textual-serve behind the gate, until the browser has gone or Ctrl+C."""

from __future__ import annotations

import asyncio
import logging
import shlex
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.web_runner import GracefulExit
from textual_serve.server import Server

from configurator.web.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ADDRESS = "127.0.0.1"

_TEMPLATES = str(Path(__file__).with_name("templates"))

GRACE = 5.0
"""Seconds in which a page may come back after its connection has ended, as it does when it is loaded anew."""


class _Server(Server):
    """textual-serve's server, with the gate before everything, and an end."""

    def __init__(self, command: Sequence[str], port: int, title: str, announce: Callable[[str], None]) -> None:
        super().__init__(shlex.join(command), host=ADDRESS, port=port, title=title, templates_path=_TEMPLATES)
        self.gate = Gate(f"{ADDRESS}:{port}")
        self.public_url = f"http://{self.gate.host}"  # without port 80 being left out
        self._announce = announce
        self._open = 0

    async def make_app(self) -> web.Application:
        """Return the application with the gate in front."""
        app = await self._make_app()
        app.middlewares.append(self.gate.middleware)
        return app

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 - textual-serve calls it so
        """Say where to go."""
        self._announce(self.gate.url)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the editor for a page; when the last page is gone and stays away, end."""
        self._open += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._open -= 1
            asyncio.get_running_loop().call_later(GRACE, self._end_if_alone)

    def _end_if_alone(self) -> None:
        if not self._open:
            raise GracefulExit


def serve(command: Sequence[str], title: str, *, port: int = 0, announce: Callable[[str], None]) -> None:
    """Serve the editor that `command` starts to one browser on this machine; return when that has gone.

    Args:
        command: the program and its arguments.
        title: what the page is called.
        port: the port on 127.0.0.1, 0 for any that is free.
        announce: is told the address with the token.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("textual-serve").setLevel(logging.CRITICAL)
    with socket.create_server((ADDRESS, port)) as listening:
        server = _Server(command, listening.getsockname()[1], title, announce)
        web.run_app(server.make_app(), sock=listening, print=None, access_log=None)
