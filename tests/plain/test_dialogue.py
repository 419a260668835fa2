"""`eggcup menuconfig --plain`, through pipes and on a terminal: what is said, and what is in the file afterwards."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import Ended, MakeTree

TREE = """\
mainmenu "Test tree"

config BUS
	bool "Bus"
	help
		What cards are plugged into.

menu "Cards"

config CARD
	bool "Card [old]"
	depends on BUS
	default y

config RING
	int "Frames"
	depends on CARD
	range 1 64
	default 8

endmenu

choice
	prompt "Speed"

config SLOW
	bool "Slow"

config FAST
	bool "Fast"

endchoice

config NAME
	string "Name"
	default "egg"
"""
COMMAND = [sys.executable, "-m", "configurator.cli.main", "menuconfig", "--plain"]


class Talk(Protocol):
    """Holds a dialogue through pipes."""

    def __call__(self, *lines: str, env: Mapping[str, str] | None = None) -> Ended:
        """Give it lines, and return how it ended."""


@pytest.fixture
def talk(make_tree: MakeTree, workdir: Path, root: Path) -> Talk:
    """Return a function that holds a dialogue on the test's tree."""
    from tests.conftest import Ended

    kconfig = make_tree({"Kconfig": TREE})
    assert workdir.exists()

    def hold(*lines: str, env: Mapping[str, str] | None = None) -> Ended:
        ended = subprocess.run(
            [*COMMAND, "--kconfig", str(kconfig)],
            input="".join(f"{line}\n" for line in lines).encode(),
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8", **(env or {})},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return hold


def answer(ended: Ended, command: str) -> list[str]:
    """Return the lines that were said after a command."""
    lines = ended.out.splitlines()
    start = lines.index(f"> {command}") + 1
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("> ")), len(lines))
    return lines[start:end]


def test_beginning(talk: Talk, workdir: Path) -> None:
    """The title, the file and the numbered main menu are read out; with nothing changed, quitting writes nothing."""
    talk("save", "quit")
    ended = talk("quit")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "Test tree. The file is .config. For the commands: help",
        "Main menu of Test tree, 4 entries.",
        "1. Bus (BUS): no",
        "2. Cards, empty menu",
        "3. Speed: Slow, choice",
        '4. Name (NAME): "egg"',
        "> quit",
    ]
    assert [path.name for path in workdir.iterdir()] == [".config"]


def test_change_with_consequences_and_save(talk: Talk, workdir: Path) -> None:
    """A number toggles; each symbol that follows has a line with the reason; the saved file has it all."""
    ended = talk("1", "save", "quit")
    said = answer(ended, "1")
    assert said[:2] == ["BUS is now yes, was no.", "With it, 2 other symbols changed:"]
    assert said[2].startswith("CARD is now yes, was no, because ")
    assert said[3].startswith("RING is now 8, was without a value, because ")
    assert answer(ended, "save") == ["Saved to .config."]
    text = (workdir / ".config").read_text()
    assert "CONFIG_BUS=y\n" in text
    assert "CONFIG_RING=8\n" in text
    assert ended.code == 0
    assert not (workdir / ".config.recovery").exists()


def test_menus(talk: Talk) -> None:
    """A number opens a menu, `back` leaves it, a name goes there; a choice is opened and its members taken."""
    ended = talk("BUS=y", "2", "back", "3", "2", "top", "go RING", "save", "quit")
    assert answer(ended, "2")[0] == "Cards, 2 entries."
    assert answer(ended, "2")[1] == "1. Card [old] (CARD): yes, changed"
    assert answer(ended, "back")[0] == "Main menu of Test tree, 4 entries."
    assert answer(ended, "3") == ["Speed, 2 entries.", "1. Slow (SLOW): chosen", "2. Fast (FAST): not chosen"]
    assert "FAST is now yes, was no." in ended.out
    assert answer(ended, "go RING")[-1].startswith("Here is Frames (RING): 8")


def test_values_are_checked(talk: Talk) -> None:
    """What a number or a text may be is said, and a wrong one is refused; the value stays."""
    ended = talk("BUS=y", "go RING", "2", "set RING 65", "set RING many", "RING = 9", "NAME=two words", "info RING")
    assert answer(ended, "2")[0].endswith("It takes a whole number from 1 to 64. Change it by: set 2 VALUE")
    assert answer(ended, "set RING 65") == ["RING=65 is out of range: it goes from 1 to 64."]
    assert "RING" in answer(ended, "set RING many")[0]
    assert answer(ended, "RING = 9") == ["RING is now 9, was 8."]
    assert answer(ended, "NAME=two words") == ["NAME is now two words, was egg."]
    assert "It needs CARD (CARD=y): met." in answer(ended, "info RING")


