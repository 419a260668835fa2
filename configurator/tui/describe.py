"""Says in text what an entry of the menu tree is: as a row, in a few lines, and in full. Stateless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.model import NodeInfo, NodeKind, SymbolInfo, SymbolType
from configurator.tui.rows import Part, Row, Span, printable, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INDENT = 2
"""Columns by which an entry stands right of the one it depends on."""

_NO_MARK = "   "


@dataclass(frozen=True)
class InMenu:
    """How an entry stands in its menu.

    Attributes:
        indent: how many entries of the menu it depends on, each on the next.
        chosen: the prompt of a choice's chosen member.
        arrow: what says that it can be entered, "" for an entry that cannot.
        is_new: whether the .config says nothing of it.
        with_name: whether to show the symbol's name.
    """

    indent: int = 0
    chosen: str = ""
    arrow: str = ""
    is_new: bool = False
    with_name: bool = False


def menu_row(node: NodeInfo, symbol: SymbolInfo | None, place: InMenu) -> Row:
    """Return the row of an entry in its menu; `symbol` is None for a menu, choice or comment."""
    if node.kind is NodeKind.COMMENT:
        return row(node.index, [(f"{_NO_MARK} *** {node.prompt} ***", Part.COMMENT)])
    mark = mark_of(symbol) if symbol else _NO_MARK
    value_part = Part.VALUE if symbol and not symbol.type.is_boolean else Part.MARK
    name = f"  {symbol.name}" if symbol and place.with_name and node.prompt else ""
    return row(
        node.index,
        [
            (" " * INDENT * place.indent + mark + " ", value_part if node.visible else Part.HIDDEN),
            (title_of(node), Part.PROMPT if node.visible else Part.HIDDEN),
            (f" ({place.chosen})" if place.chosen else "", Part.VALUE),
            (name, Part.NAME),
            (" (NEW)" if place.is_new else "", Part.NOTE),
            ("" if node.visible else "  (hidden)", Part.HIDDEN),
            (f"  {place.arrow}" if place.arrow else "", Part.MARK),
        ],
    )


def mark_of(symbol: SymbolInfo) -> str:
    """Return the value of a symbol as mconf draws it: [*] [ ] can be changed, -*- and - - cannot, (X) is a choice.

    A tristate is drawn < >, <M> and <*>; one that something selects as a module cannot be n, and is drawn {M}.
    """
    if not symbol.type.is_boolean:
        return f"({symbol.value})"
    if symbol.choice:
        return "(X)" if symbol.value == "y" else "( )"
    star = {"y": "*", "m": "M"}.get(symbol.value, " ")
    if len(symbol.assignable) <= 1:
        return f"-{star}-"
    if symbol.type is SymbolType.TRISTATE:
        return f"<{star}>" if "n" in symbol.assignable else f"{{{star}}}"
    return f"[{star}]"


def match_row(node: NodeInfo, symbol: SymbolInfo | None, trail: Sequence[str]) -> Row:
    """Return the row of an entry among the matches of a search: name, prompt, value, and the menus it lies in."""
    value = f"  = {symbol.value}" if symbol and symbol.value else ""
    return row(
        node.index,
        [
            (
                f"{symbol.name}{'  ' if node.prompt else ''}" if symbol else "",
                Part.NAME if node.visible else Part.HIDDEN,
            ),
            (node.prompt, Part.PROMPT if node.visible else Part.HIDDEN),
            (value, Part.VALUE),
            ("" if node.visible else "  (hidden)", Part.HIDDEN),
            (f"  in {' > '.join(trail)}" if trail else "", Part.COMMENT),
        ],
    )


def title_of(node: NodeInfo) -> str:
    """Return what an entry is called: its prompt, or the name of a symbol without one."""
    return printable(node.prompt or node.name or "(no prompt)")


def summary_of(node: NodeInfo, symbol: SymbolInfo | None) -> list[Span]:
    """Return in a few lines what an entry is, why it cannot be changed, and its help."""
    spans = [Span(f"{symbol.name}: {_type_and_value(symbol)}" if symbol else title_of(node), Part.HEADING)]
    obstacle = obstacle_of(symbol) if symbol else ""
    if obstacle:
        spans.append(Span(obstacle, Part.NOTE))
    return spans + [Span(text, Part.PROMPT) for text in paragraphs(node.help or (symbol.help if symbol else ""))]


def details_of(node: NodeInfo, symbol: SymbolInfo | None, trail: Sequence[str], place: str) -> list[Span]:
    """Return all that is known of an entry; `place` is where it is defined."""
    spans = [Span(f"{symbol.name}: {_type_and_value(symbol)}" if symbol else node.kind.value, Part.HEADING)]
    spans.append(
        Span(f"Prompt:     {printable(node.prompt) or '(none: its value follows from other symbols)'}", Part.PROMPT)
    )
    spans.append(Span(f"In menu:    {' > '.join(trail)}", Part.PROMPT))
    spans.append(Span(f"Defined at: {place}", Part.PROMPT))
    if symbol:
        spans += _relations(symbol)
    help_text = node.help or (symbol.help if symbol else "")
    spans += [Span("", Part.PROMPT), Span("Help", Part.HEADING)]
    return spans + [Span(text, Part.PROMPT) for text in paragraphs(help_text) or ["(none)"]]


def _relations(symbol: SymbolInfo) -> Iterator[Span]:
    obstacle = obstacle_of(symbol)
    if obstacle:
        yield Span(obstacle[0].upper() + obstacle[1:], Part.NOTE)
    if symbol.depends_on:
        yield Span("Depends on:", Part.PROMPT)
    for condition in symbol.depends_on:
        yield Span(f"  {'met:    ' if condition.holds else 'NOT met:'} {printable(str(condition))}", Part.PROMPT)
    if symbol.selected_by:
        yield Span(f"Selected by: {', '.join(symbol.selected_by)}", Part.PROMPT)
    if symbol.choice:
        yield Span(f"Choice among: {', '.join(symbol.choice)}", Part.PROMPT)


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


def expects_of(symbol: SymbolInfo) -> str:
    """Return what may be entered as the value of an int, hex or string symbol."""
    kind = {
        SymbolType.INT: "A whole number",
        SymbolType.HEX: "A hexadecimal number",
    }.get(symbol.type, "A text of one line")
    return f"{kind} from {symbol.range[0]} to {symbol.range[1]}" if symbol.range else kind


def paragraphs(text: str) -> list[str]:
    """Join the lines of each paragraph, so that they wrap to any width; indented lines and list items stay apart."""
    found: list[str] = []
    joinable = False
    for line in text.splitlines():
        verbatim = bool(re.match(r"\s|[-*•]\s|\d+[.)]\s", line))
        if joinable and line and not verbatim:
            found[-1] += f" {printable(line)}"
        else:
            found.append(printable(line))
        joinable = bool(line.strip()) and not line[:1].isspace()
    while found and not found[-1]:
        found.pop()
    return found
