"""Commands of a Kconfig tree: run only when somebody allows it, and never in the way of a script."""

from __future__ import annotations

import os
import pty
import sys
import time
from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Approval, Command, Configuration, Trust

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conftest import Eggcup, MakeTree

ROOT_FILE = """\
mainmenu "Theirs"
where := $(shell,echo run >> $(LOG); echo more)
$(error-if,$(success-$(where)),the compiler is missing)
source "Kconfig.$(where)"
config A
\tstring
\tdefault "$(where)"
"""
MORE_FILE = "config B\n\tstring\n\tdefault \"$(shell,echo 'run again' >> $(LOG); echo two)\"\n"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file into which the tree's commands write."""
    path = tmp_path / "log"
    monkeypatch.setenv("LOG", str(path))
    return path


@pytest.fixture
def tree(make_tree: MakeTree, log: Path) -> Path:
    """Return a tree one of whose commands names a file with another one in it."""
    assert not log.exists()
    return make_tree({"Kconfig": ROOT_FILE, "Kconfig.more": MORE_FILE})


def asking(answers: list[Approval], seen: list[list[str]]) -> Trust:
    """Return what answers in turn, and keeps what it was shown."""

    def ask(commands: Sequence[Command]) -> Approval:
        seen.append([f"{command.location}: {command.text}" for command in commands])
        return answers.pop(0)

    return Trust(ask=ask)


def test_nobody_is_the_default(tree: Path, log: Path) -> None:
    """Without a word about trust nothing runs, and the error shows the command with its place."""
    with pytest.raises(UsageError, match="runs commands, and nobody has allowed it: echo run >> ") as caught:
        Configuration.load(tree)
    assert str(caught.value.location) == f"{tree}:2"
    assert not log.exists()


def test_what_commands_lead_to_is_asked_too(tree: Path, log: Path) -> None:
    """A yes is for the commands that were shown; a file that they name brings a new question. Each runs once."""
    seen: list[list[str]] = []
    configuration = Configuration.load(tree, trust=asking([Approval.THESE, Approval.THESE], seen))
    assert (configuration.get("A"), configuration.get("B")) == ("more", "two")
    places = [os.path.basename(line.partition(": ")[0]) for question in seen for line in question]  # noqa: PTH119
    assert places == ["Kconfig:2", "Kconfig.more:3"]
    assert log.read_text() == "run\nrun again\n"


def test_all_ends_the_questions(tree: Path) -> None:
    """The answer "all" holds for what is found later."""
    seen: list[list[str]] = []
    assert Configuration.load(tree, trust=asking([Approval.ALL], seen)).get("B") == "two"
    assert len(seen) == 1


def test_no_runs_nothing_further(tree: Path, log: Path) -> None:
    """A refusal after a first yes leaves the second command alone."""
    with pytest.raises(UsageError, match="run again"):
        Configuration.load(tree, trust=asking([Approval.THESE, Approval.REFUSED], []))
    assert log.read_text() == "run\n"


def test_reading_again_asks_nobody(tree: Path, log: Path) -> None:
    """What was allowed once is allowed for another state of the tree; nothing else is."""
    configuration = Configuration.load(tree, trust=asking([Approval.THESE, Approval.THESE], []))
    assert Configuration.load(tree, trust=configuration.trust).get("B") == "two"
    tree.with_name("Kconfig.more").write_text(f"$(shell,touch {log}.new)\n")
    with pytest.raises(UsageError, match="touch"):
        Configuration.load(tree, trust=configuration.trust)
    assert not log.with_name("log.new").exists()


def test_mistakes_are_told_without_a_question(make_tree: MakeTree) -> None:
    """A tree that runs nothing and is wrong is told to be wrong; a variable may be called shell."""
    with pytest.raises(UsageError, match="sorry"):
        Configuration.load(make_tree({"Kconfig": "$(error-if,y,sorry)\n"}))
    assert Configuration.load(
        make_tree({"Kconfig": 'shell = x$(1)\nconfig A\n\tstring\n\tdefault "$(shell,y)"\n'})
    ).get("A")


