"""`eggcup menuconfig` in a real terminal: tmux draws it, types into it, and shows what a user would see."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Protocol

import pytest

from configurator.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Eggcup

TIMEOUT = 30.0  # seconds until a screen that does not come counts as a failure; the machine may be busy
SERIAL = "Serial port (16550A)"


class Terminal:
    """A terminal of tmux with a shell in it."""

    def __init__(self, folder: Path, columns: int, lines: int, env: dict[str, str]) -> None:
        self._tmux = [shutil.which("tmux") or pytest.fail("tmux is missing: apt-get install tmux"), "-u"]
        self._tmux += ["-f", os.devnull, "-S", str(folder / "tmux.socket")]
        self._env = {**os.environ, "LANG": "C.UTF-8", "ESCDELAY": "50", "PS1": "$ ", **env}
        self._run("new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(folder / "work"), "sh")
        self._run("set-option", "-s", "escape-time", "0")

    def close(self) -> None:
        """End the terminal and what runs in it."""
        self._run("kill-server")

    def type(self, *keys: str) -> None:
        """Type keys, by tmux's names for them."""
        self._run("send-keys", *keys)

    def start(self, command: str) -> None:
        """Type a command line, and say its exit code when it has ended."""
        self._run("send-keys", "-l", f"{command}; echo ended with $?")
        self.type("Enter")

    def screen(self, *options: str) -> str:
        """Return the text of the screen."""
        return self._run("capture-pane", "-p", *options)

    def wait_for(self, text: str) -> str:
        """Wait until a text is on the screen; return the screen."""
        return self.wait_until(lambda screen: text in screen, repr(text))

    def wait_until(self, condition: Callable[[str], bool], what: str) -> str:
        """Wait until the screen fulfils a condition; return it."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            screen = self.screen()
            if condition(screen):
                return screen
            time.sleep(0.05)
        pytest.fail(f"{what} did not come:\n{self.screen()}")

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self._run("resize-window", "-x", str(columns), "-y", str(lines))

    def _run(self, *command: str) -> str:
        ended = subprocess.run([*self._tmux, *command], env=self._env, capture_output=True, check=True, timeout=TIMEOUT)
        return ended.stdout.decode()


class OpenTerminal(Protocol):
    """Opens a terminal in the test's folder."""

    def __call__(self, columns: int = 80, lines: int = 24, **env: str) -> Terminal:
        """Open it, with more variables in its environment."""


@pytest.fixture
def open_terminal(workdir: Path) -> Iterator[OpenTerminal]:
    """Return what opens a terminal; it is closed with the test."""
    opened: list[Terminal] = []

    def open_one(columns: int = 80, lines: int = 24, **env: str) -> Terminal:
        opened.append(Terminal(workdir.parent, columns, lines, env))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


MENUCONFIG = (sys.executable, "-m", "configurator.cli.main", "menuconfig")


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the command line of the editor."""
    monkeypatch.setenv("PYTHONPATH", str(root))
    return shlex.join(MENUCONFIG)


@pytest.fixture
def config(eggcup: Eggcup, workdir: Path) -> Path:
    """Return a .config that holds the defaults of eggcup's own tree."""
    assert eggcup("olddefconfig").code == 0
    return workdir / ".config"


def _stamp(path: Path) -> tuple[int, int, str]:
    """Return what changes when a file is written, even with the same text."""
    return path.stat().st_ino, path.stat().st_mtime_ns, path.read_text()


