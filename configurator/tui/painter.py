"""Sends the terminal what differs from what it shows, in few bytes.

Textual sends whole pieces of lines, each with all its colours and attributes. The painter keeps a shadow of the screen:
a cell is sent when it differs, a colour when the cell before has another one, and blanks as a command that erases them.
For an arrow key in a list that is half the bytes, which is what counts on a slow line.

Where the terminal may show something else than the shadow says, as after a change of its size, `forget` has everything
sent with Textual's next full update. Sequences are those of ECMA-48.
"""

from __future__ import annotations

from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import split_graphemes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.color import ColorSystem
    from rich.style import Style
    from textual.strip import Strip

_ATTRIBUTES = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "blink": ("5", "25"),
    "blink2": ("6", "25"),
    "reverse": ("7", "27"),
    "conceal": ("8", "28"),
    "strike": ("9", "29"),
    "underline2": ("21", "24"),
    "overline": ("53", "55"),
}
"""The attributes of rich's styles, with the codes that switch them on and off."""

_OFF = dict(_ATTRIBUTES.values())
_UNSEEN = {"1", "2", "3"}
"""Attributes of which a blank shows nothing."""

_GAP = 4
"""Cells between two that differ: so many are sent as they are, since going past them takes as many bytes."""

_ERASED, _ERASED_AT_END = 8, 4
"""So many blanks are erased rather than sent, inside a line and up to its end."""


class Pen(NamedTuple):
    """How a cell is drawn: the attributes that are on, the colour, and that of the background, as codes of SGR.

    A blank that shows nothing of attributes and colour has `colour` "": what they are does not matter.
    """

    on: tuple[str, ...] = ()
    colour: str = "39"
    ground: str = "49"


_PLAIN = Pen()
_BLANK = Pen(colour="")


class Piece(NamedTuple):
    """A part of a line, and where it starts."""

    x: int
    y: int
    strip: Strip


class _Run(NamedTuple):
    """Cells of a line, side by side, that are to be sent."""

    y: int
    start: int
    end: int


class _Stroke(NamedTuple):
    """What is sent at a place with one pen; `after` is the column of the cursor then, -1 where it is not certain."""

    y: int
    x: int
    pen: Pen
    sent: str
    after: int


