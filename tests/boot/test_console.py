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
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        status = os.waitpid(pid, 0)[1]
        os.close(terminal)
    assert status == 0


REQUESTS = """\
drain: <nil>
flush nothing: invalid argument
flow nothing: invalid argument
go on: <nil>
no such group: no such process
negative group: invalid argument
own group: <nil>
unknown: inappropriate ioctl for device
group is own: true <nil>
session is own: true <nil>
queued is known: true <nil>"""


# What is typed, and what the terminal shows up to there; None types nothing.
CONVERSATION = [
    ("caf\u00e9\u20ac\x7fe\x7f\x7f\x7fffee\r", 'read "caffee\\n"'),
    ("one two\x17three\r", 'read "one three\\n"'),
    ("gone\x15here\r", 'read "here\\n"'),
    ("\x16\x03quoted\r", 'read "\\x03quoted\\n"'),
    ("half\x04\x04\x04", "end of file"),
    ("lost\x03", "interrupted"),
]
COUNTED_KEYS = [
    ("min 3 time 0 <nil>\r\n", "abc", 'keys "abc" <nil>, waited: false'),
    ("min 3 time 0 <nil>\r\n", "defgh", 'keys "defgh" <nil>, waited: false'),
    ("min 0 time 2 <nil>\r\n", "", 'keys "" <nil>, waited: true'),
    ("min 5 time 2 <nil>\r\n", "xy", 'keys "xy" <nil>, waited: true'),
    ("min 0 time 0 <nil>\r\n", "", 'keys "" <nil>, waited: false\r\n'),
]


def _converse(terminal: int) -> None:
    def keys(text: str) -> None:
        os.write(terminal, text.encode())

    def shows(text: str) -> bytes:
        return _read_until(terminal, text.encode())

    for typed, shown in CONVERSATION:
        keys(typed)
        shows(shown)
    shows("password: ")
    keys("secre\x7fet\r")
    assert shows('secret "secret" <nil>') == b'\r\nsecret "secret" <nil>'  # without an echo
    shows("raw\r\n")
    keys("a\x03\x7f\r\u20ac\x04q")
    shows("bare\nnewline\r\n")
    shows(r'keys "a\x03\x7f\r\u20ac\x04q"'.replace("\\u20ac", "\u20ac"))
    shows("stop\r\n")
    keys("x")
    shows("x")
    keys("\x13go\r")
    assert not select.select([terminal], [], [], 0.5)[0], "stopped output goes on"
    keys("\x11")
    assert shows('went on with "xgo\\n"\r\n') == b'go\r\nwent on with "xgo\\n"\r\n'
    for asked, typed, shown in COUNTED_KEYS:
        shows(asked)
        keys(typed[:1])
        if typed[1:] == "bc":
            time.sleep(0.2)
        keys(typed[1:])
        shows(shown)
    answers = shows("requests done\r\n").decode().split("\r\n")
    assert sorted(answers[:-2]) == sorted(REQUESTS.splitlines())
    keys("\x1astay\r")
    assert shows('still here: "stay\\n"\r\n') == b'^Zstay\r\nstill here: "stay\\n"\r\n'
    shows("notified\r\n")
    keys("\x1a")
    assert shows("stopped\r\n") == b"^Zstopped\r\n"
    shows("size is known: true")
    shows("resized to 111 33 <nil>")
    shows("a terminal: true true")


SLOW_LINES = 12_000
SLOW_SECONDS = 3.0


@pytest.mark.parametrize("how", ["eggcup", "qemu"])
def test_slow_reader(how: str, kernels: Kernels) -> None:
    """Nothing that the program prints is lost, from the first line to the last, when nobody reads for a while.

    Under `eggcup run`, and on a QEMU whose output is a pipe: there the program waits for its console.
    """
    kernel = kernels.get(Case(name="lines", program="lines"), "1.27")
    append = ["--append" if how == "eggcup" else "-append", str(SLOW_LINES)]
    if how == "eggcup":
        command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--accel", "tcg"]
    else:
        command = ["qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-cpu", "max", "-m", "128"]
        command += ["-kernel", str(kernel), "-serial", "stdio", "-device", "isa-debugcon,iobase=0x502,chardev=code"]
        command += ["-chardev", "null,id=code", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    with subprocess.Popen(
        [*command, *append], env=go_environment("1.27"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        time.sleep(SLOW_SECONDS)
        lines = process.stdout.read().decode().splitlines()
    assert process.returncode in {7, 7 << 1 | 1}
    for name in ("left", "right"):
        said = [line for line in lines if line.startswith(name)]
        assert said == [f"{name} {n:06d} of what is read slowly" for n in range(SLOW_LINES)]


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
    """Read until the text has come, not a byte more, and return it all.

    What a guest has said last may be shown when its terminal has its own settings again, by which a newline gets
    another carriage return.
    """
    shown = b""
    while not shown.endswith(text):
        readable, _, _ = select.select([descriptor], [], [], LIMIT)
        assert readable, f"{text!r} does not come: {shown!r}"
        try:
            byte = os.read(descriptor, 1)
        except OSError:  # of a terminal that nobody has open any more
            byte = b""
        assert byte, f"{text!r} does not come before the end: {shown!r}"
        if byte != b"\r" or not shown.endswith(b"\r"):
            shown += byte
    return shown
