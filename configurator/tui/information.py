"""Says all that is known of an entry of the menu tree: what it is and holds, and what its definition says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui import describe
from configurator.tui.rows import Part, Span, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from configurator.model import Condition, SymbolInfo
    from configurator.model.details import Property
    from configurator.session import Session
    from configurator.tui.glyphs import Glyphs


def information(session: Session, node: int, glyphs: Glyphs) -> list[Span]:
    """Return all that is known of an entry."""
    entry = session.entry(node)
    symbol = session.symbol(entry.name) if entry.name else None
    spans = [describe.heading_of(entry, symbol), Span("")]
    if symbol:
        spans.append(_field("Prompt", entry.prompt or "(none: its value follows from other symbols)"))
    spans.append(_field("In menu", glyphs.trail.join(["Main menu", *session.trail(node)])))
    if symbol:
        spans += _of_symbol(session, symbol)
    else:
        spans.append(_field("Defined at", str(session.menu.location(node))))
        spans += _conditions(session.menu.conditions(node))
    spans += [Span(""), Span("Help", Part.HEADING)]
    return spans + [Span(text) for text in describe.paragraphs(session.menu.help(node)) or ["No help text."]]


def _of_symbol(session: Session, symbol: SymbolInfo) -> Iterator[Span]:
    details = session.details(symbol.name)
    for number, place in enumerate(details.places):
        yield _field("and" if number else "Defined at", str(session.configuration.shown(place)))
    yield _field("Value", f"{symbol.value or '(none)'}: {session.configuration.analysis.origin(symbol.name).text}")
    obstacle = describe.obstacle_of(symbol)
    if obstacle:
        yield Span(f"{obstacle[0].upper()}{obstacle[1:]}", Part.NOTE)
    yield from _conditions(symbol.depends_on)
    yield from _properties("Ranges, the first whose condition holds", details.ranges)
    yield from _properties("Defaults, the first whose condition holds", details.defaults)
    yield from _properties("Selected by", details.selected_by)
    yield from _properties("Implied by", details.implied_by)
    yield from _properties("Selects", details.selects)
    yield from _properties("Implies", details.implies)
    if symbol.choice:
        yield Span("")
        yield Span("Choice among", Part.HEADING)
        for name in symbol.choice:
            yield Span(f"  {name}", Part.LINK if name != symbol.name else Part.PROMPT, name)


def _field(name: str, text: str) -> Span:
    return Span(f"{f'{name}:':<12}{printable(text)}")


def _conditions(conditions: Iterable[Condition]) -> Iterator[Span]:
    """Yield what an entry depends on, with the values behind it."""
    for number, one in enumerate(conditions):
        if not number:
            yield Span("")
            yield Span("Depends on", Part.HEADING)
        link = one.values[0][0] if one.values else ""
        part = Part.PROMPT if one.holds else Part.REMOVED
        yield Span(f"  {'met:    ' if one.holds else 'NOT met:'} {printable(str(one))}", part, link)


def _properties(heading: str, properties: Iterable[Property]) -> Iterator[Span]:
    """Yield what the definition says of one kind; what counts now is marked."""
    for number, one in enumerate(properties):
        if not number:
            yield Span("")
            yield Span(heading, Part.HEADING)
        part = (Part.LINK if one.link else Part.PROMPT) if one.holds else Part.HIDDEN
        yield Span(f"  {'now: ' if one.holds else '     '}{printable(str(one))}", part, one.link)
