"""How much code each package has in an image, and where that is kept for the editor to show.

An image has no symbols (`-s`), but always Go's table of functions, by which the runtime makes tracebacks: section
.gopclntab, described in Go's internal/abi/symtab.go and runtime/symtab.go. It gives each function's start and name.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

from configurator.build.layout import cache_folder
from configurator.errors import UsageError
from configurator.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MAGIC = 0xFFFFFFF1  # Go 1.20 and later
_HEADER = struct.Struct("<8xQ16xQ24xQ")  # how many functions, and where their names and the table of them begin
_ENTRY = struct.Struct("<II")
_FUNCTION = struct.Struct("<Ii")


def code_sizes(image: bytes) -> dict[str, int]:
    """Return the bytes of code of each package in a linked image, by import path; {} where the table is not there."""
    sizes: dict[str, int] = {}
    for name, size in _functions(image):
        folder, slash, last = name.rpartition("/")
        package = f"{folder}{slash}{last.partition('.')[0]}"
        sizes[package] = sizes.get(package, 0) + size
    return sizes


def _functions(image: bytes) -> Iterator[tuple[str, int]]:
    table = _table(image)
    if table is None:
        return
    count, names, functions = _HEADER.unpack_from(table)
    starts = [_ENTRY.unpack_from(table, functions + index * _ENTRY.size) for index in range(count)]
    (end,) = struct.unpack_from("<I", table, functions + count * _ENTRY.size)
    ends = [*(start for start, _ in starts[1:]), end]
    for (start, place), following in zip(starts, ends, strict=True):
        _, name = _FUNCTION.unpack_from(table, functions + place)
        text = table[names + name : table.index(b"\0", names + name)].decode("utf-8", "replace")
        yield text, following - start


def _table(image: bytes) -> bytes | None:
    """Return the section .gopclntab of an ELF file for 64 bits."""
    (offset,) = struct.unpack_from("<Q", image, 0x28)
    size, count, names_index = struct.unpack_from("<HHH", image, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", image, offset + index * size) for index in range(count)]
    if names_index >= len(headers):
        return None
    names = headers[names_index][4]
    for name, _, _, _, place, length in headers:
        start = names + name
        if image[start : image.index(b"\0", start)] == b".gopclntab":
            table = image[place : place + length]
            return table if table[:4] == struct.pack("<I", _MAGIC) else None
    return None


def keep(root: Path, module: str, image: bytes) -> None:
    """Remember the sizes of a tree's packages in an image; what cannot be measured or written is left out."""
    try:
        found = {
            package.removeprefix(f"{module}/"): size
            for package, size in code_sizes(image).items()
            if package.startswith(f"{module}/")
        }
        path = _path(root)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_if_changed(path, json.dumps({**measured(root), **found}, indent=1, sort_keys=True) + "\n")
    except (OSError, UsageError, ValueError, struct.error):  # a figure to look at, not worth a failed build
        return


def measured(root: Path) -> Mapping[str, int]:
    """Return the code of a tree's packages, by folder, in the last image that had each."""
    try:
        found = json.loads(_path(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(folder): int(size) for folder, size in found.items()} if isinstance(found, dict) else {}


def _path(root: Path) -> Path:
    import hashlib

    return cache_folder() / f"sizes-{hashlib.sha256(str(root.absolute()).encode()).hexdigest()[:12]}.json"