def test_info_is_said_once(make_tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """The tree is read several times, and says what it has to say once."""
    kconfig = make_tree({"Kconfig": "$(info,hello)\na := $(shell,echo 1)\n"})
    Configuration.load(kconfig, trust=asking([Approval.THESE], []))
    assert capsys.readouterr().out == "Kconfig:1: hello\n"


@pytest.mark.parametrize("verb", [("olddefconfig",), ("get", "A"), ("menuconfig",), ("diff", "defaults", "defaults")])
def test_a_script_gets_an_error(eggcup: Eggcup, tree: Path, log: Path, verb: tuple[str, ...]) -> None:
    """Without a terminal every verb ends with 2 at once, and says how to allow it."""
    ended = eggcup(*verb, "--kconfig", str(tree))
    assert ended.code == 2
    assert not log.exists()
    if verb != ("menuconfig",):  # which wants a terminal before anything else
        assert "this Kconfig tree runs commands, and nobody has allowed it: echo run >>" in ended.err
        assert "  try: --trust, if you trust the tree\n  try: EGGCUP_TRUST=FOLDER" in ended.err


def test_option_and_environment_allow(eggcup: Eggcup, tree: Path, tmp_path: Path) -> None:
    """--trust runs the commands, and so does a folder in EGGCUP_TRUST around the tree; another folder does not."""
    assert eggcup("get", "A", "--kconfig", str(tree), "--trust").out == "more\n"
    folders = f"/nowhere{os.pathsep}{tree.parent.parent}"
    assert eggcup("get", "A", "--kconfig", str(tree), env={"EGGCUP_TRUST": folders}).out == "more\n"
    assert eggcup("get", "A", "--kconfig", str(tree), env={"EGGCUP_TRUST": str(tmp_path / "other")}).code == 2
    assert eggcup("get", "A", "--kconfig", str(tree), env={"EGGCUP_TRUST": ""}).code == 2


def on_terminal(command: Sequence[str], folder: Path, typed: str) -> tuple[int, str]:
    """Run a command on a terminal, type lines as it asks, and return its exit code and what it showed."""
    pid, primary = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "configurator.cli.main", *command])  # noqa: S606 - no shell
    shown = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            piece = os.read(primary, 4096)
        except OSError:
            break
        shown += piece
        if b"]ll that this tree has: " in piece:
            line, _, typed = typed.partition("\n")
            os.write(primary, f"{line}\n".encode())
    os.close(primary)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode().replace("\r\n", "\n")


def test_question_on_a_terminal(tree: Path, workdir: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands are shown with their places; yes runs them, an odd answer is asked again, no ends with 2."""
    monkeypatch.setenv("PYTHONPATH", str(root))
    code, shown = on_terminal(["get", "A", "--kconfig", str(tree)], workdir, "what\ny\nall\n")
    assert (code, shown.splitlines()[-1]) == (0, "more")
    assert "This Kconfig tree wants to run a command on this machine:\n  " in shown
    assert f"  {tree}:2: echo run >> " in shown
    assert f"  {tree}.more:3: echo 'run again' >> " in shown
    code, shown = on_terminal(["menuconfig", "--kconfig", str(tree)], workdir, "n\n")
    assert code == 2
    assert "nobody has allowed it" in shown


def test_commands_cannot_hide(make_tree: MakeTree, workdir: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An escape sequence in a command is shown as text, so that nothing of it can be painted over."""
    kconfig = make_tree({"Kconfig": "a := $(shell,echo bad\x1b[2K\x1b[1Gecho good)\n"})
    monkeypatch.setenv("PYTHONPATH", str(root))
    code, shown = on_terminal(["olddefconfig", "--kconfig", str(kconfig)], workdir, "n\n")
    assert code == 2
    assert "\x1b" not in shown
    assert "echo bad\\x1b[2K\\x1b[1Gecho good" in shown


def test_own_tree_needs_no_leave(root: Path) -> None:
    """The tree of eggcup runs no commands, so that nobody is ever asked about it."""
    files = [root / "Kconfig", *root.glob("kernel/**/Kconfig*"), *root.glob("drivers/*/Kconfig")]
    assert not [path for path in files if "$(" in path.read_text()]
