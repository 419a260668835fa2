"""The calls that a binary's functions make, read from what `go tool objdump` prints."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FUNCTION = re.compile(r"^TEXT (?P<name>.+?)\(SB\) (?P<file>\S*)")
_INSTRUCTION = re.compile(
    r"^ +(?P<place>\S+:-?\d+)\t+0x(?P<address>[0-9a-f]+)\t+(?P<code>[0-9a-f]+)"
    r"\t+(?P<operation>\S+)(?: (?P<operands>.*?))?\s*$"
)
_SYMBOL = re.compile(r"^(?P<name>.+?)(?P<offset>\+\d+)?\(SB\)$")
_IP_RELATIVE = re.compile(r"^0x(?P<offset>[0-9a-f]+)\(IP\)")
_ABI = re.compile(r"\.abi(0|internal)$")
_LOCAL_NAME = "[A-Za-z0-9_]+"
"""A function of an assembly file that is static to it has a name without its package."""


@dataclass(frozen=True)
class Transfer:
    """A CALL, or a JMP out of its function.

    `target` is a function's name; or None, and then `loaded_from` is where the call's register was loaded from: the
    word at offset 0 of a function value, or a higher offset of an interface's method table.
    """

    caller: str
    place: str
    operand: str
    target: str | None
    loaded_from: str = ""


@dataclass(frozen=True)
class Function:
    """A function: its calls, the addresses of constants that it takes, and its source file."""

    name: str
    file: str
    transfers: tuple[Transfer, ...]
    addresses: tuple[int, ...]


@dataclass
class _Reader:
    """Collects one function; `loads` says for each register what was last moved into it."""

    name: str
    file: str

    def __post_init__(self) -> None:
        self.transfers: list[Transfer] = []
        self.addresses: list[int] = []
        self.loads: dict[str, str] = {}

    def finish(self) -> Function:
        return Function(self.name, self.file, tuple(self.transfers), tuple(self.addresses))

    def read(self, match: re.Match[str]) -> None:
        """Take an instruction."""
        operation, operands = match["operation"], match["operands"] or ""
        if operation in {"CALL", "JMP"}:
            self._transfer(operation, operands, match["place"])
            return
        source, comma, destination = operands.rpartition(", ")
        if not comma:
            return
        if operation == "MOVQ":
            self.loads[destination] = self.loads.get(source, source)
        else:
            self.loads.pop(destination, None)
        if operation == "LEAQ" and (relative := _IP_RELATIVE.match(source)):
            offset = int(relative["offset"], 16)
            signed = offset - (1 << 32) if offset >= 1 << 31 else offset
            self.addresses.append(int(match["address"], 16) + len(match["code"]) // 2 + signed)

    def _transfer(self, operation: str, operand: str, place: str) -> None:
        symbol = _SYMBOL.match(operand)
        if symbol is None and (operation == "JMP" or operand.startswith("0x")):
            # A jump within the function has a number, and one through a register is the table of a switch. A CALL with
            # a number is assembly that asks where it is (CALL next; POP).
            return
        target = _ABI.sub("", symbol["name"]) if symbol else None
        if operation == "JMP" and target == self.name:
            return
        self.transfers.append(Transfer(self.name, place, operand, target, self.loads.get(operand, operand)))


def disassemble(go: Path, binary: Path, core: str, others: Iterable[str] = ()) -> list[Function]:
    """Disassemble the functions of packages under `core`, and the `others` by name.

    The binary needs its symbol table (DEBUG_INFO=y).
    """
    wanted = "|".join([f"{re.escape(core)}.*", *map(re.escape, others), _LOCAL_NAME])
    command: list[str | Path] = [go, "tool", "objdump", "-s", f"^({wanted})$", binary]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    folder = core.rstrip("/") + "/"
    return [f for f in parse(listing.stdout.splitlines()) if "." in f.name or folder in f.file]


def parse(lines: Iterable[str]) -> Iterator[Function]:
    """Read a listing, function by function."""
    reader: _Reader | None = None
    for line in lines:
        if header := _FUNCTION.match(line):
            if reader:
                yield reader.finish()
            reader = _Reader(_ABI.sub("", header["name"]), header["file"])
        elif reader and (match := _INSTRUCTION.match(line)):
            reader.read(match)
    if reader:
        yield reader.finish()
