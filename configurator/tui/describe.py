"""Says in text what an entry of the menu tree is: as a row, in a few lines, and in full. Stateless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from configurator.model import NodeKind, SymbolType
from configurator.tui.rows import Part, Row, Span, printable, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from configurator.model import SymbolInfo
    from configurator.session import Change, Difference, Entry, Moved
    from configurator.tui.glyphs import Glyphs

INDENT = 2
"""Columns by which an entry stands right of the one it lies under."""

_NO_MARK = "   "
_DEEPEST_INDENT = 24  # columns; deeper entries do not move further right, or nothing would be left of them
_LONG_PROMPT = 45
_WIDEST_NAME = 24
_WIDEST_VALUE = 10
_VERBATIM = re.compile(r"\s|[-*•]\s|\d+[.)]\s")


def menu_row(entry: Entry, glyphs: Glyphs, *, with_name: bool = False, in_tree: bool = False) -> Row:
    """Return the row of an entry in a list; `in_tree` says that menus are folded and not entered."""
    changed = glyphs.changed if entry.is_changed else " "
    indent = changed + " " * min(INDENT * entry.indent, _DEEPEST_INDENT)
    if entry.kind is NodeKind.COMMENT:
        comment = (f"{indent}{_NO_MARK} *** {entry.prompt} ***", Part.COMMENT)
        return row(entry.node, [comment, ("" if entry.is_visible else "  (hidden)", Part.HIDDEN)])
    shown = entry.is_visible
    mark = mark_of(entry) if entry.name else _NO_MARK
    # one part for blank, title and arrow of a menu: fewer bytes for each key
    value_part = Part.PROMPT if not entry.name else Part.MARK if entry.type.is_boolean else Part.VALUE
    tail = f" ({entry.chosen})" if entry.chosen else ""
    name = f"  {entry.name}" if entry.name and with_name and entry.prompt else ""
    title_part = Part.HEADING if in_tree and entry.is_menu and not entry.name else Part.PROMPT
    if entry.is_menu and in_tree:
        mark = f"{mark if entry.name else ''}{glyphs.folded if entry.is_folded else glyphs.unfolded}"
        mark = mark if entry.name else f" {mark} "
    return row(
        entry.node,
        [
            (f"{indent}{mark} ", value_part if shown else Part.HIDDEN),
            (entry.title, title_part if shown else Part.HIDDEN),
            (tail, Part.VALUE),
            (name, Part.NAME),
            (" (NEW)" if entry.is_new else "", Part.NOTE),
            ("" if shown else "  (hidden)", Part.HIDDEN),
            ("" if in_tree or not entry.is_menu else "  ----" if entry.is_empty else "  --->", Part.PROMPT),
        ],
    )


def mark_of(entry: Entry) -> str:
    """Return the value of a symbol as mconf draws it: [*] [ ] can be changed, -*- and - - cannot, (X) is a choice.

    A tristate is drawn < >, <M> and <*>; one that something selects as a module cannot be n, and is drawn {M}.
    """
    if not entry.type.is_boolean:
        return f"({entry.value})"
    if entry.is_member:
        return "(X)" if entry.value == "y" else "( )"
    star = {"y": "*", "m": "M"}.get(entry.value, " ")
    if len(entry.assignable) <= 1:
        return f"-{star}-"
    if entry.type is SymbolType.TRISTATE:
        return f"<{star}>" if "n" in entry.assignable else f"{{{star}}}"
    return f"[{star}]"


def match_row(entry: Entry, where: str) -> Row:
    """Return the row of an entry among the matches of a search: name, prompt, value, and where the match is."""
    shown = entry.is_visible
    return row(
        entry.node,
        [
            (
                f" {entry.name}{'  ' if entry.prompt else ''}" if entry.name else " ",
                Part.NAME if shown else Part.HIDDEN,
            ),
            (entry.prompt, Part.PROMPT if shown else Part.HIDDEN),
            (f"  = {entry.value}" if entry.name and entry.value else "", Part.VALUE),
            ("" if shown else "  (hidden)", Part.HIDDEN),
            (f"  {where}", Part.COMMENT),
        ],
    )


def heading_of(entry: Entry, symbol: SymbolInfo | None) -> Span:
    """Return the first line about an entry."""
    text = f"{symbol.name}: {_type_and_value(symbol)}" if symbol else printable(entry.title)
    return Span(text, Part.HEADING)


def help_of(entry: Entry, symbol: SymbolInfo | None, help_text: str) -> list[Span]:
    """Return what an entry is, why it cannot be changed, and its help."""
    spans = [heading_of(entry, symbol)]
    if symbol and len(entry.prompt) > _LONG_PROMPT:  # its row may be cut
        spans.append(Span(printable(entry.prompt)))
    obstacle = obstacle_of(symbol) if symbol else ""
    if symbol and obstacle:
        keys = "w says why" if symbol.prompt is None else "p shows ways, w why"
        spans.append(Span(f"{obstacle[0].upper()}{obstacle[1:]} ({keys})", Part.NOTE))
    spans.append(Span(""))
    return spans + [Span(text) for text in paragraphs(help_text) or ["No help text."]]


def consequences_of(change: Change | None) -> list[Span]:
    """Return what a change did, and what moved with it and why."""
    if change is None:
        return [Span("Nothing has been changed yet.", Part.COMMENT)]
    asked = {str(moved) for moved in change.asked}
    heading = "Changed" if change.label in asked else change.label
    spans = [Span(printable(heading), Part.HEADING)]
    spans += [line for moved in change.asked for line in moved_lines(moved)]
    if change.followed:
        count = len(change.followed)
        spans += [Span(""), Span(f"{count} other symbol{'s' if count > 1 else ''} moved with it", Part.HEADING)]
        spans += [line for moved in change.followed for line in moved_lines(moved)]
    else:
        spans += [Span(""), Span("No other symbol moved.", Part.COMMENT)]
    return spans


def summary_of_change(change: Change | None) -> str:
    """Return in one line what a change did."""
    if change is None:
        return ""
    count = len(change.followed)
    return printable(change.label + (f", {count} other{'s' if count > 1 else ''} followed" if count else ""))


def moved_lines(moved: Moved) -> Iterator[Span]:
    """Yield what became of a symbol, and why."""
    yield Span(printable(f"  {moved}"), Part.LINK if moved.reason else Part.VALUE, moved.name)
    if moved.reason:
        yield Span(printable(f"      {moved.reason}"), Part.COMMENT)


def set_first(found: Sequence[Difference]) -> list[Difference]:
    """Return differences with what somebody set before what follows from it."""
    return sorted(found, key=lambda one: not one.is_set)


def difference_text(one: Difference) -> str:
    """Return a symbol that differs in a line."""
    follows = "" if one.is_set else "  (follows)"
    return printable(f"  {one.name} {one.before or '(none)'} -> {one.after or '(none)'}{follows}")


def difference_rows(found: Sequence[Difference], glyphs: Glyphs) -> list[Row]:
    """Return the rows of symbols that differ, the values in columns as long as they are short."""
    values = [(one.before or "(none)", one.after or "(none)") for one in found]
    names = max((min(len(one.name), _WIDEST_NAME) for one in found), default=0)
    first = max((min(len(before), _WIDEST_VALUE) for before, _ in values), default=0)
    second = max((min(len(after), _WIDEST_VALUE) for _, after in values), default=0)
    return [
        row(
            one.name,
            [
                (f" {one.name:<{names}}  ", Part.NAME),
                (f"{before:>{first}}", Part.REMOVED),
                (f" {glyphs.to} ", Part.COMMENT),
                (f"{after:<{second}}", Part.ADDED),
                (f"  {one.prompt}" if one.prompt else "", Part.PROMPT),
                ("" if one.is_set else "  (follows)", Part.COMMENT),
            ],
        )
        for one, (before, after) in zip(found, values, strict=True)
    ]


def _type_and_value(symbol: SymbolInfo) -> str:
    limits = f" from {symbol.range[0]} to {symbol.range[1]}" if symbol.range else ""
    value = f'"{symbol.value}"' if symbol.type is SymbolType.STRING else symbol.value
    return printable(f"{symbol.type.value}{limits}, now {value or 'without a value'}")


def obstacle_of(symbol: SymbolInfo) -> str:
    """Return why the user cannot change a symbol, "" when he can."""
    if symbol.prompt is None:
        return "cannot be set: it has no prompt, its value follows from other symbols"
    if not symbol.visible:
        unmet = [printable(str(condition)) for condition in symbol.depends_on if not condition.holds]
        return f"cannot be set now: it needs {' and '.join(unmet) or 'what its prompt depends on'}"
    if symbol.selected_by and len(symbol.assignable) == 1:
        return f"cannot be n: it is selected by {', '.join(symbol.selected_by)}"
    return ""


def expects_of(symbol: SymbolInfo, default: str) -> str:
    """Return what may be entered as the value of an int, hex or string symbol, and what it is by default."""
    kind = {
        SymbolType.INT: "A whole number",
        SymbolType.HEX: "A hexadecimal number",
    }.get(symbol.type, "A text of one line")
    limits = f" from {symbol.range[0]} to {symbol.range[1]}" if symbol.range else ""
    return f"{kind}{limits}{f'; by default {default}' if default else ''}"


def paragraphs(text: str) -> list[str]:
    """Join the lines of each paragraph, so that they wrap to any width; indented lines and list items stay apart."""
    found: list[str] = []
    joinable = False
    for line in text.splitlines():
        verbatim = bool(_VERBATIM.match(line))
        if joinable and line and not verbatim:
            found[-1] += f" {printable(line)}"
        else:
            found.append(printable(line))
        joinable = bool(line.strip()) and not line[:1].isspace()
    while found and not found[-1]:
        found.pop()
    return found
