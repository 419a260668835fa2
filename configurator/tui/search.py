"""Finds entries of the menu tree by name and prompt."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.model import NodeInfo

_PREFIX = re.compile("^CONFIG_", re.IGNORECASE)


def find(nodes: Iterable[NodeInfo], query: str) -> list[NodeInfo]:
    """Return the entries whose name or prompt matches every word of `query`; a symbol of just that name comes first.

    A word is a regular expression, or a plain text when it is none; case does not matter, nor does the prefix that
    names have in a .config.
    """
    words = [_PREFIX.sub("", word) for word in query.split()]
    patterns = [pattern(word) for word in words]
    matches = [node for node in nodes if all(p.search(node.name or "") or p.search(node.prompt) for p in patterns)]
    exact = words[0].upper() if len(words) == 1 else None
    return sorted(matches, key=lambda node: node.name is None or node.name != exact)


def pattern(word: str) -> re.Pattern[str]:
    """Compile one word of a query; it is taken literally while it is not (yet) a regular expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[`: Python may one day read it otherwise
        try:
            return re.compile(word, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError):
            return re.compile(re.escape(word), re.IGNORECASE)