def test_open_change_save(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """A value is found, changed and saved; the .config has it, the former one is kept, the shell is back."""
    before = config.read_text()
    assert "CONFIG_UART_BAUD=115200" in before
    terminal = open_terminal()
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("/")
    terminal.wait_for("Search names and prompts")
    terminal.type(*"UART_BAUD")
    terminal.wait_for("1 found")
    terminal.type("Enter")
    terminal.wait_for(f"Main menu > Drivers > {SERIAL}")
    terminal.type("Enter")
    terminal.wait_for("A whole number from 50 to 115200")
    terminal.type("C-u")
    terminal.wait_for("UART_BAUD cannot be ''")
    terminal.type(*"9600", "Enter")
    terminal.wait_for("(9600) Bits per second")
    terminal.type("S")
    terminal.wait_for("saved to .config")
    terminal.type("q")
    screen = terminal.wait_for("ended with 0")
    assert "eggcup: wrote .config" in screen
    assert "Main menu" not in screen
    assert config.read_text() == before.replace("CONFIG_UART_BAUD=115200", "CONFIG_UART_BAUD=9600")
    assert config.with_name(".config.old").read_text() == before


def test_quit_without_change_asks_nothing(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """With nothing changed q leaves at once and the file is not touched."""
    before = _stamp(config)
    terminal = open_terminal()
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("q")
    assert "eggcup: .config is as it was" in terminal.wait_for("ended with 0")
    assert _stamp(config) == before


def test_quit_with_change_asks(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """With a change q asks; Esc stays, n leaves the file as it was."""
    before = _stamp(config)
    terminal = open_terminal()
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("G", "Space")
    terminal.wait_for("[modified]")
    terminal.type("q")
    terminal.wait_for("Save the configuration to .config?")
    terminal.type("Escape")
    terminal.wait_until(lambda screen: "Save the configuration" not in screen, "the end of the question")
    terminal.type("Escape")
    terminal.wait_for("Save the configuration to .config?")
    terminal.type("n")
    terminal.wait_for("ended with 0")
    assert _stamp(config) == before


def test_everything_fits_into_80_by_24(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """The usual terminal has room for title, menu, description and every key of the footer."""
    assert config.exists()
    terminal = open_terminal(80, 24)
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("j", "j", "Enter")
    lines = terminal.wait_for("BLOCK: bool").splitlines()
    assert len(lines) == 24
    assert lines[1].strip() == "Main menu > Devices"
    assert lines[-1].strip() == "Enter Select Esc Back / Search i Info ? Help Z Hidden C Names S Save q Quit"


def test_resize(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """A terminal that grows wide has the description beside the menu."""
    assert config.exists()
    terminal = open_terminal(80, 24)
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("j", "j", "Enter")
    terminal.wait_for("BLOCK: bool")
    terminal.resize(140, 40)
    terminal.wait_until(
        lambda screen: (
            any("Random numbers" in line and "Main" not in line for line in screen.splitlines())
            and any("BLOCK: bool" in line and "[ ]" in line for line in screen.splitlines())
        ),
        "the description beside the menu",
    )


def test_no_color(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """With NO_COLOR no colour is sent; the cursor's row is in reverse."""
    assert config.exists()
    terminal = open_terminal(NO_COLOR="1", COLORTERM="truecolor")
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    picture = terminal.screen("-e")
    codes = {code for sequence in re.findall(r"\x1b\[([0-9;:]*)m", picture) for code in re.split("[;:]", sequence)}
    assert codes <= {"", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27", "39", "49"}
    (general,) = (line for line in picture.splitlines() if "General" in line and "--->" in line)
    assert re.search(r"\x1b\[(?:[0-9;]*;)?7(?:;[0-9;]*)?m", general)


def test_colour(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """Without NO_COLOR there are colours, so that the test above can fail."""
    assert config.exists()
    terminal = open_terminal(COLORTERM="truecolor")
    terminal.start(f"env -u NO_COLOR {command}" if "NO_COLOR" in os.environ else command)
    terminal.wait_for("Drivers  --->")
    assert re.search(r"\x1b\[[0-9;]*[34]8;[25];", terminal.screen("-e"))


def test_first_use(open_terminal: OpenTerminal, command: str, workdir: Path) -> None:
    """Without a .config the defaults are shown, and leaving offers to write them."""
    terminal = open_terminal()
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("q")
    terminal.wait_for("Save the configuration to .config?")
    terminal.type("y")
    assert "eggcup: wrote .config" in terminal.wait_for("ended with 0")
    assert "CONFIG_UART=y" in (workdir / ".config").read_text()


def test_own_tree(open_terminal: OpenTerminal, command: str, workdir: Path) -> None:
    """--kconfig and --config edit any tree."""
    (workdir / "Kconfig").write_text('mainmenu "My own"\nconfig A\n\tbool "Option [A]"\n')
    terminal = open_terminal()
    terminal.start(f"{command} --kconfig Kconfig --config my.config")
    terminal.wait_for("[ ] Option [A]")
    terminal.type("y", "S")
    terminal.wait_for("saved to my.config")
    terminal.type("q")
    terminal.wait_for("ended with 0")
    assert "CONFIG_A=y" in (workdir / "my.config").read_text()


def test_wrong_configuration(open_terminal: OpenTerminal, command: str, workdir: Path) -> None:
    """A mistake in the .config is told with its line, before any screen."""
    (workdir / ".config").write_text("CONFIG_UART=y\nnonsense\n")
    terminal = open_terminal()
    terminal.start(command)
    assert "eggcup: .config:2: not a line of a configuration" in terminal.wait_for("ended with 2")


@pytest.mark.parametrize("stream", [0, 1, 2])
@pytest.mark.usefixtures("command")
def test_no_terminal(workdir: Path, stream: int) -> None:
    """If any of the three streams is no terminal, the editor ends with 2 and says what to use."""
    primary, secondary = pty.openpty()
    files: list[int] = [secondary] * 3
    files[stream] = subprocess.PIPE
    process = subprocess.Popen(
        MENUCONFIG, cwd=workdir, stdin=files[0], stdout=files[1], stderr=files[2], close_fds=True
    )
    try:
        err = process.communicate(timeout=TIMEOUT)[1]
    finally:
        process.kill()
        os.close(secondary)
    said = err.decode() if stream == 2 else os.read(primary, 10000).decode()
    os.close(primary)
    name = ("input", "output", "error")[stream]
    assert process.returncode == 2
    assert said.replace("\r\n", "\n") == (
        f"eggcup: menuconfig needs a terminal; the standard {name} is none\n"
        "  try: eggcup menuconfig --plain\n"
        "  try: eggcup set SYMBOL=VALUE\n"
        "  try: eggcup olddefconfig\n"
    )


def test_dumb_terminal(open_terminal: OpenTerminal, command: str) -> None:
    """A terminal that cannot place the cursor is refused likewise."""
    terminal = open_terminal(lines=40)
    terminal.start(f"TERM=dumb {command}")
    screen = terminal.wait_for("ended with 2")
    assert "menuconfig cannot draw on a terminal of type dumb" in screen
    assert "try: eggcup set SYMBOL=VALUE" in screen


def test_no_terminal_in_the_same_process(capsys: pytest.CaptureFixture[str]) -> None:
    """Under a test runner, too, it ends with 2 and does not wait for keys."""
    assert main(["menuconfig"]) == 2
    assert "needs a terminal" in capsys.readouterr().err
