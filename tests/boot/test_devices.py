"""What is outside the machine: someone types on the serial line or the keyboard, sees the screen, waits for off."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from .case import Case
from .conftest import go_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Kernels

pytestmark = pytest.mark.boot

LIMIT = 60.0

TERMINAL = Case(name="terminal", program="terminal")
WITHOUT_EXIT_DEVICE = Case(name="terminal-off", program="terminal", config={"QEMUEXIT": "n"})

# A cell of VGA text in pixels, and the rows of the test's picture that have bars.
CELL_WIDTH, CELL_HEIGHT = 9, 16
TEXT_ROWS = 23
LINES = 700  # that the program draws
SCREEN_SECONDS = 5

# What `eggcup run` makes of a machine that was switched off or reset without an exit code.
CODES = {"off": 0, "reboot": 1}


class Machine:
    """A running guest with its serial line and, if asked for, QEMU's control socket."""

    def __init__(self, process: subprocess.Popen[bytes], control: Path) -> None:
        self._process = process
        self._control = control
        self._behind = 0
        self.console = ""

    def type(self, text: str) -> None:
        """Type on the serial line."""
        assert self._process.stdin
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def wait_for(self, text: str) -> None:
        """Read the console until it has `text` behind what was waited for before."""
        while (at := self.console.find(text, self._behind)) < 0:
            assert self._read(), f"the console ended without {text!r}:\n{self.console}"
        self._behind = at + len(text)

    def _read(self) -> bool:
        assert self._process.stdout
        piece = os.read(self._process.stdout.fileno(), 4096)
        self.console += piece.decode(errors="replace").replace("\r", "")
        return bool(piece)

    def end(self) -> int:
        """Wait until the machine is off and return the exit code of `eggcup run`."""
        while self._read():
            pass
        return self._process.wait(LIMIT)

    def control(self, *commands: dict[str, Any]) -> None:
        """Give QEMU commands of its machine protocol."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(LIMIT)
            connection.connect(str(self._control))
            stream = connection.makefile("rw", encoding="utf-8")
            stream.readline()  # the greeting
            for command in ({"execute": "qmp_capabilities"}, *commands):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
                assert "return" in answer, answer

    def screen(self, folder: Path) -> bytes:
        """Return a picture of the screen in the PPM format."""
        picture = folder / "screen.ppm"
        self.control({"execute": "screendump", "arguments": {"filename": str(picture)}})
        return picture.read_bytes()

    def press(self, *keys: str) -> None:
        """Press keys of the keyboard one after the other; `a-b` holds a while b is pressed."""
        for key in keys:
            held = [{"type": "qcode", "data": name} for name in key.split("-")]
            self.control({"execute": "send-key", "arguments": {"keys": held, "hold-time": 10}})
            time.sleep(0.05)


@contextmanager
def running(kernel: Path, folder: Path, machine: str, append: str, *extra: str) -> Iterator[Machine]:
    """Boot a kernel and end QEMU whatever happens."""
    control = folder / "qmp"
    command = [
        sys.executable,
        "-m",
        "configurator.cli.main",
        "run",
        str(kernel),
        "--machine",
        machine,
        "--accel",
        "tcg",
    ]
    command += ["--mem", "64", "--smp", "1", "--timeout", str(LIMIT), "--append", append]
    command += ["--", "-qmp", f"unix:{control},server=on,wait=off", *extra]
    process = subprocess.Popen(
        command, env=go_environment("1.27"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield Machine(process, control)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
def test_serial_input(machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """A line is edited and echoed before the program reads it; Ctrl-D ends the input."""
    with running(kernels.get(TERMINAL, "1.27"), tmp_path, machine, "") as guest:
        guest.wait_for("ready\n")
        guest.type("hexx\x7f\x7fllo\r")
        guest.wait_for('read "hello"\n')
        assert "hexx\b \b\b \bllo\n" in guest.console
        guest.type("".join(f"line {i} of a paste\r" for i in range(100)))
        guest.wait_for('read "line 99 of a paste"\n')
        assert guest.console.count("read ") == 101
        guest.type("\x04")
        assert guest.end() == 0
        assert "end of input <nil>\n" in guest.console


def test_interrupt_key(kernels: Kernels, tmp_path: Path) -> None:
    """Ctrl-C on the serial line ends the program as a signal does."""
    with running(kernels.get(TERMINAL, "1.27"), tmp_path, "pc", "") as guest:
        guest.wait_for("ready\n")
        guest.type("half a li\x03")
        assert guest.end() == 128 + signal.SIGINT
        assert "half a li^C" in guest.console


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_keyboard(machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """Keys become characters, with shift, control and the arrows."""
    with running(kernels.get(TERMINAL, "1.27"), tmp_path, machine, "") as guest:
        guest.wait_for("ready\n")
        guest.press("shift-h", "i", "x", "backspace", "shift-1", "ret")
        guest.wait_for('read "Hi!"\n')
        guest.press("up", "ctrl-a", "caps_lock", "b", "caps_lock", "c", "ret")
        guest.wait_for('read "\\x1b[A\\x01Bc"\n')
        guest.press("ctrl-d")
        assert guest.end() == 0


def test_screen(kernels: Kernels, tmp_path: Path) -> None:
    """The screen shows the last lines after VGA memory has been scrolled through several times."""
    with running(kernels.get(TERMINAL, "1.27"), tmp_path, "pc", "bars", "-vga", "std") as guest:
        guest.wait_for("ready\n")
        # "ready" and the cursor's empty line take the last two of 25 rows.
        expected = [line % 79 + 1 for line in range(LINES - TEXT_ROWS, LINES)]
        # The serial line has each character a moment before the screen.
        end = time.monotonic() + SCREEN_SECONDS
        while (widths := bar_widths(guest.screen(tmp_path))) != expected and time.monotonic() < end:
            time.sleep(0.1)
        assert widths == expected
        guest.type("\x04")
        assert guest.end() == 0


def bar_widths(ppm: bytes) -> list[int]:
    """Return for each row of text how many cells are filled from the left."""
    size = ppm.split(maxsplit=3)[1:3]
    width, height = int(size[0]), int(size[1])
    pixels = ppm[-3 * width * height :]
    widths = []
    for row in range(TEXT_ROWS):
        start = (row * CELL_HEIGHT + CELL_HEIGHT // 2) * 3 * width
        reds = pixels[start : start + 3 * width : 3]
        widths.append(next((x for x, red in enumerate(reds) if not red), width) // CELL_WIDTH)
    return widths


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
@pytest.mark.parametrize("way", ["off", "reboot"])
def test_acpi(way: str, machine: str, kernels: Kernels, tmp_path: Path) -> None:
    """Without QEMU's exit device the machine is switched off and reset by ACPI."""
    with running(kernels.get(WITHOUT_EXIT_DEVICE, "1.27"), tmp_path, machine, way) as guest:
        assert guest.end() == CODES[way]
        assert "unit ACPI: started\n" in guest.console
        assert "nothing switches this machine off" not in guest.console
        assert "ready" not in guest.console
