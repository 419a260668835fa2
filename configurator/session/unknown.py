"""Lines of a .config for symbols that the tree does not know: kept, and written in a block of their own at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.model import Configuration

_HEADING = "\n#\n# Not in this Kconfig tree; kept as it was read\n#\n"


def lines_of(configuration: Configuration) -> tuple[str, ...]:
    """Return those lines of the files that were read, as they are written there; the last one of each symbol."""
    return tuple(one.line for one in configuration.unknown)


def block(lines: tuple[str, ...]) -> str:
    """Return the end of the file that holds `lines`."""
    return _HEADING + "".join(f"{line}\n" for line in lines) if lines else ""
