"""A real QEMU on a real terminal: whose the keys are, and the terminal is as before when it ends."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from .case import Case
from .conftest import go_environment

if TYPE_CHECKING:
    from .conftest import Kernels

pytestmark = pytest.mark.boot

LIMIT = 30.0


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (b"\x01x", b"QEMU: Terminated"),
        (b"\x03", b"^C"),
    ],
    ids=["escape-key", "interrupt"],
)
def test_keys(keys: bytes, answer: bytes, kernels: Kernels) -> None:
    """Ctrl-A x is QEMU's and leaves with 130; Ctrl-C is the guest's, whose program it ends with 130."""
    kernel = kernels.get(Case(name="console", program="terminal"), "1.27")
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--accel", "tcg", "--timeout", "60"]
    with subprocess.Popen(
        command, env=go_environment("1.27"), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    ) as process:
        _read_until(master, b"ready")
        os.write(master, b"typed\r")
        _read_until(master, b'read "typed"')
        assert termios.tcgetattr(slave) != before
        os.write(master, keys)
        _read_until(master, answer)
        assert process.wait(30) == 130
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def _read_until(descriptor: int, text: bytes) -> None:
    shown = b""
    while text not in shown:
        readable, _, _ = select.select([descriptor], [], [], LIMIT)
        assert readable, f"{text!r} does not come: {shown!r}"
        shown += os.read(descriptor, 1024)
