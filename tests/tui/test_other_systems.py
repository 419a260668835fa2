"""The editor on other systems than Unix: it calls nothing that Windows has not."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PARTS = ("tui", "session", "plain", "web", "model", "files.py", "errors.py", "source.py", "cli/verbs/menuconfig.py")
_MODULES = ("termios", "fcntl", "pwd", "grp", "resource", "pty", "tty", "curses", "readline", "posix", "syslog")
_UNIX_ONLY = re.compile(
    r"\bimport (" + "|".join(_MODULES) + r")\b|\bfrom (" + "|".join(_MODULES) + r")\b"
    r"|\bos\.(?:get[eu]?uid|get[e]?gid|getpgid|setsid|fork|uname|fchmod|chown|lchown|chroot|mkfifo|nice|sync|killpg"
    r"|getloadavg|O_CLOEXEC|O_NOFOLLOW|O_DIRECTORY|O_NONBLOCK|openpty|ttyname|wait|sched_\w+)\b"
    r"|\bsignal\.(?:SIGHUP|SIGKILL|SIGUSR\d|SIGWINCH|SIGTSTP|SIGQUIT|SIGALRM|SIGCHLD|SIGPIPE|alarm|pause)\b"
    r"|\badd_signal_handler\b|/dev/|/proc/"
)

_SESSION = """
import asyncio, io, os, signal, subprocess, sys, tempfile, textual.app, textual.drivers.linux_driver
from pathlib import Path
# What Windows has not; the libraries have taken what they need on this system.
for name in "fchown fchmod O_CLOEXEC O_NOFOLLOW getuid geteuid getgid fork uname killpg".split():
    delattr(os, name)
for name in "SIGHUP SIGKILL SIGUSR1 SIGWINCH SIGTSTP SIGQUIT SIGALRM SIGCHLD".split():
    delattr(signal, name)
for name in {modules!r}:
    sys.modules[name] = None

from configurator.model import Configuration
from configurator.plain.dialogue import Dialogue
from configurator.session import Session
from configurator.tui import start
from configurator.tui.app import MenuconfigApp

tree, config = Path("Kconfig"), Path(".config")
tree.write_text('config A\\n\\tbool "A"\\nconfig B\\n\\tstring "B"\\n')

async def edit():
    app = MenuconfigApp(Session(Configuration.load(tree, config), config))
    async with app.run_test() as pilot:
        await pilot.press("y", "S", "n")
        app.keep_now()
        await pilot.press("c", "escape", "v", "escape", "w", "escape", "q", "y")
    return app

assert asyncio.run(edit()).was_left
assert config.read_bytes().endswith(b'# CONFIG_A is not set\\nCONFIG_B=""\\n')
said = io.StringIO()
assert Dialogue(Session(Configuration.load(tree, config), config), io.StringIO("A=y\\nsave\\nquit\\n"), said).run() == 0
assert b"CONFIG_A=y\\n" in config.read_bytes(), said.getvalue()
"""


def test_nothing_of_unix_is_named(root: Path) -> None:
    """Neither the interface nor what it stands on names a module or a call that Windows has not."""
    named = []
    for part in _PARTS:
        path = root / "configurator" / part
        for source in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
                if _UNIX_ONLY.search(line.partition("#")[0]) and "# on Unix" not in line and '"""' not in line:
                    named.append(f"{source.relative_to(root)}:{number}: {line.strip()}")
    assert named == []


def test_editing_without_what_is_unix(tmp_path: Path) -> None:
    """Both editors edit and save where the calls of Unix are missing."""
    code = _SESSION.replace("{modules!r}", repr(_MODULES))
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
