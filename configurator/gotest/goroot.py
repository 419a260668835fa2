"""What the standard library's tests need besides their package, by import path."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Files, by their path from Go's own folder. One that ends with a slash is a folder without what is in it.
ELSEWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "io/ioutil": ("src/io/io_test.go",),
        "os": ("/usr/bin/",),
        "path/filepath": ("src/unicode/", "src/unicode/utf16/", "src/unicode/utf8/"),
        "time": ("lib/time/zoneinfo.zip",),
    }
)

# Build tags. The tests of package time load a time zone while that package is initialised, which is before the files
# are there: package embed, which they come from, imports it.
TAGS: Mapping[str, tuple[str, ...]] = MappingProxyType({"time": ("timetzdata",)})
