"""What the painter sends, seen by a terminal: after every update it shows what Textual wanted to show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from configurator.tui.painter import Painter, Piece

WIDTH, HEIGHT = 24, 4
COLUMNS = (0, 10)
"""Where the two widgets of a line start."""

_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|([^\x1b]+)")
_OFF = {"22": ("1", "2"), "23": ("3",), "24": ("4",), "27": ("7",)}

Pen: TypeAlias = tuple[frozenset[str], str, str]
PLAIN: Pen = (frozenset(), "39", "49")


@dataclass
class Terminal:
    """A terminal that knows the sequences that the painter may use, and erases to the colour of the background."""

    cells: dict[tuple[int, int], tuple[str, Pen]] = field(default_factory=dict)
    pen: Pen = PLAIN
    y: int = 0
    x: int = 0

    def feed(self, text: str) -> None:
        """Do what `text` says."""
        for numbers, command, written in _SEQUENCE.findall(text):
            for start, end, width in split_graphemes(written)[0]:
                self._write(written[start:end], width)
            if written:
                continue
            if command == "m":
                self._select(numbers.split(";"))
            else:
                self._obey(command, [int(number) for number in numbers.split(";") if number])

    def _write(self, character: str, width: int) -> None:
        assert self.x + width <= WIDTH, "it writes beyond the end of a line"
        self.cells[self.y, self.x] = character, self.pen
        for more in range(1, width):
            self.cells[self.y, self.x + more] = "", self.pen
        self.x += width

    def _obey(self, command: str, numbers: list[int]) -> None:
        count = numbers[0] if numbers else 1
        if command == "H":
            self.y, self.x = count - 1, (numbers[1] if len(numbers) > 1 else 1) - 1
        elif command in "XK":
            end = WIDTH if command == "K" else self.x + count
            for x in range(self.x, end):
                self.cells[self.y, x] = " ", (frozenset(), "39", self.pen[2])
        else:
            down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1), "E": (1, 0), "F": (-1, 0)}[command]
            self.y, self.x = self.y + down * count, 0 if command in "EF" else self.x + right * count
        assert 0 <= self.y < HEIGHT
        assert 0 <= self.x < WIDTH

    def _select(self, codes: list[str]) -> None:
        on, colour, ground = self.pen
        while codes:
            code = codes.pop(0)
            if code in ("", "0"):
                on, colour, ground = PLAIN
            elif code in ("38", "48"):
                taken = [code, *(codes.pop(0) for _ in range(4))]
                colour, ground = (";".join(taken), ground) if code == "38" else (colour, ";".join(taken))
            elif code in ("39", "49"):
                colour, ground = (code, ground) if code == "39" else (colour, code)
            elif code in _OFF:
                on -= {*_OFF[code]}
            else:
                on |= {code}
        self.pen = on, colour, ground

    def look(self, y: int, x: int) -> tuple[str, Pen]:
        """Return what a user sees in a cell: of blanks neither colour nor weight."""
        character, (on, colour, ground) = self.cells[y, x]
        if character == " " and not on & {"4", "7"}:
            return " ", (frozenset(), "39", ground)
        return character, (on, colour, ground)


styles = st.sampled_from([
    None,
    Style(color="#102030", bgcolor="#000001"),
    Style(color="#102030", bgcolor="#000001", bold=True),
    Style(color="#405060", bgcolor="#000001", dim=True, italic=True),
    Style(color="#405060", bgcolor="#000002"),
    Style(bgcolor="#000002", underline=True),
    Style(color="#102030", reverse=True),
])  # fmt: skip
texts = st.lists(st.sampled_from([*"ab    ", "│", "漢", "e\u0301", "👩\u200d🚀"]), max_size=14).map("".join)


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """Make what one widget shows in a line."""
    column = draw(st.sampled_from(COLUMNS))
    width = (WIDTH if column else COLUMNS[1]) - column
    strip = Strip([Segment(draw(texts), draw(styles)) for _ in range(draw(st.integers(1, 3)))])
    return Piece(column, draw(st.integers(0, HEIGHT - 1)), strip.adjust_cell_length(width, draw(styles)))


def _blank() -> list[Piece]:
    widths = (COLUMNS[1], WIDTH - COLUMNS[1])
    return [Piece(x, y, Strip.blank(width)) for y in range(HEIGHT) for x, width in zip(COLUMNS, widths, strict=True)]


@pytest.mark.parametrize("can_erase", [True, False])
@given(updates=st.lists(st.lists(pieces(), min_size=1, max_size=5), max_size=4))
def test_terminal_shows_every_update(updates: list[list[Piece]], *, can_erase: bool) -> None:
    """After any updates the terminal looks as if all cells had been sent; at the end nothing of a colour is left."""
    painter, terminal = Painter(can_erase=can_erase), Terminal()
    wanted = {(piece.x, piece.y): piece for piece in _blank()}
    terminal.feed(painter.paint_all(wanted.values(), WIDTH, HEIGHT, ColorSystem.TRUECOLOR))
    for update in updates:
        now = {(piece.x, piece.y): piece for piece in update}
        wanted |= now
        sent = painter.paint(now.values(), ColorSystem.TRUECOLOR)
        terminal.feed(sent)
        assert terminal.pen == PLAIN
        whole = Terminal()
        whole.feed(Painter(can_erase=False).paint_all(wanted.values(), WIDTH, HEIGHT, ColorSystem.TRUECOLOR))
        for y in range(HEIGHT):
            for x in range(WIDTH):
                assert terminal.look(y, x) == whole.look(y, x), (y, x, sent)
        plain = "".join(segment.text for piece in wanted.values() if piece.y == 0 for segment in piece.strip)
        assert "".join(whole.cells[0, x][0] for x in range(WIDTH)) == plain
        assert not painter.paint(now.values(), ColorSystem.TRUECOLOR), "what is shown already is sent again"


def test_whole_screen_is_sent_only_where_it_differs() -> None:
    """A full update sends what differs, and everything once the terminal may have been cleared or has another size."""
    painter = Painter(can_erase=False)

    def sent(width: int = WIDTH) -> int:
        return len(painter.paint_all(_blank(), width, HEIGHT, ColorSystem.TRUECOLOR))

    assert sent() >= WIDTH * HEIGHT
    assert sent() == 0
    painter.forget()
    assert sent() >= WIDTH * HEIGHT
    assert sent(WIDTH + 1) >= WIDTH * HEIGHT
