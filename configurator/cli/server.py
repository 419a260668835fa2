"""The protocol of `eggcup serve`: a request a line, an answer a line, JSON each. docs/serve.md is its description.

Of the state of the symbols, an answer holds only what is not known to the other side yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configurator.cli import documents
from configurator.errors import EggcupError, UsageError
from configurator.model import Assignment

if TYPE_CHECKING:
    from collections.abc import Callable

    from configurator.model import Configuration, SymbolInfo

PROTOCOL = 1

_Answer = dict[str, Any]


class Session:
    """One conversation over one tree.

    Args:
        configuration: the tree, with the values of the file that is open.
        path: where `save` writes, unless a request says otherwise.
    """

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self._configuration = configuration
        self._path = path
        self._known: dict[str, _Answer] = {}
        self.is_over = False

    def greeting(self) -> _Answer:
        """Return what is said first: version, title, file, findings and the state of all symbols."""
        from configurator import __version__

        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "title": self._configuration.title,
            "config": str(self._path),
            **documents.reading(self._configuration),
            "changed": self._news(),
        }

    def answer(self, line: str) -> _Answer:
        """Return the answer to a request; a wrong one is answered with an error, and the conversation goes on."""
        request: Any = None
        try:
            request = _parsed(line)
            name = request.get("method")
            method = _METHODS.get(name) if isinstance(name, str) else None
            if method is None:
                raise UsageError(f"there is no method {name!r}", hints=sorted(_METHODS))
            return {"id": request.get("id"), **method(self, request)}
        except EggcupError as problem:
            known = request.get("id") if isinstance(request, dict) else None
            return {"id": known, "error": documents.error(problem)["error"]}

    def load(self, request: _Answer) -> _Answer:
        """Take the values of another file, or of the same one again; of a missing file, the defaults."""
        path = Path(_text(request, "config")) if "config" in request else self._path
        self._configuration.read(*[path] if path.exists() else [])
        self._path = path
        return {"config": str(path), **documents.reading(self._configuration), "changed": self._news()}

    def get(self, request: _Answer) -> _Answer:
        """Return all about some symbols."""
        configuration = self._configuration
        names = _names(request)
        return {"symbols": [documents.symbol(configuration, configuration.symbol(name)) for name in names]}

    def set(self, request: _Answer) -> _Answer:
        """Give symbols values, all at once or none; null takes a value back."""
        values = request.get("values")
        if not isinstance(values, dict) or not all(isinstance(v, str | None) for v in values.values()):
            raise UsageError("values must be an object of texts, or null to take a value back")
        configuration = self._configuration
        before = configuration.snapshot()
        try:
            for name in [name for name, value in values.items() if value is None]:
                configuration.unset(name)
            given = [Assignment(name, value) for name, value in values.items() if value is not None]
            missed = configuration.set_all(given)
        except UsageError:
            configuration.restore(before)
            raise
        pending = [{"symbol": one.name, "asked": one.asked, "became": one.got, "message": str(one),
                    "unmet": [documents.condition(unmet) for unmet in one.unmet]} for one in missed]  # fmt: skip
        return {"pending": pending, "changed": self._news()}

    def visible(self, request: _Answer) -> _Answer:
        """Return which of some symbols the user can set now; of all, unless named."""
        return {"visible": {info.name: info.visible for info in self._infos(request)}}

    def ranges(self, request: _Answer) -> _Answer:
        """Return the ranges that hold now for some numbers; for all, unless named."""
        return {"ranges": {info.name: list(info.range) for info in self._infos(request) if info.range}}

    def why(self, request: _Answer) -> _Answer:
        """Explain a value."""
        return {"why": documents.why(self._configuration.analysis.why(_text(request, "symbol")))}

    def fix(self, request: _Answer) -> _Answer:
        """Return plans for a value; without one, plans that make the symbol settable."""
        value = _text(request, "value") if "value" in request else None
        plans = self._configuration.analysis.plans(_text(request, "symbol"), value)
        return {"plans": documents.planned(plans)}

    def menu(self, _: _Answer) -> _Answer:
        """Return the menu tree: entries in order, each with the index of its parent, -1 at the top."""
        entries = [
            {"parent": node.parent, **documents.entry(self._configuration, node)}
            for node in self._configuration.nodes()
        ]
        return {"menu": entries}

    def save(self, request: _Answer) -> _Answer:
        """Write the file, or another one."""
        path = Path(_text(request, "config")) if "config" in request else self._path
        return {"config": str(path), "written": self._configuration.write(path)}

    def quit(self, _: _Answer) -> _Answer:
        """End the conversation."""
        self.is_over = True
        return {}

    def _infos(self, request: _Answer) -> list[SymbolInfo]:
        if "symbols" not in request:
            return self._configuration.symbols()
        return [self._configuration.symbol(name) for name in _names(request)]

    def _news(self) -> dict[str, _Answer]:
        """Return, for each symbol whose state is not known yet, the parts of it that are not."""
        news = {}
        for info in self._configuration.symbols():
            state: _Answer = {
                "value": info.value,
                "visible": info.visible,
                "assignable": list(info.assignable),
                "range": list(info.range) if info.range else None,
                "set_by_user": info.is_set_by_user,
            }
            known = self._known.get(info.name, {})
            fresh = {key: value for key, value in state.items() if key not in known or known[key] != value}
            if fresh:
                news[info.name] = fresh
            self._known[info.name] = state
        return news


_METHODS: dict[str, Callable[[Session, _Answer], _Answer]] = {
    "load": Session.load,
    "get": Session.get,
    "set": Session.set,
    "visible": Session.visible,
    "ranges": Session.ranges,
    "why": Session.why,
    "fix": Session.fix,
    "menu": Session.menu,
    "save": Session.save,
    "quit": Session.quit,
}


def _parsed(line: str) -> _Answer:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"a request must be a line of JSON: {problem}") from None
    if not isinstance(request, dict):
        raise UsageError('a request must be an object such as {"id": 1, "method": "get", "symbols": ["UART"]}')
    return request


def _text(request: _Answer, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str):
        raise UsageError(f"{key} must be a text")
    return value


def _names(request: _Answer) -> list[str]:
    names = request.get("symbols")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError("symbols must be a list of names")
    return names
