"""Go's spelling of names and values."""

from __future__ import annotations

import re

from configurator.errors import UsageError
from configurator.model import SymbolInfo, SymbolType

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INT64 = range(-(2**63), 2**63)
_UINTPTR = range(2**64)


def quoted(text: str) -> str:
    """Return an interpreted Go string literal for any text."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    if code < 0x80:  # noqa: PLR2004 - ASCII's control characters
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - Unicode's first plane


def constant_name(symbol: str) -> str:
    """Return the exported name of a symbol's constant: UART_BAUD becomes UartBaud."""
    return "".join(part[:1].upper() + part[1:].lower() for part in symbol.split("_"))


def constant(symbol: SymbolInfo) -> str:
    """Return the declaration of a symbol's constant, without `const`; what is off is false, 0 or "".

    Raises:
        UsageError: Go cannot express the name or the value.
    """
    name = constant_name(symbol.name)
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        raise UsageError(
            f"the symbol {symbol.name} has no name in Go: it must start with a letter", location=symbol.location
        )
    if symbol.type.is_boolean:  # m is true: a kernel of one file has no modules, so what could be one is built in
        return f"{name} = {'false' if symbol.value == 'n' else 'true'}"
    if symbol.type is SymbolType.STRING:
        return f"{name} string = {quoted(symbol.value)}"
    if symbol.type is SymbolType.INT:
        return f"{name} int = {_number(symbol, 10, _INT64)}"
    if symbol.type is SymbolType.HEX:
        return f"{name} uintptr = {_number(symbol, 16, _UINTPTR):#x}"
    raise UsageError(f"the symbol {symbol.name} has no type", location=symbol.location)


def _number(symbol: SymbolInfo, base: int, fitting: range) -> int:
    """Return the value as a number: Kconfig's 010 is ten, Go's is eight."""
    number = int(symbol.value, base) if symbol.value else 0
    if number not in fitting:
        raise UsageError(f"{symbol.name}={symbol.value} does not fit into 64 bits", location=symbol.location)
    return number
