"""The help text, made from the table of actions so that it cannot differ from the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui.actions import help_sections
from configurator.tui.rows import Part, Span

if TYPE_CHECKING:
    from configurator.tui.glyphs import Glyphs

_KEYS_WIDTH = 26


def help_text(glyphs: Glyphs) -> list[Span]:
    """Return what the marks mean, and for each kind of screen its keys and what they do."""
    text = [
        Span("What the marks say", Part.HEADING),
        *(
            _line(mark, meaning)
            for mark, meaning in (
                ("[*] [ ]", "on and off"),
                ("<*> <M> < >", "on, a module, off"),
                ("-*- -M- - -", "cannot be changed now; w says why, p shows ways"),
                ("{*} {M}", "cannot be off: something selects it"),
                ("(X) ( )", "chosen among several, and not"),
                ("(text)", "a number or a text"),
                ("--->  ----", "a menu, and one with nothing to set in it now"),
                (f"{glyphs.unfolded} {glyphs.folded}", "a menu of the whole tree, unfolded and folded"),
                (glyphs.changed, "differs from what was saved or loaded last"),
                ("(NEW)", "the file says nothing of it"),
                ("(hidden)", "cannot be set now, and is shown on request (Z)"),
            )
        ),
        Span(""),
    ]
    for heading, lines in help_sections():
        text += [Span(heading, Part.HEADING), *(_line(keys, does) for keys, does in lines)]
        text += [Span("")]
    return text[:-1]


def _line(keys: str, does: str) -> Span:
    return Span(f"  {keys:<{_KEYS_WIDTH - 2}} {does}", hang=_KEYS_WIDTH + 1)
