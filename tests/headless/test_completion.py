"""Completion in the shell: what is offered, in each of the three shells, and how quickly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from configurator.cli.completion import SCRIPTS, complete
from configurator.cli.main import verb_names
from configurator.model import Configuration
from configurator.source import symbol_types

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("eggcup oldc", ["oldconfig"]),
        ("eggcup get RA", ["RATE"]),
        ("eggcup get --strict RA", ["RATE"]),
        ("eggcup get --config f RA", ["RATE"]),
        ("eggcup get RATE ", []),
        ("eggcup set RA", ["RATE="]),
        ("eggcup set RATE=1 NAM", ["NAME=", "NAMED="]),
        ("eggcup set BUS=", ["BUS=y", "BUS=n"]),
        ("eggcup set CONFIG_BUS=", ["CONFIG_BUS=y", "CONFIG_BUS=n"]),
        ("eggcup set RATE=", []),
        ("eggcup fix ALAR", ["ALARM="]),
        ("eggcup why HAVE", ["HAVE_SOUND"]),
        ("eggcup defconfig no", ["none"]),
        ("eggcup diff a", ["all"]),
        ("eggcup diff all def", ["defaults"]),
        ("eggcup merge all pl", ["plain"]),
        ("eggcup merge all plain no", ["none"]),
        ("eggcup diff all none extra", []),
        ("eggcup diff --dif", ["--diffconfig"]),
        ("eggcup run --machine mic", ["microvm"]),
        ("eggcup completion z", ["zsh"]),
        ("eggcup nonsense ", []),
        ("eggcup set 'BUS=", ["BUS=y", "BUS=n"]),
    ],
)
def test_what_is_offered(line: str, expected: list[str]) -> None:
    """Verbs, options, their choices, symbols, values, presets: by the place in the line."""
    assert complete(line, "fish") == expected


@pytest.mark.usefixtures("lab")
def test_files_are_offered_where_files_go() -> None:
    """For --config and for sides of a comparison; a folder with its slash, hidden ones only when asked for."""
    Path("boards").mkdir()
    Path("boards/b.config").touch()
    Path(".hidden").touch()
    assert complete("eggcup get --config ", "zsh") == ["boards/"]
    assert complete("eggcup get --config boards/", "zsh") == ["boards/b.config"]
    assert complete("eggcup get --config .h", "zsh") == [".hidden"]
    assert "boards/" in complete("eggcup diff ", "zsh")


@pytest.mark.usefixtures("lab")
def test_bash_gets_what_is_behind_its_word_break() -> None:
    """Bash takes = and : for the ends of words."""
    assert complete("eggcup set BUS=", "bash") == ["y", "n"]
    assert complete("eggcup diff gi", "bash") == ["git:"]


def test_every_command_can_be_completed() -> None:
    """No command's options make the completion fail."""
    assert set(verb_names()) <= set(complete("eggcup ", "fish"))
    for verb in verb_names():
        assert "--help" in complete(f"eggcup {verb} --", "fish")


def test_names_are_those_of_the_model() -> None:
    """The quick look at the files finds the same symbols and types as the reader of Kconfig."""
    known = {symbol.name: symbol.type.value for symbol in Configuration.load(ROOT / "Kconfig").symbols()}
    assert symbol_types(ROOT / "Kconfig", ROOT) == known


