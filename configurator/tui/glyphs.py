"""The few characters beyond ASCII that the interface draws itself, and what stands for them on other terminals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What is drawn for the end of a cut line, a changed symbol, an open and a folded menu, and the edges."""

    ellipsis: str = "…"
    changed: str = "•"
    unfolded: str = "▾"
    folded: str = "▸"
    thumb: str = "┃"
    track: str = "│"
    edge: str = "│"
    rule: str = "─"
    trail: str = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
    to: str = "→"


UNICODE = Glyphs()
ASCII = Glyphs("~", "*", "v", ">", "#", "|", "|", "-", " > ", "->")


def glyphs_for(encoding: str | None, *, ascii_only: bool = False) -> Glyphs:
    """Return what a terminal of `encoding` can show."""
    name = (encoding or "").lower().replace("-", "").replace("_", "")
    return ASCII if ascii_only or name not in ("utf8", "utf16", "utf32", "cp65001") else UNICODE