def test_why_and_plans(talk: Talk) -> None:
    """A refused change names what helps; why gives the reasons, fix the plans, apply makes one."""
    ended = talk("set CARD yes", "why CARD", "fix RING 9", "apply 7", "apply 1", "undo")
    assert answer(ended, "set CARD yes")[-1] == "For the reasons: why CARD. For ways to change that: fix CARD"
    assert answer(ended, "why CARD")[-1] == "For ways to change that: fix CARD"
    assert answer(ended, "fix RING 9")[0].startswith("Plan 1: set ")
    assert "BUS from no to yes" in answer(ended, "fix RING 9")[0]
    assert answer(ended, "apply 7") == ["That does not work: there is no plan 7.", "Try: fix NAME"]
    assert "BUS is now yes, was no." in answer(ended, "apply 1")
    assert "BUS is now no, was yes." in answer(ended, "undo")


def test_undo_redo_history(talk: Talk) -> None:
    """Every change can be taken back and made again, and has a name."""
    ended = talk("NAME=one", "NAME=two", "undo", "redo", "undo", "history", "undo", "changes", "undo")
    assert answer(ended, "redo") == ["Done again: NAME one -> two.", "NAME is now two, was one."]
    assert answer(ended, "history") == ["2 changes so far.", "1. NAME egg -> one", "2. NAME one -> two, undone"]
    assert answer(ended, "changes") == ["0 differences from the saved file."]
    assert ended.out.splitlines()[-2].startswith("Nothing to undo.")


def test_search_finds_help_texts(talk: Talk) -> None:
    """A search reads names, prompts and help, says where things are, and its numbers lead there."""
    ended = talk("BUS=y", "/ plugged", "search frames", "1")
    assert answer(ended, "/ plugged") == ["Found 1 entry.", "1. Bus (BUS): yes, changed"]
    assert answer(ended, "search frames")[1].endswith(", in Cards")
    assert answer(ended, "1")[0] == "Cards, 2 entries."


def test_end_of_input_keeps_the_changes(talk: Talk, workdir: Path) -> None:
    """The input ends without `quit`: the file is as it was, the changes are kept, and the next start offers them."""
    ended = talk("BUS=y")
    assert ended.code == 1
    assert ended.out.endswith("Not saved. The changes are in .config.recovery; the next start offers them.\n")
    assert not (workdir / ".config").exists()
    again = talk("yes", "save", "quit")
    assert "Take them? yes or no: yes" in again.out
    assert "BUS is now yes, was no." in again.out
    assert "CONFIG_BUS=y" in (workdir / ".config").read_text()
    assert not (workdir / ".config.recovery").exists()


def test_quit_asks(talk: Talk, workdir: Path) -> None:
    """With changes `quit` asks; back stays, no gives them up, yes saves them."""
    ended = talk("BUS=y", "quit", "perhaps", "back", "quit", "no")
    assert ended.out.count("Save 3 changes? yes, no, or back:") == 3
    assert (ended.code, [*workdir.iterdir()]) == (0, [])
    assert talk("BUS=y", "q", "y").code == 0
    assert "CONFIG_BUS=y" in (workdir / ".config").read_text()


def test_file_changed_meanwhile(workdir: Path, make_tree: MakeTree, root: Path) -> None:
    """A file that another program has written is not written over without a question."""
    (workdir / ".config").write_text("# CONFIG_BUS is not set\n")
    command = [*COMMAND, "--kconfig", str(make_tree({"Kconfig": TREE}))]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("BUS=y\n")
        process.stdin.flush()
        while not process.stdout.readline().startswith("RING is now"):
            pass
        (workdir / ".config").write_text('# CONFIG_BUS is not set\nCONFIG_NAME="other"\n')
        out, _ = process.communicate("save\nno\nsave\nyes\nquit\n", timeout=30)
    assert "Another program has changed .config meanwhile." in out
    assert "Not saved." in out
    assert "CONFIG_BUS=y" in (workdir / ".config").read_text()
    assert 'CONFIG_NAME="other"' in (workdir / ".config.old").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_killed(talk: Talk, workdir: Path, make_tree: MakeTree, root: Path, number: signal.Signals) -> None:
    """A signal, even one that nobody can catch, leaves the file whole and the changes in the recovery file."""
    (workdir / ".config").write_text("# CONFIG_BUS is not set\n")
    command = [*COMMAND, "--kconfig", str(make_tree({"Kconfig": TREE}))]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("BUS=y\nback\n")
        process.stdin.flush()
        while process.stdout.readline() != "This is the main menu.\n":  # what was before is kept by now
            pass
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == (-9 if number is signal.SIGKILL else 128 + number)
    assert (workdir / ".config").read_text() == "# CONFIG_BUS is not set\n"
    assert "CONFIG_BUS=y" in (workdir / ".config.recovery").read_text()
    assert "without saving left changes" in talk("no", "quit").out


