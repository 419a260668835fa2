"""A real QEMU on a real terminal: whose the keys are, and the terminal is as before when it ends."""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .case import Case
from .conftest import PROGRAMS, go_environment

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("where", ["linux", "kernel"])
def test_line_discipline(where: str, kernels: Kernels, tmp_path: Path) -> None:
    """Editing, end of file, interrupt, passwords, raw keys and sizes are the same on a terminal of Linux."""
    if where == "linux":
        go = find_go()
        binary = str(tmp_path / "line")
        environment = {**go.environment(), "GOWORK": "off"}
        subprocess.run([go.binary, "build", "-o", binary, "."], cwd=PROGRAMS / "line", env=environment, check=True)
        command = [binary]
    else:
        kernel = kernels.get(Case(name="line", program="line"), "1.27")
        command = [
            sys.executable,
            "-m",
            "configurator.cli.main",
            "run",
            str(kernel),
            "--accel",
            "tcg",
            "--timeout",
            "60",
        ]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, go_environment("1.27"))  # noqa: S606 - it gets the terminal that fork made
    try:
        _read_until(terminal, b"lines")
        settings = termios.tcgetattr(terminal)
        if where == "linux":
            settings[0] |= 0x4000  # IUTF8, which a terminal of UTF-8 has
            termios.tcsetwinsize(terminal, (25, 80))
        else:
            settings[1] &= ~termios.OPOST  # the guest's own newlines
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
        _converse(terminal)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def _converse(terminal: int) -> None:
    def keys(text: str) -> None:
        os.write(terminal, text.encode())

    def shows(text: str) -> None:
        _read_until(terminal, text.encode())

    keys("caf\u00e9\u20ac\x7fe\x7f\x7f\x7fffee\r")
    shows('read "caffee\\n"')
    keys("one two\x17three\r")
    shows('read "one three\\n"')
    keys("gone\x15here\r")
    shows('read "here\\n"')
    keys("\x16\x03quoted\r")
    shows('read "\\x03quoted\\n"')
    keys("half\x04\x04\x04")
    shows("end of file")
    keys("lost\x03")
    shows("interrupted")
    shows("password: ")
    keys("secre\x7fet\r")
    assert _read_until(terminal, b'secret "secret" <nil>') == b'\r\nsecret "secret" <nil>'  # without an echo
    shows("raw\r\n")
    keys("a\x03\x7f\r\u20ac\x04q")
    shows("bare\nnewline\r\n")
    shows(r'keys "a\x03\x7f\r\u20ac\x04q"'.replace("\\u20ac", "\u20ac"))
    shows("size is known: true")
    shows("resized to 111 33 <nil>")
    shows("a terminal: true true")


VIRTIO_CONSOLES = {
    "pc": "virtio-serial-pci",
    "q35": "virtio-serial-pci,disable-legacy=on",
    "microvm": "virtio-serial-device",
    "legacy": "virtio-serial-pci,disable-modern=on",
}


@pytest.mark.parametrize("machine", VIRTIO_CONSOLES)
def test_virtio_console(machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """Without a serial port the console is the virtio device: from the first line to the last, and for the keys."""
    config = {"CONSOLE_DEVICE": "y", "UART": "n", "VGA": "n"}
    kernel = kernels.get(Case(name="virtio-console", program="terminal", config=config), "1.27")
    path = tmp_path / "console"
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--accel", "tcg", "--timeout", "60"]
    command += ["--machine", "pc" if machine == "legacy" else machine, "--"]
    command += ["-chardev", f"socket,path={path},server=on,wait=on,id=c", "-device", VIRTIO_CONSOLES[machine]]
    command += ["-device", "virtconsole,chardev=c"]
    environment = go_environment("1.27")
    with subprocess.Popen(
        command, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
    ) as process, socket.socket(socket.AF_UNIX) as console:  # fmt: skip
        try:
            _connect(console, path)
            shown = _read_until(console.fileno(), b"ready\r\n")
            assert b"memory: " in shown
            assert b"unit VIRTIO_CONSOLE: started\r\n" in shown
            for n in range(50):
                console.sendall(f"line {n}\r".encode())
                _read_until(console.fileno(), f'read "line {n}"\r\n'.encode())
            console.sendall(b"x" * 900 + b"\r")
            _read_until(console.fileno(), b'read "' + b"x" * 900 + b'"\r\n')
            console.sendall(b"\x04")
            _read_until(console.fileno(), b"end of input <nil>\r\n")
            assert process.wait(30) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _connect(one: socket.socket, path: Path) -> None:
    end = time.monotonic() + LIMIT
    while True:
        try:
            one.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < end, "QEMU does not listen"
            time.sleep(0.02)
        else:
            return


def _read_until(descriptor: int, text: bytes) -> bytes:
    """Read until the text has come, not a byte more, and return it all."""
    shown = b""
    while not shown.endswith(text):
        readable, _, _ = select.select([descriptor], [], [], LIMIT)
        assert readable, f"{text!r} does not come: {shown!r}"
        shown += os.read(descriptor, 1)
    return shown
