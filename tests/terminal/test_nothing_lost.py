"""However the editor ends, the .config is whole, and what was not saved is offered at the next start."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import OpenTerminal, Terminal


def change_network(terminal: Terminal, command: str) -> None:
    """Start the editor and turn the network on, without saving."""
    terminal.start(command)
    terminal.wait_for("Drivers  --->")
    terminal.type("G", "Space")
    terminal.wait_for("NET n -> y")


def lines_of(path: Path) -> set[str]:
    """Return the lines of a file that set something."""
    return {line for line in path.read_text().splitlines() if "CONFIG_" in line}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
def test_killed(open_terminal: OpenTerminal, command: str, config: Path, number: signal.Signals) -> None:
    """A signal in the middle leaves the file as it was; the next start offers the edits, takes them and saves them."""
    config.write_text(config.read_text().replace("CONFIG_NET=y", "# CONFIG_NET is not set"))
    before = config.read_text()
    kept = config.with_name(".config.recovery")
    terminal = open_terminal()
    change_network(terminal, command)
    if number is signal.SIGKILL:  # nobody can do anything then: what counts is what was kept before
        terminal.wait_until(lambda _: kept.exists(), "the recovery file")
    terminal.kill(number)
    terminal.wait_for(f"ended with {128 + number}")
    assert config.read_text() == before
    assert "CONFIG_NET=y" in lines_of(kept)
    again = open_terminal(name="again")  # after kill -9 the first one is still in the state that the editor needs
    again.start(command)
    again.wait_for("Changes that were not saved were found")
    again.type("r")
    again.wait_for("[*] Networking")
    again.type("S")
    again.wait_for("saved to .config")
    again.type("q")
    again.wait_for("ended with 0")
    assert "CONFIG_NET=y" in lines_of(config)
    assert not kept.exists()
    assert config.with_name(".config.old").read_text() == before


def test_closed_terminal(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """A terminal that is closed in the middle loses nothing either."""
    config.write_text(config.read_text().replace("CONFIG_NET=y", "# CONFIG_NET is not set"))
    before = config.read_text()
    terminal = open_terminal()
    change_network(terminal, command)
    editor = terminal.editor()
    terminal.close()
    again = open_terminal(name="again")
    again.wait_until(lambda _: not Path(f"/proc/{editor}").exists(), "the end of the editor")
    again.start(command)
    again.wait_for("Changes that were not saved were found")
    assert config.read_text() == before


def test_two_editors(open_terminal: OpenTerminal, command: str, config: Path) -> None:
    """The second one to save is told what the first has done; overwriting keeps the former file."""
    config.write_text(config.read_text().replace("CONFIG_NET=y", "# CONFIG_NET is not set"))
    first, second = open_terminal(), open_terminal(name="second")
    for terminal in (first, second):
        terminal.start(command)
        terminal.wait_for("Drivers  --->")
    second.type("j", "j", "j", "Enter")
    second.wait_for("VGA text console")
    second.type("G", "n")
    second.wait_for("VGA y -> n")
    first.type("G", "Space")
    first.wait_for("NET n -> y")
    first.type("S")
    first.wait_for("saved to .config")
    assert "CONFIG_NET=y" in lines_of(config)
    second.type("S")
    second.wait_for("was changed on disk since it was read")
    second.type("d")
    second.wait_for("NET")
    second.type("Escape")
    second.wait_gone("Changes against the file")
    second.type("S")
    second.wait_for("was changed on disk since it was read")
    second.type("o")
    second.wait_for("saved to .config")
    assert "# CONFIG_VGA is not set" in lines_of(config)
    assert "CONFIG_NET=y" in lines_of(config.with_name(".config.old"))
