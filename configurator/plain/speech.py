"""Sentences: what an entry, a change, a plan is when it is read aloud. Stateless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.model import NodeKind, SymbolInfo, SymbolType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from configurator.model.details import Details
    from configurator.model.planner import Plan
    from configurator.session import Change, Difference, Entry, Moved
    from configurator.session.why import Why

_WORDS = {"y": "yes", "m": "module", "n": "no"}
_TYPES = {
    SymbolType.BOOL: "yes or no",
    SymbolType.TRISTATE: "yes, module or no",
    SymbolType.INT: "a whole number",
    SymbolType.HEX: "a hexadecimal number",
    SymbolType.STRING: "a text",
}


def value_of(symbol_type: SymbolType, value: str) -> str:
    """Return a value as a word."""
    if symbol_type.is_boolean:
        return _WORDS.get(value, "without a value")
    if symbol_type is SymbolType.STRING:
        return f'"{value}"'
    return value or "without a value"


def entry(one: Entry) -> str:
    """Return an entry of a menu: what it is called, what it is or holds, and what is special about it."""
    said = [f"{one.title} ({one.name})" if one.name and one.prompt else one.title]
    if one.kind is NodeKind.COMMENT:
        return f"comment: {one.title}"
    if one.name:
        said[0] += f": {value_of(one.type, one.value)}"
    if one.is_member:
        said[0] = f"{one.title} ({one.name}): {'chosen' if one.value == 'y' else 'not chosen'}"
    elif one.kind is NodeKind.CHOICE:
        said[0] += f": {one.chosen or 'nothing chosen'}"
        said.append("choice")
    if one.is_menu and one.kind is not NodeKind.CHOICE:
        said.append("empty menu" if one.is_empty else "menu")
    if one.indent:
        said.append("belongs to an entry above")
    if one.type.is_boolean and len(one.assignable) <= 1 and not one.is_member and one.is_visible:
        said.append("cannot be changed")
    said += [word for word, holds in _marks(one) if holds]
    return ", ".join(said)


def _marks(one: Entry) -> Iterator[tuple[str, bool]]:
    yield "hidden", not one.is_visible
    yield "new", one.is_new
    yield "changed", one.is_changed


def change(made: Change) -> Iterator[str]:
    """Say what was changed, and line by line what else moved and why."""
    for one in made.asked:
        yield f"{moved(one)}."
    if not made.asked and not made.followed:
        yield f"Done: {made.label}."
    if made.followed:
        yield f"With it, {count(len(made.followed), 'other symbol')} changed:"
        for one in made.followed:
            yield f"{moved(one)}{f', because {one.reason}' if one.reason else ''}."


def moved(one: Moved) -> str:
    """Return a symbol's former and present value."""
    return f"{one.name} is now {_plain(one.after)}, was {_plain(one.before)}"


def difference(one: Difference) -> str:
    """Return a row of a comparison."""
    if one.before is None or one.after is None:
        return f"{one.name} {'is only there' if one.after is None else 'is only here'}"
    prompt = f", {one.prompt}" if one.prompt else ""
    return f"{one.name}{prompt}: {_plain(one.after)} here, {_plain(one.before)} there"


def plan(number: int, one: Plan) -> Iterator[str]:
    """Say what a plan changes, and what follows."""
    changes = [f"{each.name} from {_plain(each.before)} to {_plain(each.after)}" for each in one.changes]
    yield f"Plan {number}: set {listed(changes)}."
    for each in one.consequences:
        reason = f", because {each.reason}" if each.reason else ""
        yield f"It also changes {each.name} from {_plain(each.before)} to {_plain(each.after)}{reason}."


def why(explanation: Why) -> Iterator[str]:
    """Say why a symbol has its value; what lies deeper says how deep."""
    for line in explanation.lines:
        yield f"{f'Level {line.depth}: ' if line.depth else ''}{line.text}."


def information(symbol: SymbolInfo, details: Details, trail: Sequence[str]) -> Iterator[str]:
    """Say all that is known of a symbol."""
    yield f"{symbol.prompt or 'It has no prompt'}, symbol {symbol.name}."
    yield f"Its value is {value_of(symbol.type, symbol.value)}. It takes {takes(symbol)}."
    if trail:
        yield f"It is in the menu {', in '.join(reversed(trail))}."
    for condition in symbol.depends_on:
        yield f"It needs {condition}: {'met' if condition.holds else 'not met'}."
    yield f"It is defined at {listed(map(str, details.places))}."
    for word, properties in (
        ("Its range is", details.ranges),
        ("Its default is", details.defaults),
        ("It is selected by", details.selected_by),
        ("It is implied by", details.implied_by),
        ("It selects", details.selects),
        ("It implies", details.implies),
    ):
        yield from (f"{word} {one}{'' if one.holds else ', not now'}." for one in properties)
    if symbol.choice:
        yield f"It is one of {listed(symbol.choice)}."
    yield from symbol.help.splitlines() if symbol.help else ["It has no help text."]


def takes(symbol: SymbolInfo) -> str:
    """Return what may be given as a symbol's value now."""
    if symbol.prompt is None:
        return "no value from you: it follows from other symbols"
    if not symbol.visible:
        return "no value now: what it needs is not there"
    if symbol.type.is_boolean and not symbol.choice:
        words = [_WORDS[one] for one in symbol.assignable]
        return f"only {words[0]} now" if len(words) == 1 else " or ".join(words)
    limits = f" from {symbol.range[0]} to {symbol.range[1]}" if symbol.range else ""
    return _TYPES.get(symbol.type, "a value") + limits


def count(number: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Return words with commas, and the last one with "and"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _plain(value: str) -> str:
    return _WORDS.get(value, value or "without a value")
