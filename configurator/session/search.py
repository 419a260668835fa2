"""Finds entries while the user types: by name, prompt and help, ranked; and by what became of them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, overload

from configurator.model.search import pattern

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from configurator.model.menu import Menu

_PREFIX = re.compile(r"(\^?)CONFIG_", re.IGNORECASE)
_IS_REGEX = re.compile(r"[\\^$.|?*+()\[\]{}]")
_CAPITAL_ESCAPE = re.compile(r"\\[A-Z]")
_FEW = 50
"""With more matches than that nobody looks for names that are merely alike."""
_SHORTEST_FUZZY = 3
_BEFORE = 20
"""Characters before a match that its excerpt begins with."""
_EXCERPT = 120

_Word: TypeAlias = str | re.Pattern[str]


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
    MENU = "in this menu"


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps some entries of the tree.

    `unit` is the folder of a unit, such as ``drivers/uart``, for `FilterKind.UNIT`; `menu` an entry, for
    `FilterKind.MENU`.
    """

    kind: FilterKind
    unit: str = ""
    menu: int = -1

    def __str__(self) -> str:
        """Return what it keeps, to follow "what is"."""
        return f"of the unit {self.unit}" if self.kind is FilterKind.UNIT else self.kind.value


class Matches(Sequence[Match]):
    """What was found, the best first; `nodes` are the entries alone."""

    def __init__(self, groups: Iterable[tuple[Rank, list[int]]]) -> None:
        self.nodes: list[int] = []
        self._groups: list[tuple[int, Rank]] = []  # where each rank ends
        for rank, nodes in groups:
            self.nodes += nodes
            self._groups.append((len(self.nodes), rank))

    def __len__(self) -> int:
        return len(self.nodes)

    @overload
    def __getitem__(self, place: int) -> Match: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Match]: ...

    def __getitem__(self, place: int | slice) -> Match | Sequence[Match]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        node = self.nodes[place]
        place %= len(self)
        return Match(node, next(rank for end, rank in self._groups if place < end))


class Index:
    """The texts of a tree in lower case, made when they are first looked at."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu

    def prepare(self) -> None:
        """Do now what the first search would have to wait for."""
        len(self._titles)
        len(self._helps)

    @cached_property
    def _names(self) -> list[str]:
        return [name.lower() if name else "" for name in self._menu.names]

    @cached_property
    def _titles(self) -> list[str]:
        """Return for each entry its name and, on a line of its own, its prompt."""
        return [f"{name}\n{prompt.lower()}" for name, prompt in zip(self._names, self._menu.prompts, strict=True)]

    @cached_property
    def _helps(self) -> list[str]:
        return [text.lower() for text in self._menu.helps()]

    def find(self, query: str, *, in_help: bool = True, among: Container[int] | None = None) -> Matches:
        """Return the entries that match every word of `query`, the best first.

        Args:
            query: words, separated by spaces. A word with characters of regular expressions is one, where it parses.
            in_help: look at the help texts too.
            among: the entries to look at, None for all.
        """
        words = [_word(text) for text in query.split()]
        if not words:
            return Matches([])
        by_title = _all(words, self._titles)
        found = self._ranked(words, by_title)
        known = set(by_title)
        if len(words) == 1 and len(by_title) < _FEW and isinstance(words[0], str):
            fuzzy = [node for node in self._fuzzy(words[0]) if node not in known]
            found.append((Rank.FUZZY, fuzzy))
            known.update(fuzzy)
        if in_help:
            inside = _all(words, self._helps) if len(words) == 1 else self._in_help(words)
            found.append((Rank.HELP, [node for node in inside if node not in known]))
        if among is not None:
            found = [(rank, [node for node in nodes if node in among]) for rank, nodes in found]
        return Matches(found)

    def _ranked(self, words: list[_Word], nodes: list[int]) -> list[tuple[Rank, list[int]]]:
        """Return entries whose titles match in groups by how well."""
        names = self._names
        ranked: dict[Rank, list[int]] = {Rank.EXACT: [], Rank.NAME_START: [], Rank.NAME: [], Rank.PROMPT: []}
        first = words[0]
        exact, start, inside, prompt = ranked.values()
        if len(words) == 1 and isinstance(first, str):
            for node in nodes:
                name = names[node]
                if first not in name:
                    prompt.append(node)
                elif not name.startswith(first):
                    inside.append(node)
                else:
                    (exact if name == first else start).append(node)
        else:
            by_name = set(_all(words, names, nodes))
            for node in nodes:
                (inside if node in by_name else prompt).append(node)
        return [*ranked.items()]

    def _in_help(self, words: list[_Word]) -> Iterable[int]:
        """Return the entries in whose title or help each word is."""
        nodes: Iterable[int] = range(len(self._titles))
        titles, helps = self._titles, self._helps
        for word in words:
            if isinstance(word, str):
                nodes = [node for node in nodes if word in helps[node] or word in titles[node]]
            else:
                matches = word.search
                nodes = [node for node in nodes if matches(helps[node]) or matches(titles[node])]
        return nodes

    def _fuzzy(self, word: str) -> list[int]:
        """Return the symbols in whose names the letters of a word stand in its order, the closest together first."""
        if len(word) < _SHORTEST_FUZZY:
            return []
        matches = re.compile("".join(f"[^{re.escape(letter)}]*?({re.escape(letter)})" for letter in word)).match
        found = [(match.end() - match.start(1), node) for node, name in enumerate(self._names)
                 if (match := matches(name))]  # fmt: skip
        return [node for _, node in sorted(found)]


def _all(words: list[_Word], texts: list[str], nodes: Iterable[int] | None = None) -> list[int]:
    """Return the entries, of `nodes` if that is given, whose text every word is in."""
    found = range(len(texts)) if nodes is None else nodes
    for word in words:
        if isinstance(word, str):
            found = [node for node in found if word in texts[node]]
        else:
            matches = word.search
            found = [node for node in found if matches(texts[node])]
    return [*found]


def excerpt(text: str, query: str, ellipsis: str) -> str:
    """Return what stands around the first match of a query in a help text, on one line."""
    text = " ".join(text.split())
    lowered = text.lower()
    for word in map(_word, query.split()):
        if isinstance(word, str):
            start = lowered.find(word)
        else:
            match = word.search(lowered)
            start = match.start() if match else -1
        if start >= 0:
            begin = text.rfind(" ", 0, max(start - _BEFORE, 0)) + 1
            return f"{ellipsis if begin else ''}{text[begin : begin + _EXCERPT]}"
    return text[:_EXCERPT]


def _word(text: str) -> _Word:
    """Return a word of a query: a text in lower case, or a pattern for texts in lower case."""
    prefix = _PREFIX.match(text)
    text = prefix[1] + text[prefix.end() :] if prefix else text
    if not _IS_REGEX.search(text):
        return text.lower()
    if "(?" in text or _CAPITAL_ESCAPE.search(text):  # in lower case they would mean something else
        return pattern(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[`: Python may one day read it otherwise
            return re.compile(text.lower(), re.MULTILINE)  # without IGNORECASE, which makes it several times slower
    except (re.error, OverflowError, RecursionError):  # not (yet) a regular expression
        return text.lower()
