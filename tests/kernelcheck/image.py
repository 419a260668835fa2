"""The symbols and data of an ELF64 binary, and the function values among its data (System V ABI, chapter 4)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHT_SYMTAB, _SHT_NOBITS = 2, 8
_SHF_ALLOC = 2
_STT_OBJECT, _STT_FUNC = 1, 2
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_WORD = 8


@dataclass(frozen=True)
class _Section:
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


class Image:
    """A binary with a symbol table."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._sections = list(self._read_sections())
        self._loaded = sorted(
            (s for s in self._sections if s.flags & _SHF_ALLOC and s.kind != _SHT_NOBITS), key=lambda s: s.address
        )
        self.functions: dict[int, str] = {}
        self.variables: list[tuple[str, int, int]] = []
        for name, kind, address, size in self._read_symbols():
            if kind == _STT_FUNC:
                self.functions[address] = name
            elif kind == _STT_OBJECT:
                self.variables.append((name, address, size))

    def function_at(self, value: int) -> str | None:
        """Return the function that a function value at address `value` calls: its first word is the code's address."""
        word = self._word(value) if value % _WORD == 0 else None
        return self.functions.get(word) if word else None

    def function_values(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Return each variable under `prefix` together with each function that a word of it leads to."""
        for name, start, size in self.variables:
            if name.startswith(prefix):
                for address in range(start, start + size - _WORD + 1, _WORD):
                    word = self._word(address)
                    if word and (function := self.function_at(word)):
                        yield name, function

    def _word(self, address: int) -> int | None:
        """Return the 8 bytes at an address of the loaded image, None where there are none."""
        at = bisect_right(self._loaded, address, key=lambda s: s.address) - 1
        if at < 0:
            return None
        section = self._loaded[at]
        inside = address - section.address
        if inside + _WORD > section.size:
            return None
        return int.from_bytes(self._data[section.offset + inside : section.offset + inside + _WORD], "little")

    def _read_sections(self) -> Iterator[_Section]:
        (offset,) = struct.unpack_from("<Q", self._data, 40)
        size, count = struct.unpack_from("<HH", self._data, 58)
        for at in range(offset, offset + size * count, size):
            _, kind, flags, address, start, length, link, *_ = _SECTION.unpack_from(self._data, at)
            yield _Section(kind, flags, address, start, length, link)

    def _read_symbols(self) -> Iterator[tuple[str, int, int, int]]:
        table = next(section for section in self._sections if section.kind == _SHT_SYMTAB)
        strings = self._sections[table.link].offset
        for at in range(table.offset, table.offset + table.size, _SYMBOL.size):
            name, info, _, _, value, size = _SYMBOL.unpack_from(self._data, at)
            start = strings + name
            text = self._data[start : self._data.index(b"\0", start)].decode()
            yield text.removesuffix(".abi0"), info & 15, value, size
