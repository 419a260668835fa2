"""Keeps out of the start what Textual imports and the first screen has no use for.

Textual's own command palette, with five widgets that it alone needs, and TLS for sockets are a tenth of the time to the
first screen. While Textual is imported, stand-ins take their places; afterwards the stand-ins go, so that whoever
imports these modules later gets the real ones. The editor has a palette of its own (`screens.palette`).
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PALETTE = "textual.command"
_TLS = "ssl"  # asyncio does without where Python has none


class _StandIn(ModuleType):
    """A module that has every name, each an empty class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {})
        setattr(self, name, made)
        return made


@contextmanager
def imports_deferred() -> Iterator[None]:
    """Let stand-ins take the place of modules that nobody has imported yet."""
    stand_ins: dict[str, ModuleType | None] = {_PALETTE: _StandIn(_PALETTE), _TLS: None}
    placed = [name for name in stand_ins if name not in sys.modules]
    for name in placed:
        sys.modules[name] = stand_ins[name]  # type: ignore[assignment]  # None makes an import fail, as documented
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]
