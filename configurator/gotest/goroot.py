"""Files of Go's own folder that the standard library's tests read outside their package, by import path."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZONES = "lib/time/zoneinfo.zip"

ELSEWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "time": (_ZONES,),
    }
)
