"""What an expression of the Kconfig language is worth, by the rules of C kconfig in Linux 6.12.

kconfiglib parses expressions into symbols and tuples; its own evaluation differs from C's in how a text counts as a
number, and cannot be overridden. Values are 0 (n), 1 (m) and 2 (y).
"""

from __future__ import annotations

import re

import kconfiglib

NO, MODULE, YES = 0, 1, 2
LETTERS = ("n", "m", "y")
"""The letters of the values, by value."""

BOOLEAN = frozenset({kconfiglib.BOOL, kconfiglib.TRISTATE})
"""The types whose values are y, m and n."""
_NUMBER_START = {  # compiled when first needed: few trees compare numbers
    10: r"[ \t]*(?P<sign>[-+]?)(?P<digits>[0-9]+)",
    16: r"[ \t]*(?P<sign>[-+]?)(?:0[xX](?=[0-9a-fA-F]))?(?P<digits>[0-9a-fA-F]+)",
    8: r"[ \t]*(?P<sign>[-+]?)(?P<digits>0[0-7]*)",
}
_UNSIGNED = 2**64
_PREFIX = r"[ \t]*[-+]?(?P<zero>0(?P<x>[xX][0-9a-fA-F])?)?"


def value_of(expression: kconfiglib.Expr) -> int:
    """Return the value of an expression now."""
    if not isinstance(expression, tuple):
        return expression.tri_value
    operator = expression[0]
    if operator is kconfiglib.AND:
        left = value_of(expression[1])
        return min(left, value_of(expression[2])) if left else NO  # type: ignore[misc]  # AND has two operands
    if operator is kconfiglib.OR:
        left = value_of(expression[1])
        return left if left == YES else max(left, value_of(expression[2]))  # type: ignore[misc]  # as above
    if operator is kconfiglib.NOT:
        return YES - value_of(expression[1])
    return YES if _holds(*expression) else NO


def is_off(expression: kconfiglib.Expr) -> kconfiglib.Expr:
    """Return the expression that is y where `expression` is n, and n where it is m or y."""
    return _compared(expression, "n")


def _compared(expression: kconfiglib.Expr, letter: str) -> kconfiglib.Expr:
    """Return the expression ``expression = letter``, which the language has for symbols alone."""
    if not isinstance(expression, tuple):
        return (kconfiglib.EQUAL, expression, expression.kconfig.const_syms[letter])
    operator = expression[0]
    if operator is kconfiglib.NOT:
        return _compared(expression[1], "y" if letter == "n" else "n")
    if operator in (kconfiglib.AND, kconfiglib.OR):
        left, right = (_compared(part, letter) for part in expression[1:])
        # A && B is n if either is, and y if both are; A || B the other way round.
        either = (operator is kconfiglib.AND) == (letter == "n")
        return (kconfiglib.OR if either else kconfiglib.AND, left, right)
    return expression if letter == "y" else (kconfiglib.NOT, expression)


def _holds(operator: int, left: kconfiglib.Symbol, right: kconfiglib.Symbol) -> bool:
    """Compare two symbols: as numbers where both are, else as texts."""
    order = _compare(left, right)
    if operator is kconfiglib.EQUAL:
        return order == 0
    if operator is kconfiglib.UNEQUAL:
        return order != 0
    if operator is kconfiglib.LESS:
        return order < 0
    if operator is kconfiglib.LESS_EQUAL:
        return order <= 0
    return order > 0 if operator is kconfiglib.GREATER else order >= 0


def _compare(left: kconfiglib.Symbol, right: kconfiglib.Symbol) -> int:
    one, other = left.str_value, right.str_value
    if left.orig_type is not kconfiglib.STRING or right.orig_type is not kconfiglib.STRING:
        first, second = _number(left, one), _number(right, other)
        if first is not None and second is not None:
            if kconfiglib.HEX in (left.orig_type, right.orig_type):  # C compares these without a sign
                first, second = first % _UNSIGNED, second % _UNSIGNED
            return (first > second) - (first < second)
    return (one > other) - (one < other)


def _number(symbol: kconfiglib.Symbol, text: str) -> int | None:
    """Return the number that a symbol's value stands for in a comparison, None when the whole of it is none."""
    if symbol.orig_type in BOOLEAN:
        return LETTERS.index(text) if text in LETTERS else -1
    base = {kconfiglib.INT: 10, kconfiglib.HEX: 16}.get(symbol.orig_type) or _base_of(text)
    match = re.match(_NUMBER_START[base], text)
    return _converted(match, base) if match and match.end() == len(text) else None


def leading_number(text: str, base: int) -> int:
    """Return the number at the start of `text`, as C's strtoll does; 0 where there is none."""
    match = re.match(_NUMBER_START[base], text)
    return _converted(match, base) if match else 0


def _converted(match: re.Match[str], base: int) -> int:
    number = int(match["digits"], base)
    return -number if match["sign"] == "-" else number


def _base_of(text: str) -> int:
    """Return the base that C sees in a number without a type: 0x is 16, 0 is 8."""
    prefix = re.match(_PREFIX, text)
    if not prefix or not prefix["zero"]:
        return 10
    return 16 if prefix["x"] else 8
