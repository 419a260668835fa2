"""What a line of the interface is: spans of plain text, each with the part it plays.

Text from Kconfig files and .config is shown as it is: never parsed as markup, and made harmless to the terminal here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Part(StrEnum):
    """The part that a text plays in a line; `configurator.tui.looks` gives each its look."""

    MARK = "mark"
    PROMPT = "prompt"
    HEADING = "heading"
    VALUE = "value"
    NAME = "name"
    NOTE = "note"
    COMMENT = "comment"
    HIDDEN = "hidden"
    LINK = "link"
    KEY = "key"
    CHOSEN = "chosen"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Span:
    """A text and the part it plays.

    Attributes:
        text: the text.
        part: the part that it plays.
        link: the symbol that a click on it leads to.
        hang: how far the further lines of a text that is wrapped are indented, 0 for as far as the first one.
    """

    text: str
    part: Part = Part.PROMPT
    link: str = ""
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it stands for, such as a node of the menu tree or a symbol's name, and its text."""

    key: object
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Return the line as plain text."""
        return "".join(span.text for span in self.spans)


def row(key: object, spans: Iterable[tuple[str, Part]]) -> Row:
    """Return a row of `spans`, the empty ones left out."""
    return Row(key, tuple([Span(printable(text), part) for text, part in spans if text]))


def printable(text: str) -> str:
    """Return `text` with a space for each tab and line end, and U+FFFD for what a terminal might obey."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)
