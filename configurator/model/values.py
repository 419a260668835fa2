"""What values a symbol can take: form, range, and the reason why one it was given does not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import UsageError
from configurator.model import addresses
from configurator.model.views import Condition, NotTaken, SymbolType

if TYPE_CHECKING:
    from configurator.model.dotconfig import Assignment

_TYPES = {
    kconfiglib.BOOL: SymbolType.BOOL,
    kconfiglib.TRISTATE: SymbolType.BOOL,  # there are no modules: m does not exist
    kconfiglib.INT: SymbolType.INT,
    kconfiglib.HEX: SymbolType.HEX,
    kconfiglib.STRING: SymbolType.STRING,
}
_INT = re.compile(r"-?[0-9]{1,19}")
_HEX = re.compile(r"(?:0[xX])?(?P<digits>[0-9a-fA-F]{1,16})")
_WORDED = {"yes": "y", "true": "y", "on": "y", "no": "n", "false": "n", "off": "n", "Y": "y", "N": "n"}


def symbol_type(symbol: kconfiglib.Symbol) -> SymbolType:
    """Return the type of a symbol, UNKNOWN for one without."""
    return _TYPES.get(symbol.type, SymbolType.UNKNOWN)


def normalised(symbol: kconfiglib.Symbol, assignment: Assignment) -> str:
    """Return the value of `assignment` in the form in which `symbol` holds it.

    Raises:
        UsageError: the value is not of the symbol's type.
    """
    kind, value = symbol_type(symbol), assignment.value
    if kind is SymbolType.BOOL and value in ("y", "n"):
        return value
    if kind is SymbolType.INT and _INT.fullmatch(value):
        return str(int(value))
    hexadecimal = _HEX.fullmatch(value)
    if kind is SymbolType.HEX and hexadecimal:
        return f"0x{hexadecimal['digits'].lower()}"
    expected = _EXPECTED[kind]
    if kind is SymbolType.STRING and not re.search("[\n\r\0\ud800-\udfff]", value):
        refused = addresses.refusal(symbol.name, value)
        if refused is None:
            return value
        expected = refused
    raise UsageError(
        f"{symbol.name} cannot be {_shown(value)}: {expected}",
        location=assignment.location,
        hints=_hints(symbol, value),
    )


_EXPECTED = {
    SymbolType.BOOL: "it is y or n",
    SymbolType.INT: "it is a whole decimal number",
    SymbolType.HEX: "it is a hexadecimal number",
    SymbolType.STRING: "it is one line of UTF-8 text",
    SymbolType.UNKNOWN: "its Kconfig entry has no type",
}


def _hints(symbol: kconfiglib.Symbol, value: str) -> list[str]:
    kind = symbol_type(symbol)
    if kind is SymbolType.BOOL and value in _WORDED:
        return [f"{symbol.name}={_WORDED[value]}"]
    if kind is SymbolType.BOOL and value == "m":
        return [f"{symbol.name}=y: there are no modules"]
    limits = active_range(symbol)
    if limits:
        return [f"{symbol.name}={limits[0]}, or up to {limits[1]}"]
    return []


def _shown(value: str) -> str:
    longest = 40
    return repr(value if len(value) <= longest else value[:longest] + "...")


def active_range(symbol: kconfiglib.Symbol) -> tuple[str, str] | None:
    """Return the bounds that hold for an int or hex symbol now, as they are written; None without any."""
    for low, high, condition, *_ in symbol.ranges:
        if kconfiglib.expr_value(condition):
            return low.str_value, high.str_value
    return None


def check_range(symbol: kconfiglib.Symbol, assignment: Assignment, value: str) -> None:
    """Refuse a number outside the range that holds now.

    Raises:
        UsageError: the number is too small or too large.
    """
    kind = symbol_type(symbol)
    limits = active_range(symbol) if kind in (SymbolType.INT, SymbolType.HEX) else None
    base = 16 if kind is SymbolType.HEX else 10
    if limits and not int(limits[0], base) <= int(value, base) <= int(limits[1], base):
        raise UsageError(
            f"{symbol.name}={value} is out of range: it goes from {limits[0]} to {limits[1]}",
            location=assignment.location,
        )


def not_taken(symbol: kconfiglib.Symbol, assignment: Assignment, value: str) -> NotTaken | None:
    """Return why `symbol` does not hold the `value` it was given, None when it does."""
    got = symbol.str_value
    if _same(symbol, value, got):
        return None
    forced = value == "n" and selected_by(symbol)
    hidden = has_prompt(symbol) and not symbol.visibility and not forced
    unmet = tuple(one for one in prompt_conditions(symbol) if not one.holds) if hidden else ()
    return NotTaken(symbol.name, value, got, _reason(symbol, value, unmet), unmet, assignment.location)


def _same(symbol: kconfiglib.Symbol, asked: str, got: str) -> bool:
    kind = symbol_type(symbol)
    if kind in (SymbolType.INT, SymbolType.HEX) and got:
        base = 16 if kind is SymbolType.HEX else 10
        return int(asked, base) == int(got, base)
    return asked == got


def _reason(symbol: kconfiglib.Symbol, asked: str, unmet: tuple[Condition, ...]) -> str:
    if not has_prompt(symbol):
        return "it has no prompt, its value follows from other symbols"
    if unmet:
        return f"it needs {' and '.join(map(str, unmet))}"
    selecting = selected_by(symbol)
    if asked == "n" and selecting:
        return f"it is selected by {', '.join(selecting)}"
    if symbol.choice and symbol.choice.selection:
        chosen = symbol.choice.selection.name
        if asked == "n":
            return f"one of its choice must be y; set another one, such as {_other(symbol)}=y"
        return f"{chosen} was chosen instead, and only one of the two can be"
    return "its value follows from other symbols"


def _other(symbol: kconfiglib.Symbol) -> str:
    members = symbol.choice.syms if symbol.choice else []
    return next((member.name for member in members if member is not symbol and member.visibility), "another")


def has_prompt(symbol: kconfiglib.Symbol) -> bool:
    """Return whether a user could ever set the symbol."""
    return any(node.prompt for node in symbol.nodes)


def selected_by(symbol: kconfiglib.Symbol) -> tuple[str, ...]:
    """Return the names of the symbols that force `symbol` to y now."""
    forcing = set()
    for part in kconfiglib.split_expr(symbol.rev_dep, kconfiglib.OR):
        if kconfiglib.expr_value(part):
            first = kconfiglib.split_expr(part, kconfiglib.AND)[0]
            if isinstance(first, kconfiglib.Symbol) and not first.is_constant:
                forcing.add(first.name)
    return tuple(sorted(forcing))


def prompt_conditions(symbol: kconfiglib.Symbol) -> tuple[Condition, ...]:
    """Return what must hold for the symbol's prompt to show, split at its ANDs.

    A symbol defined in several places shows if any of its prompts does; the first prompt stands for it here.
    """
    node = next((node for node in symbol.nodes if node.prompt), None)
    return conditions(node.prompt[1]) if node and node.prompt else ()


def conditions(expression: kconfiglib.Expr) -> tuple[Condition, ...]:
    """Split an expression at its ANDs, leaving out what is constant."""
    found = []
    for part in kconfiglib.split_expr(expression, kconfiglib.AND):
        if isinstance(part, kconfiglib.Choice):
            found += [*conditions(part.direct_dep)]
        elif _names(part) or not kconfiglib.expr_value(part):
            text = kconfiglib.expr_str(part)
            values = () if text in ("n", "y") else _values(part)
            found.append(Condition(text, bool(kconfiglib.expr_value(part)), values))
    return tuple(dict.fromkeys(found))


def _names(expression: kconfiglib.Expr) -> list[kconfiglib.Symbol]:
    items = kconfiglib.expr_items(expression)
    symbols = [item for item in items if isinstance(item, kconfiglib.Symbol) and item.nodes]
    return sorted(symbols, key=lambda symbol: symbol.name)


def _values(expression: kconfiglib.Expr) -> tuple[tuple[str, str], ...]:
    return tuple((symbol.name, symbol.str_value) for symbol in _names(expression))
