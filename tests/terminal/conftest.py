"""A real terminal for the editor: tmux draws it, types into it, and shows what a user would see."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator

    from tests.conftest import Eggcup

TIMEOUT = 30.0  # seconds until a screen that does not come counts as a failure; the machine may be busy
MENUCONFIG = (sys.executable, "-m", "configurator.cli.main", "menuconfig")


class Terminal:
    """A terminal of tmux with a shell in it."""

    def __init__(self, folder: Path, name: str, columns: int, lines: int, env: dict[str, str]) -> None:
        self._tmux = [shutil.which("tmux") or pytest.fail("tmux is missing: apt-get install tmux"), "-u"]
        self._tmux += ["-f", os.devnull, "-S", str(folder / f"{name}.socket")]
        self._closed = False
        self._env = {**os.environ, "LANG": "C.UTF-8", "ESCDELAY": "50", "PS1": "$ ", **env}
        self._run("new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(folder / "work"), "sh")
        self._run("set-option", "-s", "escape-time", "0")

    def close(self) -> None:
        """End the terminal and what runs in it."""
        if not self._closed:
            self._run("kill-server")
        self._closed = True

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

    def wait_until(self, condition: Callable[[str], object], what: str, *, seconds: float = TIMEOUT) -> str:
        """Wait until the screen fulfils a condition; return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.screen()
            if condition(screen):
                return screen
            time.sleep(0.05)
        pytest.fail(f"{what} did not come:\n{self.screen()}")

    def wait_gone(self, text: str) -> str:
        """Wait until a text is no longer on the screen; return the screen."""
        return self.wait_until(lambda screen: text not in screen, f"the end of {text!r}")

    def wait_lines(self, lines: int) -> str:
        """Wait until the screen has so many lines; return it."""
        return self.wait_until(lambda screen: len(screen.splitlines()) == lines, f"a screen of {lines} lines")

    def editor(self) -> int:
        """Return the process that the shell has started."""
        shell = self._run("display-message", "-p", "#{pane_pid}").strip()
        (child,) = Path(f"/proc/{shell}/task/{shell}/children").read_text(encoding="ascii").split()
        return int(child)

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the editor, and nothing to its shell."""
        os.kill(self.editor(), number)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self._run("resize-window", "-x", str(columns), "-y", str(lines))

    def _run(self, *command: str) -> str:
        ended = subprocess.run([*self._tmux, *command], env=self._env, capture_output=True, check=True, timeout=TIMEOUT)
        return ended.stdout.decode()


class OpenTerminal(Protocol):
    """Opens a terminal in the test's folder."""

    def __call__(self, columns: int = 80, lines: int = 24, *, name: str = "tmux", **env: str) -> Terminal:
        """Open it, with more variables in its environment; several at once have names of their own."""


@pytest.fixture
def open_terminal(workdir: Path) -> Iterator[OpenTerminal]:
    """Return what opens a terminal; it is closed with the test."""
    opened: list[Terminal] = []

    def open_one(columns: int = 80, lines: int = 24, *, name: str = "tmux", **env: str) -> Terminal:
        opened.append(Terminal(workdir.parent, name, columns, lines, env))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


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
