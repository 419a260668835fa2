"""The calls that a binary's functions make, read from what `go tool objdump` prints."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FUNCTION = re.compile(r"^TEXT (?P<name>.+?)\(SB\)")
_TRANSFER = re.compile(
    r"^ +(?P<place>\S+:-?\d+)\t+0x[0-9a-f]+\t+[0-9a-f]+\t+(?P<operation>CALL|JMP) (?P<operand>.+?)\s*$"
)
_SYMBOL = re.compile(r"^(?P<name>.+?)(?P<offset>\+\d+)?\(SB\)$")
_LOCAL = re.compile(r"^0x[0-9a-f]+$")
_ABI = re.compile(r"\.abi(0|internal)$")


@dataclass(frozen=True)
class Function:
    """A function of the binary; `line_count` counts its instructions."""

    name: str
    transfers: tuple[Transfer, ...]
    line_count: int


@dataclass(frozen=True)
class Transfer:
    """A CALL, or a JMP out of its function; `target` is None when a register or memory holds the address."""

    caller: str
    place: str
    operation: str
    operand: str
    target: str | None


def disassemble(go: Path, binary: Path, prefix: str) -> Iterator[Function]:
    """Disassemble the functions of `binary` whose name starts with `prefix`.

    The binary needs its symbol table (DEBUG_INFO=y).
    """
    listing = subprocess.run(
        [go, "tool", "objdump", "-s", f"^{re.escape(prefix)}", binary], capture_output=True, text=True, check=True
    )
    return parse(listing.stdout.splitlines())


def parse(lines: Iterable[str]) -> Iterator[Function]:
    """Read a listing, function by function."""
    name: str | None = None
    transfers: list[Transfer] = []
    count = 0
    for line in lines:
        if header := _FUNCTION.match(line):
            if name is not None:
                yield Function(name, tuple(transfers), count)
            name, transfers, count = _ABI.sub("", header["name"]), [], 0
        elif name is not None and line.strip():
            count += 1
            if (match := _TRANSFER.match(line)) and (transfer := _transfer(name, match)):
                transfers.append(transfer)
    if name is not None:
        yield Function(name, tuple(transfers), count)


def _transfer(caller: str, match: re.Match[str]) -> Transfer | None:
    """Return the transfer, or None for a jump inside the function."""
    operation, operand = match["operation"], match["operand"]
    symbol = _SYMBOL.match(operand)
    if operation == "JMP" and symbol is None:
        # A jump within the function has a number; one through a register is the jump table of a switch.
        return None
    target = _ABI.sub("", symbol["name"]) if symbol else None
    if operation == "JMP" and target == caller:
        return None
    if operation == "CALL" and symbol is None and _LOCAL.match(operand):
        # CALL to an address inside the function: assembly that asks where it is (CALL next; POP).
        return None
    return Transfer(caller, match["place"], operation, operand, target)
