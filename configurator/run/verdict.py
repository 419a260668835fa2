"""Works out how a run ended from the three things QEMU leaves: the exit code's file, its events, its return code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CODE_LINE = re.compile(rb"\d{1,3}")
_LARGEST_CODE = 255


class End(Enum):
    """How a run ended."""

    CODE = "the guest gave an exit code"
    POWER_OFF = "the guest switched the machine off"
    RESET = "the guest reset the machine"
    QUIT = "the user ended QEMU"
    TIMEOUT = "the time was over"
    FAILED = "QEMU did not run the guest"


@dataclass(frozen=True)
class Verdict:
    """How a run ended; `code` is the guest's exit code when it gave one."""

    end: End
    code: int | None = None


def exit_code_in(path: Path) -> int | None:
    """Return the exit code that the guest wrote, None when it wrote none.

    Only the last line counts: firmware and boot loaders may write messages to a debug console as well.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    if len(lines) < 2 or lines[-1] or not _CODE_LINE.fullmatch(lines[-2].strip()):  # noqa: PLR2004 - a whole line
        return None
    code = int(lines[-2])
    return code if code <= _LARGEST_CODE else None


def judge(return_code: int, events: bytes, written: int | None) -> Verdict:
    """Say how the run ended.

    Args:
        return_code: QEMU's.
        events: what its monitor said (QMP, one JSON object a line).
        written: the exit code from the debug console.
    """
    if written is not None:
        return Verdict(End.CODE, written)
    started, reason = _read_events(events)
    if reason == "guest-shutdown":
        return Verdict(End.POWER_OFF)
    if reason in ("guest-reset", "guest-panic"):
        return Verdict(End.RESET)
    if reason:
        return Verdict(End.QUIT)
    # isa-debug-exit ends QEMU at once, without an event, with twice the value and one.
    if started and return_code > 0 and return_code % 2:
        return Verdict(End.CODE, return_code >> 1)
    return Verdict(End.FAILED)


def _read_events(events: bytes) -> tuple[bool, str | None]:
    """Return whether QEMU got as far as its monitor, and the reason of its SHUTDOWN event."""
    started = False
    for line in events.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue  # the last line may be cut short
        started = True
        if isinstance(message, dict) and message.get("event") == "SHUTDOWN":
            return started, str(message.get("data", {}).get("reason", ""))
    return started, None
