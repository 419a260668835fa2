"""Who is let in: one browser, that which brings the token first.

A server on 127.0.0.1 is open to every user of the machine and, through their browsers, to every page that they look at.
So the address that is printed has a token in it, which is good for one request. It is answered with a cookie of
another secret, and every further request, the websocket's too, must bring that. A page from elsewhere cannot: the
cookie is kept from it (SameSite), and a request is refused whose Host is another name for this machine (DNS rebinding)
or whose Origin is another page.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

TOKEN = "token"  # noqa: S105 - the name of a parameter

_HEADERS = {
    # Nothing comes from elsewhere, and nothing goes there.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self' {websocket}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """Lets the requests of one browser through.

    Attributes:
        host: the name and port by which the server is reached, the only one that is answered to.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self._token: str | None = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self._cookie = f"eggcup-{host.rpartition(':')[2]}"  # ports of one host share their cookies

    @property
    def url(self) -> str:
        """Return the address with the token, for the user."""
        return f"http://{self.host}/?{TOKEN}={self._token or ''}"

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a request that is not the browser's own; take the token for the cookie."""
        self._check_place(request)
        if TOKEN in request.query:
            return self._admit(request)
        if not _equal(request.cookies.get(self._cookie, ""), self._session):
            raise web.HTTPForbidden(
                text="This needs the address that eggcup has printed, in the browser that used it.\n"
            )
        if request.path == "/ws" and request.headers.get("Origin") != f"http://{self.host}":
            raise web.HTTPForbidden(text="This request comes from another page.\n")
        response = await handler(request)
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers[name] = value.format(websocket=f"ws://{self.host}")
        return response

    def _check_place(self, request: web.Request) -> None:
        """Refuse what is asked under another name, or by a page from elsewhere."""
        if request.headers.get("Host") != self.host:
            raise web.HTTPForbidden(text="This is not the name of this server.\n")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{self.host}":
            raise web.HTTPForbidden(text="This request comes from another page.\n")
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ("GET", "HEAD"))

    def _admit(self, request: web.Request) -> web.StreamResponse:
        """Give the cookie for the token, once."""
        if request.method != "GET" or not self._token or not _equal(request.query[TOKEN], self._token):
            raise web.HTTPForbidden(
                text="This address was used already, or is wrong. Start eggcup menuconfig --web again.\n"
            )
        self._token = None
        response = web.HTTPSeeOther("/")
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Strict", path="/")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        raise response


def _equal(given: str, wanted: str) -> bool:
    """Compare secrets in a time that does not tell how much of them is right."""
    return secrets.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())
