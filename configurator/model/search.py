"""Finds entries of the menu tree by name, prompt and help text."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.model.views import NodeInfo

_PREFIX = re.compile("^CONFIG_", re.IGNORECASE)


def find(nodes: Iterable[NodeInfo], query: str, *, in_help: bool = False) -> list[NodeInfo]:
    """Return the entries whose name or prompt matches every word of `query`; a symbol of just that name comes first.

    A word is a regular expression, or a plain text when it is none; case does not matter, nor does the prefix that
    names have in a .config.

    Args:
        nodes: the entries to look at.
        query: the words, separated by spaces.
        in_help: let a word match the help text too; entries with words that only match there come last.
    """
    words = [_PREFIX.sub("", word) for word in query.split()]
    patterns = [pattern(word) for word in words]
    exact = words[0].upper() if len(words) == 1 else None
    ranked = []
    for node in nodes:
        by_title = all(p.search(node.name or "") or p.search(node.prompt) for p in patterns)
        if by_title:
            ranked.append((0 if exact and node.name == exact else 1, node))
        elif in_help and all(p.search(f"{node.name or ''}\n{node.prompt}\n{node.help}") for p in patterns):
            ranked.append((2, node))
    return [node for _, node in sorted(ranked, key=lambda pair: pair[0])]


def pattern(word: str) -> re.Pattern[str]:
    """Compile one word of a query; it is taken literally while it is not (yet) a regular expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[`: Python may one day read it otherwise
        try:
            return re.compile(word, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError):
            return re.compile(re.escape(word), re.IGNORECASE)
