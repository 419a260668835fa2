"""The portable subset of the Kconfig language; docs/adr/0007-kconfig-portable-subset.md says why.

The root file may use `osource` to find the units; nothing else goes beyond what all tools read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from configurator.errors import Location
    from configurator.model import Configuration

_CONSTRUCTS = (
    (re.compile(r"(?P<found>rsource|orsource|grsource|gsource)\b"), "C kconfig has only source"),
    (re.compile(r"(?P<found>osource)\b"), "only the root file may use it, to find the units"),
    (re.compile(r"source\s+\"(?P<found>[^\"]*[*?\[][^\"]*)\""), "C kconfig knows no patterns"),
    (re.compile(r"(?P<found>option)\b"), "C kconfig has no options any more"),
    (re.compile(r"(?P<found>modules)\s*$"), "kconfiglib 14 does not read it"),
    (re.compile(r"(?P<found>transitional)\s*$"), "only C kconfig from 6.18 on reads it"),
    (re.compile(r"(?P<found>tristate|def_tristate)\b"), "there are no modules"),
    (re.compile(r"(?P<found>optional)\s*$"), "C kconfig has no optional choices any more"),
    (re.compile(r"(?P<found>def_string|def_int|def_hex)\b"), "C kconfig does not read it"),
    (re.compile(r"choice\s+(?P<found>\w+)\s*$"), "C kconfig refuses names of choices"),
    (re.compile(r"(?P<found>depends on .+ if .+)"), "only C kconfig from 7.0 on reads it"),
    (re.compile(r"(?P<found>---help---)"), "C kconfig reads only help"),
)
_TABS = 8


def find(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    """Yield the constructs outside the subset, with their places."""
    from configurator.errors import Location

    root_file = configuration.kconfig_files()[0]
    for name in configuration.kconfig_files():
        text = (configuration.root / name).read_text(encoding="utf-8", errors="replace")
        for number, line in _statements(text):
            for pattern, reason in _CONSTRUCTS:
                match = pattern.match(line)
                if match and not (name == root_file and match["found"] == "osource"):
                    place = configuration.shown(Location(name, number))
                    yield f"{match['found']!r} is outside the portable subset: {reason}", place


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are statements, without comments and without the texts below `help`."""
    help_indent: int | None = None
    expects_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        indent = len(line.expandtabs(_TABS)) - len(line.expandtabs(_TABS).lstrip())
        if expects_text and stripped:
            help_indent, expects_text = indent, False
        if help_indent is not None and (not stripped or indent >= help_indent > 0):
            continue
        help_indent = None
        if stripped in ("help", "---help---"):
            expects_text = True
        if stripped and not stripped.startswith("#"):
            yield number, stripped
