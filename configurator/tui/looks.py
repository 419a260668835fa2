"""How each part of a line looks.

The rest of the looks is in menuconfig.tcss. The parts are not there, as Textual makes a node of the tree of widgets for
each of them in each widget and matches it against all rules, which was a third of the time to the first screen.
Nothing is said by colour alone: marks and words say it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color

from configurator.tui.rows import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOLD = {Part.HEADING, Part.VALUE, Part.CHOSEN, Part.KEY}
_ITALIC = {Part.COMMENT}
_UNDERLINE = {Part.LINK}

_VARIABLES = {
    Part.MARK: "text-accent",
    Part.HEADING: "text-primary",
    Part.VALUE: "text-success",
    Part.NAME: "text-secondary",
    Part.NOTE: "text-warning",
    Part.COMMENT: "foreground-muted",
    Part.HIDDEN: "foreground-muted",
    Part.LINK: "text-primary",
    Part.KEY: "text-accent",
    Part.CHOSEN: "text-accent",
    Part.ADDED: "text-success",
    Part.REMOVED: "text-error",
}
"""The theme's colour of each part; a part that is not here has the colour of the text around it."""

_ANSI = {
    Part.MARK: "yellow",
    Part.HEADING: "cyan",
    Part.VALUE: "green",
    Part.NAME: "cyan",
    Part.NOTE: "yellow",
    Part.LINK: "cyan",
    Part.KEY: "yellow",
    Part.CHOSEN: "yellow",
    Part.ADDED: "green",
    Part.REMOVED: "red",
}
"""The same on a terminal that has its own sixteen colours only."""


class Looks:
    """The style of each part, and of the row under the cursor."""

    def __init__(self, parts: Mapping[Part, Style], cursor: Style) -> None:
        self._parts = parts
        self._cursor = cursor
        self._known: dict[tuple[int, Part, bool], Style] = {}

    def style(self, base: Style, part: Part, *, at_cursor: bool = False) -> Style:
        """Return the style of a part on the background of `base`."""
        key = (hash(base), part, at_cursor)
        known = self._known.get(key)
        if known is None:
            # the row under the cursor has its mark in the colour of the text: two colours less for each key
            shown = Part.PROMPT if at_cursor and part is Part.MARK else part
            known = base + self._parts[shown] + (self._cursor if at_cursor else Style())
            self._known[key] = known
        return known

    def cursor(self, base: Style) -> Style:
        """Return the style of the blank end of the cursor's row."""
        return base + self._cursor


def themed(variables: Mapping[str, str]) -> Looks:
    """Return the looks of a theme, of its CSS variables."""
    background = Color.parse(variables["background"])
    parts = {}
    for part in Part:
        variable = variables.get(_VARIABLES.get(part, ""), "")
        # "auto" is a contrast that depends on the background of the widget: leave the text's own colour
        colour = "" if not variable or variable.startswith("auto") else _solid(variable, background)
        parts[part] = _style(part, colour)
    return Looks(parts, Style(bgcolor=_solid(variables["primary"], background, 0.32), bold=True))


def plain(*, colours: bool) -> Looks:
    """Return the looks in the terminal's own colours, or without any: the cursor's row is reversed then."""
    parts = {part: _style(part, _ANSI.get(part, "") if colours else "", dim=True) for part in Part}
    return Looks(parts, Style(reverse=True, bold=True, dim=False))


def _style(part: Part, colour: str, *, dim: bool = False) -> Style:
    return Style(
        color=colour or None,
        bold=True if part in _BOLD else None,
        italic=True if part in _ITALIC else None,
        underline=True if part in _UNDERLINE else None,
        dim=True if dim and part in (Part.HIDDEN, Part.COMMENT) else None,
    )


def _solid(colour: str, background: Color, share: float = 1.0) -> str:
    parsed = Color.parse(colour)
    return background.blend(parsed, parsed.a * share).hex6
