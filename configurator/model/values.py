"""What values a symbol can take: form, range, and the reason why one it was given does not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import kconfiglib

from configurator.errors import UsageError
from configurator.model import addresses
from configurator.model.expressions import LETTERS, leading_number, value_of
from configurator.model.symbols import TreeSymbol
from configurator.model.views import Condition, NotTaken, SymbolType

if TYPE_CHECKING:
    from configurator.model.dotconfig import Assignment


class Wanted(NamedTuple):
    """A well-formed assignment: `value` is that of `assignment` in the form in which `symbol` holds it."""

    symbol: kconfiglib.Symbol
    assignment: Assignment
    value: str


_TYPES = {
    kconfiglib.BOOL: SymbolType.BOOL,
    kconfiglib.TRISTATE: SymbolType.TRISTATE,
    kconfiglib.INT: SymbolType.INT,
    kconfiglib.HEX: SymbolType.HEX,
    kconfiglib.STRING: SymbolType.STRING,
}
_INT = re.compile(r"-?[0-9]{1,19}")
_C_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
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
    keep = assignment.location is not None  # a file keeps its spelling, as it is compared with what C writes
    letters = {kconfiglib.BOOL: ("y", "n"), kconfiglib.TRISTATE: ("y", "m", "n")}.get(symbol.orig_type, ())
    if value in letters:
        return value
    if kind is SymbolType.INT and _INT.fullmatch(value):
        return value if keep and _C_INT.fullmatch(value) else str(int(value))
    hexadecimal = _HEX.fullmatch(value)
    if kind is SymbolType.HEX and hexadecimal:
        return value if keep else f"0x{hexadecimal['digits'].lower()}"
    expected = _EXPECTED[kind]
    if kind is SymbolType.STRING and not _has_what_no_string_has(value):
        refused = addresses.refusal(symbol.name, value)
        if refused is None:
            return value
        expected = refused
    raise UsageError(
        f"{symbol.name} cannot be {_shown(value)}: {expected}",
        location=assignment.location,
        hints=_hints(symbol, value),
    )


def _has_what_no_string_has(value: str) -> bool:
    """Return whether a text has line ends, a NUL, or bytes that are not UTF-8 (surrogates, as Python reads them)."""
    return (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)) or any(c in value for c in "\n\r\0")


_EXPECTED = {
    SymbolType.BOOL: "it is y or n",
    SymbolType.TRISTATE: "it is y, m or n",
    SymbolType.INT: "it is a whole decimal number",
    SymbolType.HEX: "it is a hexadecimal number",
    SymbolType.STRING: "it is one line of UTF-8 text",
    SymbolType.UNKNOWN: "its Kconfig entry has no type",
}


def _hints(symbol: kconfiglib.Symbol, value: str) -> list[str]:
    kind = symbol_type(symbol)
    if kind.is_boolean and value in _WORDED:
        return [f"{symbol.name}={_WORDED[value]}"]
    if kind is SymbolType.BOOL and value == "m":
        return [f"{symbol.name}=y: a bool has no m"]
    limits = active_range(symbol)
    if limits:
        return [f"{symbol.name}={limits[0]}, or up to {limits[1]}"]
    return []


def _shown(value: str) -> str:
    longest = 40
    return repr(value if len(value) <= longest else value[:longest] + "...")


def user_value(symbol: kconfiglib.Symbol) -> str:
    """Return what the user set a symbol to, in the form in which `set_value` takes it."""
    given = symbol.user_value
    return LETTERS[given] if isinstance(given, int) else given or ""


def value_now(symbol: kconfiglib.Symbol) -> str:
    """Return the value of a symbol; "" for a number that nothing gives one, which counts as 0 in expressions."""
    return symbol.str_value if not isinstance(symbol, TreeSymbol) or symbol.has_value else ""


def active_range(symbol: kconfiglib.Symbol) -> tuple[str, str] | None:
    """Return the bounds that hold for an int or hex symbol now, as they are written; None without any."""
    for low, high, condition, *_ in symbol.ranges:
        if value_of(condition):
            return low.str_value, high.str_value
    return None


def check_range(symbol: kconfiglib.Symbol, assignment: Assignment, value: str) -> None:
    """Refuse a number outside the range that holds now.

    Raises:
        UsageError: the number is too small or too large.
    """
    limits = exceeded_range(symbol, value) if symbol.ranges else None
    if limits:
        raise UsageError(
            f"{symbol.name}={value} is out of range: it goes from {limits[0]} to {limits[1]}",
            location=assignment.location,
        )


def exceeded_range(symbol: kconfiglib.Symbol, value: str) -> tuple[str, str] | None:
    """Return the bounds that hold now, if `value` is a number outside them."""
    kind = symbol_type(symbol)
    limits = active_range(symbol) if kind in (SymbolType.INT, SymbolType.HEX) else None
    base = 16 if kind is SymbolType.HEX else 10
    if limits and not leading_number(limits[0], base) <= int(value, base) <= leading_number(limits[1], base):
        return limits
    return None


def was_said(one: Wanted) -> bool:
    """Return whether the user has said so already; of a choice's members, that of one counts, and the last one said."""
    said = user_value(one.symbol) == one.value
    return said and (one.symbol.choice is None or one.symbol.choice.selection is one.symbol)


def would_empty_choice(one: Wanted, wanted: list[Wanted]) -> bool:
    """Return whether `one` switches off the chosen member of a choice, and no other of `wanted` chooses another."""
    choice = one.symbol.choice
    if not choice or one.value != "n" or choice.selection is not one.symbol:
        return False
    return not any(other.symbol.choice is choice and other.value == "y" for other in wanted)


