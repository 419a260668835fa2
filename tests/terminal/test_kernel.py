"""From the first key to a running machine: find, change, see what follows, save, build, boot."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from .test_use import go_to

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import OpenTerminal

pytestmark = pytest.mark.boot


def test_change_build_boot(open_terminal: OpenTerminal, command: str, config: Path, root: Path) -> None:
    """What is switched off in the editor, and what followed it, is not in the kernel that boots then."""
    terminal = open_terminal(120, 36)
    terminal.start(command)
    go_to(terminal, "PS2")
    terminal.type("n")
    terminal.wait_for("PS2 y -> n, 1 other followed")
    terminal.type("S")
    terminal.wait_for("saved to .config")
    terminal.type("q")
    terminal.wait_for("ended with 0")
    text = config.read_text()
    assert "# CONFIG_PS2 is not set" in text
    assert "CONFIG_KBD=y" not in text
    terminal.type("clear", "Enter")
    terminal.wait_until(lambda screen: "ended with" not in screen, "an empty screen")
    eggcup = f"{sys.executable} -m configurator.cli.main"
    example = root / "examples" / "hello"
    terminal.start(f"{eggcup} build {example} -o kernel.elf && {eggcup} run kernel.elf --accel tcg --timeout 60")
    screen = terminal.wait_until(lambda screen: re.search(r"ended with \d", screen), "the end of the run", seconds=240)
    assert "ended with 0" in screen
    assert "unit UART: started" in screen
    assert "hello from eggcup" in screen
    assert "unit PS2" not in screen
    assert "unit KBD" not in screen