def test_new_symbols_are_called_new(talk: Talk, workdir: Path) -> None:
    """What the file says nothing of is new, and what saving would add counts as a change."""
    (workdir / ".config").write_text("# CONFIG_BUS is not set\n")
    ended = talk("quit", "yes")
    assert '4. Name (NAME): "egg", new' in ended.out
    assert "> quit\nSave 3 changes? yes, no, or back: yes\n" in ended.out
    assert 'CONFIG_NAME="egg"' in (workdir / ".config").read_text()


def test_first_use(talk: Talk, workdir: Path) -> None:
    """Without a file the defaults hold, and leaving offers to write them."""
    assert "Save the file, which does not exist yet? yes, no, or back: y\n" in talk("quit", "y").out
    assert "# CONFIG_BUS is not set" in (workdir / ".config").read_text()


def test_mistakes(talk: Talk) -> None:
    """What cannot be done is said with something to try; the dialogue goes on."""
    ended = talk("jump", "set BUS", "99", "info NOPE", "preset none", "load /nowhere", "re", "help set")
    assert answer(ended, "jump") == ["That does not work: there is no command 'jump'.", "Try: help"]
    assert answer(ended, "set BUS") == ["That does not work: set is used so: set ENTRY VALUE."]
    assert "there is no number 99" in answer(ended, "99")[0]
    assert "there is no symbol 'NOPE'" in answer(ended, "info NOPE")[0]
    assert answer(ended, "preset none")[0].startswith("That does not work: ")
    assert answer(ended, "load /nowhere")[0].startswith("That does not work: ")
    assert answer(ended, "re")[0] == "That does not work: re may mean redo or reset."
    assert answer(ended, "help set")[0].startswith("set ENTRY VALUE: Give a symbol a value")


def test_every_command_is_explained(talk: Talk) -> None:
    """The help has a line for each command, and every one of them says something without an argument."""
    from configurator.plain.commands import COMMANDS

    said = answer(talk("help"), "help")
    for command in COMMANDS:
        assert f"{command.usage}: {command.description}" in said
        assert command.description.endswith((".", "`."))


def test_only_plain_text_comes(talk: Talk, make_tree: MakeTree) -> None:
    """No byte moves a cursor or makes a colour, whatever is in the tree, and a poor encoding loses nothing."""
    ended = talk("BUS=y", "2", "info CARD", env={"TERM": "xterm-256color", "FORCE_COLOR": "1"})
    assert all(c.isprintable() or c == "\n" for c in ended.out)
    make_tree({"Kconfig": 'mainmenu "T\x1b[2J"\nconfig A\n\tbool "Ei 蛋 \x07"\n'})
    ended = talk("1", env={"PYTHONIOENCODING": "ascii"})
    assert "\x1b" not in ended.out
    assert "1. Ei \\u86cb" in ended.out


def test_on_a_terminal(make_tree: MakeTree, workdir: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of type dumb will do; nothing is repeated that it has shown already."""
    monkeypatch.setenv("PYTHONPATH", str(root))
    monkeypatch.setenv("TERM", "dumb")
    kconfig = make_tree({"Kconfig": TREE})
    pid, primary = pty.fork()
    if pid == 0:
        os.execv(COMMAND[0], [*COMMAND, "--kconfig", str(kconfig)])  # noqa: S606 - no shell
    shown = b""
    typed = [b"BUS=y\n", b"save\n", b"quit\n"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            shown += os.read(primary, 4096)
        except OSError:
            break
        if shown.endswith(b"> ") and typed:
            os.write(primary, typed.pop(0))
    os.close(primary)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    text = shown.decode().replace("\r\n", "\n")
    assert text.count("BUS=y\n") == 1
    assert "> save\nSaved to .config.\n> quit\n" in text
    assert "CONFIG_BUS=y" in (workdir / ".config").read_text()
    assert "\x1b" not in text


def test_no_screen_is_loaded(root: Path) -> None:
    """The dialogue needs neither Textual nor rich nor a server."""
    code = "import sys, configurator.plain.dialogue; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True, text=True)
    assert not {"textual", "rich", "aiohttp", "configurator.tui"} & set(ended.stdout.split())
