"""How a run ended, from what QEMU leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.run.verdict import End, Verdict, exit_code_in, judge

if TYPE_CHECKING:
    from pathlib import Path

GREETING = b'{"QMP": {"version": {}}}\r\n{"return": {}}\r\n'


def _shutdown(reason: str) -> bytes:
    return GREETING + b'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "%s"}}\r\n' % reason.encode()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"0\n", 0),
        (b"255\n", 255),
        (b"7\r\n", 7),
        (b"SeaBIOS (version 1.16)\nPress F12\n42\n", 42),
        (b"1\n2\n", 2),
        (b"", None),
        (b"42", None),
        (b"4242\n", None),
        (b"256\n", None),
        (b"-1\n", None),
        (b"code 3\n", None),
        (b"3\nSeaBIOS\n", None),
        (b"\n", None),
        (b"\xff\xfe\n", None),
    ],
)
def test_code_file(written: bytes, code: int | None, tmp_path: Path) -> None:
    """Only a complete last line that is a number from 0 to 255 counts."""
    path = tmp_path / "exitcode"
    path.write_bytes(written)
    assert exit_code_in(path) == code


def test_no_code_file(tmp_path: Path) -> None:
    """QEMU may end before it makes the file."""
    assert exit_code_in(tmp_path / "exitcode") is None


@pytest.mark.parametrize(
    ("return_code", "events", "written", "verdict"),
    [
        (85, GREETING, 42, Verdict(End.CODE, 42)),
        (0, _shutdown("guest-shutdown"), 0, Verdict(End.CODE, 0)),
        (0, _shutdown("guest-reset"), 2, Verdict(End.CODE, 2)),
        (0, _shutdown("guest-shutdown"), None, Verdict(End.POWER_OFF)),
        (0, _shutdown("guest-reset"), None, Verdict(End.RESET)),
        (0, _shutdown("guest-panic"), None, Verdict(End.RESET)),
        (0, _shutdown("host-qmp-quit"), None, Verdict(End.QUIT)),
        (0, _shutdown("host-signal"), None, Verdict(End.QUIT)),
        (1, GREETING, None, Verdict(End.CODE, 0)),
        (7, GREETING, None, Verdict(End.CODE, 3)),
        (1, b"", None, Verdict(End.FAILED)),
        (1, b'{"QMP', None, Verdict(End.FAILED)),
        (0, GREETING, None, Verdict(End.FAILED)),
        (-9, GREETING, None, Verdict(End.FAILED)),
    ],
)
def test_verdict(return_code: int, events: bytes, written: int | None, verdict: Verdict) -> None:
    """The guest's own code comes first, then the event, then the code of isa-debug-exit."""
    assert judge(return_code, events, written) == verdict
