"""`eggcup menuconfig` in a real terminal: find, change, save, leave; sizes, colours, and where there is no terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from configurator.cli.main import main

from .conftest import MENUCONFIG, TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import OpenTerminal, Terminal

ANGLE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
SERIAL = "Serial port (16550A)"


def _stamp(path: Path) -> tuple[int, int, str]:
    """Return what changes when a file is written, even with the same text."""
    return path.stat().st_ino, path.stat().st_mtime_ns, path.read_text()


def go_to(terminal: Terminal, name: str) -> None:
    """Search a symbol by its whole name, and go to it."""
    terminal.wait_for("Drivers  --->")
    terminal.type("/")
    terminal.wait_for("type what to look for")
    terminal.type(*name)
    terminal.wait_until(lambda screen: screen.splitlines()[1].strip() == name, "the typed name")
    terminal.wait_for(f"{name}: ")
    terminal.type("Enter")
    terminal.wait_for("Consequences")


def test_open_change_save(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """A value is found, changed and saved; the .config has it, the former one is kept, the shell is back."""
    before = config.read_text()
    assert "CONFIG_UART_BAUD=115200" in before
    terminal = open_terminal()
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("/")
    terminal.wait_for("type what to look for")
    terminal.type(*"UART_BAUD")
    terminal.wait_for("UART_BAUD  Bits per second")
    terminal.type("Enter")
    terminal.wait_for(f"Main menu {ANGLE} Drivers {ANGLE} {SERIAL}")
    terminal.type("Enter")
    terminal.wait_for("A whole number from 50 to 115200")
    terminal.type("C-u")
    terminal.wait_for("UART_BAUD cannot be ''")
    terminal.type(*"9600", "Enter")
    terminal.wait_for("(9600) Bits per second")
    terminal.wait_for("UART_BAUD 115200 -> 9600")
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
    terminal.wait_until(lambda screen: re.search(r"\d\d changed, unsaved", screen), "what NET brings with it")
    terminal.type("q")
    terminal.wait_for("Save the configuration to .config?")
    terminal.type("Escape")
    terminal.wait_until(lambda screen: "Save the configuration" not in screen, "the end of the question")
    terminal.type("Escape")
    terminal.wait_for("Save the configuration to .config?")
    terminal.type("n")
    terminal.wait_for("ended with 0")
    assert _stamp(config) == before


def test_consequences_are_shown(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """What follows a change is counted in the status line and listed with the reason; undo takes all of it back."""
    before = config.read_text()
    terminal = open_terminal(120, 36)
    terminal.start(command)
    go_to(terminal, "PS2")
    terminal.type("n")
    terminal.wait_for("PS2 y -> n, 1 other followed")
    terminal.type("Tab", "Tab")
    terminal.wait_until(lambda screen: "KBD y -> n" in screen and "PS2 (PS2=n)" in screen, "the keyboard, and why")
    terminal.type("u")
    terminal.wait_for(".config: saved")
    terminal.type("S")
    terminal.wait_for("no change to .config")
    assert config.read_text() == before


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_sizes(open_terminal: OpenTerminal, command: str, config: Path, size: tuple[int, int]) -> None:
    """The first screen has title, menu, description and keys, and fills the terminal without a line too many."""
    assert config.exists()
    terminal = open_terminal(*size)
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("j", "j", "Enter")
    lines = terminal.wait_for("BLOCK: bool").splitlines()
    assert len(lines) == size[1]
    assert lines[0].strip() == f"eggcup configuration  Main menu {ANGLE} Devices"
    assert all(word in lines[-1] for word in ("Enter Select", "/ Search", "? Info", "S Save"))
    beside = any("[ ]" in line and "BLOCK: bool" in line for line in lines)
    assert beside is (size[0] >= 100)


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
        lambda screen: any("BLOCK: bool" in line and "[ ]" in line for line in screen.splitlines()),
        "the description beside the menu",
    )


def test_resize_while_a_dialog_is_open(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """The field keeps what was typed while the terminal shrinks and grows, and takes it."""
    terminal = open_terminal(120, 40)
    terminal.start(command)
    go_to(terminal, "UART_BAUD")
    terminal.type("Enter")
    terminal.wait_for("A whole number from 50 to 115200")
    terminal.type("C-u")
    terminal.wait_for("UART_BAUD cannot be ''")
    terminal.type(*"96")
    terminal.wait_for(" 96 ")
    for columns, lines in ((80, 24), (40, 12), (200, 60), (80, 24)):
        terminal.resize(columns, lines)
        screen = terminal.wait_lines(lines)
        assert "Traceback" not in screen
    terminal.wait_for("A whole number from 50 to 115200")
    terminal.type(*"00", "Enter")
    terminal.wait_for("(9600) Bits per second")
    terminal.type("S")
    terminal.wait_for("saved to .config")
    assert "CONFIG_UART_BAUD=9600" in config.read_text()


def test_no_color(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """With NO_COLOR no colour is sent; the cursor's row is in reverse."""
    assert config.exists()
    terminal = open_terminal(NO_COLOR="1", COLORTERM="truecolor")
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    picture = terminal.screen("-e")
    codes = {code for sequence in re.findall(r"\x1b\[([0-9;:]*)m", picture) for code in re.split("[;:]", sequence)}
    assert codes <= {"", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27", "39", "49"}
    # A line begins with the attributes that the one above it ends with, so all up to the row count.
    shown = [code for sequence in re.findall(r"\x1b\[([0-9;:]*)m", picture.partition("General")[0])
             for code in sequence.split(";")]  # fmt: skip
    assert [code for code in shown if code in ("", "0", "7", "27")][-1] == "7"


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
