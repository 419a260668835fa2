"""Many texts in one piece of memory: the help texts of a large tree are megabytes, and a string each a quarter more."""

from __future__ import annotations

from array import array

_SEPARATOR = "\n"
"""What stands between two texts, so that no word of a search begins in one and ends in the next."""


class Texts:
    """Texts that are added one after the other, each known by its number."""

    def __init__(self) -> None:
        self._bytes: bytearray | bytes = bytearray()
        self._ends = array("I")

    def add(self, text: str) -> int:
        """Add a text, and return its number."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        self._bytes += _SEPARATOR.encode()
        return len(self._ends) - 1

    def settle(self) -> None:
        """Give up the room for more texts."""
        self._bytes = bytes(self._bytes)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        start = self._ends[number - 1] + len(_SEPARATOR) if number else 0
        return self._bytes[start : self._ends[number]].decode()