@pytest.fixture
def on_path(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put `eggcup` into PATH."""
    assert lab.is_dir()
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "eggcup"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m configurator.cli.main "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def _shell(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]}")
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize(
    ("line", "expected"),
    [("eggcup def", "defconfig"), ("eggcup set BUS=", "y\nn"), ("eggcup defconfig ", "all\nnone\nplain")],
)
def test_in_bash(line: str, expected: str) -> None:
    """The script fills COMPREPLY."""
    code = (
        f'source <(eggcup completion bash); COMP_WORDS=(eggcup); COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; '
        'COMP_CWORD=1; _eggcup; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert _shell("bash", "-c", code).strip() == expected


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize(("line", "expected"), [("eggcup def", "defconfig"), ("eggcup set BUS=", "BUS=y\nBUS=n")])
def test_in_fish(line: str, expected: str) -> None:
    """Fish itself is asked what it offers."""
    shown = _shell("fish", "--no-config", "-c", f"eggcup completion fish | source; complete -C '{line}'")
    assert sorted(shown.split()) == sorted(expected.split())


@pytest.mark.usefixtures("on_path")
def test_in_zsh() -> None:
    """Zsh loads the script, and the function hands its words to compadd."""
    code = (
        "autoload -Uz compinit; compinit -u -D; source <(eggcup completion zsh); [[ ${_comps[eggcup]} == _eggcup ]] "
        '|| exit 1; compadd() { print -rl -- "${@[(r)--,-1]}" }; words=(eggcup set BUS=); CURRENT=3; _eggcup'
    )
    assert set(_shell("zsh", "-f", "-c", code).split()) == {"--", "BUS=y", "BUS=n"}


class Shell:
    """A shell in a terminal of tmux, into which a test types."""

    def __init__(self, socket: Path, command: str) -> None:
        tmux = shutil.which("tmux") or pytest.fail("tmux is missing: apt-get install tmux")
        self._tmux = [tmux, "-u", "-f", os.devnull, "-S", str(socket)]
        self._run("new-session", "-d", "-x", "120", "-y", "24", command)

    def close(self) -> None:
        """End the shell."""
        self._run("kill-server")

    def type(self, text: str, *keys: str) -> None:
        """Type a text, and keys by tmux's names."""
        self._run("send-keys", "-l", text)
        self._run("send-keys", *keys)

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        end = time.monotonic() + 30
        while text not in (screen := self._run("capture-pane", "-p")):
            assert time.monotonic() < end, f"{text!r} did not come:\n{screen}"
            time.sleep(0.05)

    def _run(self, *command: str) -> str:
        ended = subprocess.run([*self._tmux, *command], capture_output=True, text=True, check=True, timeout=30)
        return ended.stdout


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize(
    ("command", "load"),
    [
        ("bash --norc --noprofile -i", "source <(eggcup completion bash)"),
        ("zsh -f -i", "autoload -Uz compinit; compinit -u -D; source <(eggcup completion zsh)"),
        ("fish --no-config -i", "eggcup completion fish | source"),
    ],
    ids=["bash", "zsh", "fish"],
)
def test_the_tab_key(tmp_path: Path, command: str, load: str) -> None:
    """In a terminal Tab completes symbols up to the =, with no space after it, and presets."""
    if shutil.which(command.split(maxsplit=1)[0]) is None:
        pytest.skip(f"no {command.split(maxsplit=1)[0]}")
    shell = Shell(tmp_path / "tmux.socket", command)
    try:
        shell.type(f"{load}; echo rea''dy", "Enter")
        shell.wait_for("ready")
        shell.type("eggcup set RA", "Tab")
        shell.wait_for("eggcup set RATE=")
        shell.type("7 BU", "Tab")
        shell.wait_for("eggcup set RATE=7 BUS=")
        shell.type("n", "Enter")
        shell.wait_for("eggcup: wrote .config")
        assert "CONFIG_RATE=7\n" in Path(".config").read_text(encoding="utf-8")
        shell.type("eggcup defconfig no", "Tab")
        shell.wait_for("eggcup defconfig none")
    finally:
        shell.close()


def test_scripts_are_sound() -> None:
    """Shellcheck finds nothing in the script for bash."""
    if shutil.which("shellcheck") is None:
        pytest.skip("no shellcheck")
    script = subprocess.run(
        ["shellcheck", "-s", "bash", "-e", "SC2207", "-"], input=SCRIPTS["bash"], capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert script.stdout == ""
