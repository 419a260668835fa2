"""What the standard library's tests read outside their package, by import path.

Paths count from Go's own folder. One that ends with a slash is a folder without what is in it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZONES = "lib/time/zoneinfo.zip"

ELSEWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "io/ioutil": ("src/io/io_test.go",),
        "os": ("/usr/bin/",),
        "path/filepath": ("src/unicode/", "src/unicode/utf16/", "src/unicode/utf8/"),
        "time": (_ZONES,),
    }
)
