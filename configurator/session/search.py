"""Finds entries while the user types: by name, prompt and help, ranked; and by what became of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from configurator.model.search import pattern

if TYPE_CHECKING:
    from collections.abc import Container

    from configurator.model.menu import Menu

_PREFIX = re.compile("^CONFIG_", re.IGNORECASE)


class Rank(IntEnum):
    """Why an entry was found, the best first."""

    EXACT = 0
    NAME_START = 1
    NAME = 2
    PROMPT = 3
    FUZZY = 4
    HELP = 5


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that was found."""

    node: int
    rank: Rank


class FilterKind(Enum):
    """What a filter keeps; the value is its name for the user."""

    CHANGED = "changed since the last save"
    NOT_DEFAULT = "changed from the default"
    NEW = "new"
    SET = "set by the user"
    UNIT = "of a unit"
    MENU = "in a menu"


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps some entries of the tree.

    `unit` is the folder of a unit, such as ``drivers/uart``, for `FilterKind.UNIT`; `menu` an entry, for
    `FilterKind.MENU`.
    """

    kind: FilterKind
    unit: str = ""
    menu: int = -1


class Index:
    """The texts of a tree in lower case, each made when it is first looked at."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu

    def find(self, query: str, *, in_help: bool = True, among: Container[int] | None = None) -> list[Match]:
        """Return the entries that match every word of `query`, the best first.

        Args:
            query: words, separated by spaces. A word with characters of regular expressions is one, where it parses.
            in_help: look at the help texts too.
            among: the entries to look at, None for all.
        """
        words = [_PREFIX.sub("", word) for word in query.split()]
        if not words:
            return []
        patterns = [pattern(word) for word in words]
        exact = words[0].upper() if len(words) == 1 else None
        menu = self._menu
        found = []
        for node in range(len(menu)):
            if among is not None and node not in among:
                continue
            name, prompt = menu.names[node] or "", menu.prompts[node]
            if exact and name == exact:
                found.append(Match(node, Rank.EXACT))
            elif all(p.search(name) for p in patterns):
                found.append(Match(node, Rank.NAME))
            elif all(p.search(name) or p.search(prompt) for p in patterns):
                found.append(Match(node, Rank.PROMPT))
            elif in_help and all(p.search(f"{name}\n{prompt}\n{menu.help(node)}") for p in patterns):
                found.append(Match(node, Rank.HELP))
        return sorted(found, key=lambda match: match.rank)