class Painter:
    """Knows what the terminal shows.

    Args:
        can_erase: whether the terminal erases to the colour of the background (terminfo's bce).
    """

    def __init__(self, *, can_erase: bool) -> None:
        self._can_erase = can_erase
        self._is_forgotten = False
        self._width = 0
        self._texts: list[list[str]] = []
        self._pens: list[list[Pen]] = []
        self._of_style: dict[Style | None, Pen] = {}
        self._same: dict[Pen, Pen] = {_PLAIN: _PLAIN, _BLANK: _BLANK}
        self._blanks: dict[Pen, Pen] = {_PLAIN: _BLANK, _BLANK: _BLANK}
        self._changes: dict[tuple[Pen, Pen], str] = {}

    def forget(self) -> None:
        """Take it that nobody knows what the terminal shows; all of it is sent next time."""
        self._is_forgotten = True

    def paint_all(self, pieces: Iterable[Piece], width: int, height: int, colours: ColorSystem) -> str:
        """Return what makes the terminal show a whole screen."""
        if self._is_forgotten or (self._width, len(self._texts)) != (width, height):
            self._is_forgotten = False
            self._width = width
            self._texts = [["\0"] * width for _ in range(height)]
            self._pens = [[_PLAIN] * width for _ in range(height)]
        return self.paint(pieces, colours)

    def paint(self, pieces: Iterable[Piece], colours: ColorSystem) -> str:
        """Return what makes the terminal show pieces of text."""
        sent: list[str] = []
        pen = _PLAIN
        # Lines below each other are more alike in colour than those beside each other. Which order takes fewer bytes
        # depends on where the colours change: at the title of a text, at the row under the cursor.
        for _, column in groupby(sorted(pieces, key=itemgetter(0, 1)), key=itemgetter(0)):
            down = [
                [*self._strokes(run)] for x, y, strip in column for run in self._put(x, y, *self._cells(strip, colours))
            ]
            ways = [self._sent(chain(*down), pen), self._sent(chain(*reversed(down)), pen)]
            text, pen = min(ways, key=lambda way: len(way[0]))
            sent.append(text)
        if pen != _PLAIN:
            sent.append("\x1b[m")  # whatever else is sent finds the terminal as usual
        return "".join(sent)

    def _put(self, x: int, y: int, texts: list[str], pens: list[Pen]) -> Iterator[_Run]:
        """Write cells into the shadow; yield where they differ from what was there."""
        if not 0 <= y < len(self._texts):  # the size has changed, and the full update is still to come
            return
        end = min(x + len(texts), self._width)
        del texts[end - x :], pens[end - x :]
        old_texts, old_pens = self._texts[y][x:end], self._pens[y][x:end]
        if old_texts == texts and old_pens == pens:
            return
        self._texts[y][x:end], self._pens[y][x:end] = texts, pens
        differing = [n for n, text in enumerate(texts) if text != old_texts[n] or pens[n] is not old_pens[n]]
        first = last = differing[0]
        if _is_uneven(texts) or _is_uneven(old_texts):
            # Terminals do not agree on the width of every character, so all that follows one is sent with it.
            while first and "" in (texts[first], old_texts[first]):
                first -= 1
            yield _Run(y, x + first, end)
            return
        for n in differing:
            if n - last > _GAP + 1:
                yield _Run(y, x + first, x + last + 1)
                first = n
            last = n
        yield _Run(y, x + first, x + last + 1)

    def _strokes(self, run: _Run) -> Iterator[_Stroke]:
        """Yield what is sent of a line: few blanks with the text beside them, many as an erasure."""
        y, x, end = run
        pens = self._pens[y]
        start, pen = x, pens[x]
        while x < end:
            first, following = x, pens[x]
            while x < end and pens[x] is following:
                x += 1
            erasure = self._erasure(y, first, x) if self._can_erase and not following.colour else ""
            if erasure:
                if start < first:
                    yield self._stroke(y, start, first, pen)
                yield _Stroke(y, first, following, erasure, first)
                start, pen = x, pens[x] if x < end else following
            elif self._blanks[following] is pen:
                pen = following
            elif following is not pen and following is not self._blanks[pen]:
                if start < first:
                    yield self._stroke(y, start, first, pen)
                start, pen = first, following
        if start < end:
            yield self._stroke(y, start, end, pen)

    def _erasure(self, y: int, start: int, end: int) -> str:
        """Return what erases blanks, "" where it is not worth it."""
        if end - start >= _ERASED_AT_END:
            pens = self._pens[y]
            if all(pen is pens[start] for pen in pens[end:]) and not "".join(self._texts[y][end:]).strip(" "):
                return "\x1b[K"
        return f"\x1b[{end - start}X" if end - start >= _ERASED else ""

    def _stroke(self, y: int, start: int, end: int, pen: Pen) -> _Stroke:
        texts = self._texts[y][start:end]
        return _Stroke(y, start, pen, "".join(texts), -1 if end == self._width or _is_uneven(texts) else end)

    def _sent(self, strokes: Iterable[_Stroke], pen: Pen) -> tuple[str, Pen]:
        """Return the bytes of strokes, and the pen after them."""
        sent: list[str] = []
        y = x = -1
        for stroke in strokes:
            if (y, x) != stroke[:2]:
                sent.append(_movement(y, x, *stroke[:2]))
            wanted = stroke.pen
            if not wanted.colour:  # of blanks, what does not show stays as it is
                wanted = Pen(tuple([code for code in pen.on if code in _UNSEEN]), pen.colour, wanted.ground)
            if wanted != pen:
                sent.append(self._change(pen, wanted))
            sent.append(stroke.sent)
            pen, y, x = wanted, stroke.y, stroke.after
        return "".join(sent), pen

    def _change(self, before: Pen, now: Pen) -> str:
        """Return what makes one pen of another."""
        known = self._changes.get((before, now))
        if known is None:
            off = dict.fromkeys(_OFF[code] for code in before.on if code not in now.on)
            on = [code for code in now.on if code not in before.on or _OFF[code] in off]
            colours = [now.colour] * (now.colour != before.colour) + [now.ground] * (now.ground != before.ground)
            known = self._changes[before, now] = f"\x1b[{';'.join([*off, *on, *colours])}m"
        return known

    def _cells(self, strip: Strip, colours: ColorSystem) -> tuple[list[str], list[Pen]]:
        """Return the cells of a text: their characters, "" for the second cell of a wide one; and their pens."""
        texts: list[str] = []
        pens: list[Pen] = []
        for text, style, _ in strip:
            pen = self._of_style.get(style) or self._pen(style, colours)
            blank = self._blanks[pen]
            cells = [*text] if text.isascii() else _cells(text, texts)
            texts += cells
            pens += [blank if cell == " " else pen for cell in cells] if blank is not pen else [pen] * len(cells)
        return texts, pens

    def _pen(self, style: Style | None, colours: ColorSystem) -> Pen:
        """Return the pen of a style, the same one for styles that look the same."""
        pen = _PLAIN
        if style is not None:
            on = tuple([codes[0] for name, codes in _ATTRIBUTES.items() if getattr(style, name)])
            colour, ground = _PLAIN.colour, _PLAIN.ground
            if style.color:
                colour = ";".join(style.color.downgrade(colours).get_ansi_codes())
            if style.bgcolor:
                ground = ";".join(style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False))
            pen = Pen(on, colour, ground)
        pen = self._of_style[style] = self._same.setdefault(pen, pen)
        if pen not in self._blanks:
            blank = pen if set(pen.on) - _UNSEEN else Pen((), "", pen.ground)
            blank = self._same.setdefault(blank, blank)
            self._blanks[pen] = self._blanks[blank] = blank
        return pen


def _movement(y: int, x: int, to_y: int, to_x: int) -> str:
    """Return what moves the cursor; `x` is -1 where it is not certain where it is."""
    ways = [f"\x1b[{to_y + 1};{to_x + 1}H" if to_x else f"\x1b[{to_y + 1}H"]
    if x >= 0:
        down, right = to_y - y, to_x - x
        if not down:
            ways.append(_steps(right, "C", "D"))
        elif not right:
            ways.append(_steps(down, "B", "A"))
        elif not to_x:
            ways.append(_steps(down, "E", "F"))
    return min(ways, key=len)


def _steps(count: int, forward: str, backward: str) -> str:
    number = "" if abs(count) == 1 else abs(count)
    return f"\x1b[{number}{forward if count > 0 else backward}"


def _cells(text: str, before: list[str]) -> list[str]:
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:  # as Textual measures its strips
        if width:
            cells += [text[start:end], *[""] * (width - 1)]
        elif cells or before:  # without a width of its own it belongs to what stands before it
            (cells or before)[-1] += text[start:end]
    return cells


def _is_uneven(texts: list[str]) -> bool:
    """Return whether there are cells of more or less than one character."""
    return "" in texts or len("".join(texts)) != len(texts)
