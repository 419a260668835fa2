"""How texts are cut and wrapped, and what a click on a line means."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style

from configurator.tui.rows import Part, Span, printable
from configurator.tui.widgets.lines import fit
from configurator.tui.widgets.pane import wrap, wrap_text


@pytest.mark.parametrize("text", ["", "short", "exactly ten", "much longer than that", "幅の広い文字と", "a👩‍🚀b"])
def test_line_is_as_wide_as_its_window(text: str) -> None:
    """A line is cut or filled to the width; a cut one ends in an ellipsis."""
    strip = fit([Segment(text)], 10, Style(), "…")
    assert strip.cell_length == 10
    assert strip.text.rstrip() == text or "…" in strip.text


@pytest.mark.parametrize("width", [1, 2, 7, 20, 200])
@pytest.mark.parametrize(
    "text", ["a plain sentence of some words", "    an indented one of words", "幅の広い文字 と 卵", "x" * 50]
)
def test_wrapped_text_keeps_its_words(text: str, width: int) -> None:
    """Wrapping loses no character but spaces."""
    if width == 1 and not text.isascii():
        pytest.skip("no character of two cells fits into one")
    lines = wrap_text(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    if text.isascii():
        assert max(map(len, lines)) <= width


def test_ten_thousand_characters_are_wrapped() -> None:
    """A long paragraph loses nothing."""
    text = " ".join(f"word{number}" for number in range(1500))
    lines = wrap([Span(text, Part.PROMPT)], 60)
    assert " ".join(line.text.strip() for line in lines) == text


def test_control_characters_are_harmless() -> None:
    """What a terminal would obey is replaced; tabs and line ends are spaces."""
    assert printable("a\x1b[31mb\tc\nd\u202ee") == "a\N{REPLACEMENT CHARACTER}[31mb c d\N{REPLACEMENT CHARACTER}e"
