"""Keeps out of the start what Textual imports and the first screen has no use for.

Textual's own command palette with five widgets that it alone needs, TLS for sockets, the folders of the user, numbers
that identify a download, and tables are a seventh of the time to the first screen. While Textual is imported, stand-ins
take their places; afterwards the stand-ins go, so that whoever imports these modules later gets the real ones, and a
name that Textual has taken from a stand-in calls the real one. The editor has a palette of its own (`screens.palette`).
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_PALETTE = "textual.command"
_CALLED = ("platformdirs", "rich.table", "uuid")
"""Modules of which Textual only calls something, for what the editor does not do: screenshots, downloads."""
_TLS = "ssl"  # asyncio does without where Python has none


class _StandIn(ModuleType):
    """A module that has every name, each a class; to call one is to call what the real module has of that name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        module = self.__name__

        def call(cls: type, *arguments: Any, **keywords: Any) -> Any:
            if cls is not made:
                return object.__new__(cls)
            return getattr(import_module(module), name)(*arguments, **keywords)

        made = type(name, (), {"__new__": call})
        setattr(self, name, made)
        return made


@contextmanager
def imports_deferred() -> Iterator[None]:
    """Let stand-ins take the place of modules that nobody has imported yet."""
    stand_ins: dict[str, ModuleType | None] = {name: _StandIn(name) for name in (_PALETTE, *_CALLED)}
    stand_ins[_TLS] = None
    placed = [name for name in stand_ins if name not in sys.modules]
    for name in placed:
        sys.modules[name] = stand_ins[name]  # type: ignore[assignment]  # None makes an import fail, as documented
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]