def choice_is_full(symbol: kconfiglib.Symbol, assignment: Assignment) -> NotTaken:
    """Return why the chosen member of a choice is not switched off."""
    members = symbol.choice.syms if symbol.choice else []
    other = next((member.name for member in members if member is not symbol and member.visibility), "another")
    reason = f"one of its choice must be y; set another one, such as {other}=y"
    return NotTaken(symbol.name, "n", "y", reason, (), assignment.location)


def promptless_reason(symbol: kconfiglib.Symbol, asked: str) -> str:
    """Say that a value for a symbol that nobody can set is no use, whether or not it is the one that holds."""
    got = value_now(symbol)
    holds = "anyway" if same(symbol, asked, got) else "now"
    why = "it has no prompt, its value follows from other symbols"
    return f"{symbol.name}={asked} has no effect, it is {got or 'no value'} {holds}: {why}"


def not_taken(symbol: kconfiglib.Symbol, assignment: Assignment, value: str) -> NotTaken | None:
    """Return why `symbol` does not hold the `value` it was given, None when it does."""
    got = value_now(symbol)
    if same(symbol, value, got):
        return None
    forced = value == "n" and selected_by(symbol)
    hidden = has_prompt(symbol) and not symbol.visibility and not forced
    unmet = tuple(one for one in prompt_conditions(symbol) if not one.holds) if hidden else ()
    return NotTaken(symbol.name, value, got, _reason(symbol, value, unmet), unmet, assignment.location)


def same(symbol: kconfiglib.Symbol, asked: str, got: str) -> bool:
    """Return whether two values of a symbol are the same; numbers may be spelled in several ways."""
    if asked != got and got and symbol_type(symbol) in (SymbolType.INT, SymbolType.HEX):
        return number(symbol, asked) == number(symbol, got)
    return asked == got


def is_boolean(symbol: kconfiglib.Symbol) -> bool:
    """Return whether the values of a symbol are y and n, or m besides."""
    return symbol.type in (kconfiglib.BOOL, kconfiglib.TRISTATE)


def number(symbol: kconfiglib.Symbol, text: str) -> int | None:
    """Return the number that `text` is for an int or hex symbol, None when it is none."""
    try:
        return int(text, 16 if symbol_type(symbol) is SymbolType.HEX else 10)
    except ValueError:
        return None


def spelled(symbol: kconfiglib.Symbol, value: int) -> str:
    """Return a number as an int or hex symbol holds it."""
    return hex(value) if symbol_type(symbol) is SymbolType.HEX else str(value)


def lies_between(symbol: kconfiglib.Symbol, value: str, low: str, high: str) -> bool:
    """Return whether a number of an int or hex symbol lies in a range, its bounds included."""
    numbers = [number(symbol, text) or 0 for text in (low, value, high)]
    return numbers == sorted(numbers)


def _reason(symbol: kconfiglib.Symbol, asked: str, unmet: tuple[Condition, ...]) -> str:
    if unmet:
        return f"it needs {' and '.join(map(str, unmet))}"
    limits = exceeded_range(symbol, asked) if has_prompt(symbol) else None
    if limits:
        return f"it is out of range, which goes from {limits[0]} to {limits[1]}"
    return _other_reason(symbol, asked)


def _other_reason(symbol: kconfiglib.Symbol, asked: str) -> str:
    if not has_prompt(symbol):
        return "it has no prompt, its value follows from other symbols"
    selecting = selected_by(symbol)
    if asked == "n" and selecting:
        return f"it is selected by {', '.join(selecting)}"
    if symbol.choice and symbol.choice.selection:
        chosen = symbol.choice.selection.name
        if asked == "n":
            return "one of its choice must be y, and the file says n to all that can be"
        return f"{chosen} was chosen instead, and only one of the two can be"
    return "its value follows from other symbols"


def has_prompt(symbol: kconfiglib.Symbol) -> bool:
    """Return whether a user could ever set the symbol."""
    for node in symbol.nodes:  # noqa: SIM110 - asked for each line of a .config: `any` takes three times as long
        if node.prompt:
            return True
    return False


def takes_values(symbol: kconfiglib.Symbol) -> bool:
    """Return whether what a .config says of the symbol can have an effect."""
    return has_prompt(symbol) or (isinstance(symbol, TreeSymbol) and symbol.is_transitional)


def selected_by(symbol: kconfiglib.Symbol) -> tuple[str, ...]:
    """Return the names of the symbols that force `symbol` to y now."""
    return forcing(symbol.rev_dep)


def forcing(reverse_dependency: kconfiglib.Expr) -> tuple[str, ...]:
    """Return the names of the symbols whose select or imply holds now, of all that make up `reverse_dependency`."""
    names = set()
    for part in kconfiglib.split_expr(reverse_dependency, kconfiglib.OR):
        if value_of(part):
            first = kconfiglib.split_expr(part, kconfiglib.AND)[0]
            if isinstance(first, kconfiglib.Symbol) and not first.is_constant:
                names.add(first.name)
    return tuple(sorted(names))


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
        elif _names(part) or not value_of(part):
            text = kconfiglib.expr_str(part)
            values = () if text in ("n", "y") else _values(part)
            found.append(Condition(text, bool(value_of(part)), values))
    return tuple(dict.fromkeys(found))


def _names(expression: kconfiglib.Expr) -> list[kconfiglib.Symbol]:
    items = kconfiglib.expr_items(expression)
    symbols = [item for item in items if isinstance(item, kconfiglib.Symbol) and item.nodes]
    return sorted(symbols, key=lambda symbol: symbol.name)


def _values(expression: kconfiglib.Expr) -> tuple[tuple[str, str], ...]:
    return tuple((symbol.name, symbol.str_value) for symbol in _names(expression))
