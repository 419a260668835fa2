"""The command line as a user meets it: streams, exit codes, help, the verbs on the real tree."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator import __version__
from configurator.cli.main import load_verb, main, verb_names

if TYPE_CHECKING:
    from tests.conftest import Eggcup

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION_VERBS = ["defconfig", "generate", "get", "olddefconfig", "order", "savedefconfig", "set"]


def test_version(eggcup: Eggcup) -> None:
    """The version goes to stdout."""
    assert eggcup("--version").out == f"eggcup {__version__}\n"


def test_overview_lists_every_command(eggcup: Eggcup) -> None:
    """`--help` shows each verb with a summary."""
    shown = eggcup("--help").out
    assert set(CONFIGURATION_VERBS) <= set(verb_names())
    for name in verb_names():
        summary = (load_verb(name).__doc__ or "").strip().partition("\n")[0]
        assert f"  {name} " in shown
        assert summary.endswith(".")
        assert summary in shown


@pytest.mark.parametrize("verb", verb_names())
def test_help_of_a_command_has_an_example(eggcup: Eggcup, verb: str) -> None:
    """Each verb's help says how it is used, with an example that names the verb."""
    ended = eggcup(verb, "--help")
    assert ended.code == 0
    assert re.search(rf"\nexample:\n  (\S.*)?\beggcup {verb}\b", ended.out)


def test_defconfig_then_olddefconfig_changes_nothing(eggcup: Eggcup, workdir: Path) -> None:
    """A fresh configuration is complete: bringing it up to date leaves the file alone."""
    assert eggcup("defconfig").code == 0
    before = (workdir / ".config").read_bytes()
    ended = eggcup("olddefconfig")
    assert (ended.code, ended.out) == (0, "")
    assert ".config is up to date" in ended.err
    assert (workdir / ".config").read_bytes() == before
    assert not (workdir / ".config.old").exists()


def test_presets_are_listed(eggcup: Eggcup) -> None:
    """Every preset is listed with its description."""
    lines = eggcup("defconfig", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(path.name for path in (ROOT / "configs").iterdir())
    assert all(len(line.split()) > 3 for line in lines)


def test_set_then_get(eggcup: Eggcup, workdir: Path) -> None:
    """What was set is read back; stderr says what else changed; the former file is kept."""
    eggcup("defconfig")
    ended = eggcup("set", "CONFIG_PS2=n", "HOSTNAME=a b", "UART_PORT=2F8")
    assert ended.code == 0
    assert "PS2: y -> n\n" in ended.err
    assert "KBD: y -> n  (follows)\n" in ended.err
    assert eggcup("get", "HOSTNAME").out == "a b\n"
    assert eggcup("get", "CONFIG_UART_PORT").out == "0x2f8\n"
    assert "CONFIG_KBD=y" in (workdir / ".config.old").read_text(encoding="utf-8")


def test_savedefconfig_keeps_the_description(eggcup: Eggcup, workdir: Path) -> None:
    """Saving over a preset keeps the comment at its head; what is saved gives the same configuration."""
    (workdir / "mine").write_text("# My board\nCONFIG_VGA=y\n", encoding="utf-8")
    eggcup("defconfig", "tiny")
    assert eggcup("savedefconfig", "mine").code == 0
    assert (workdir / "mine").read_text(encoding="utf-8").startswith("# My board\n# CONFIG_TTY is not set\n")
    before = (workdir / ".config").read_bytes()
    eggcup("defconfig", "./mine")
    assert (workdir / ".config").read_bytes() == before


def test_a_value_that_does_not_hold_is_warned_about(eggcup: Eggcup, workdir: Path) -> None:
    """`olddefconfig` says which line had no effect, and why, and goes on."""
    (workdir / ".config").write_text("CONFIG_KBD=y\n# CONFIG_PS2 is not set\n", encoding="utf-8")
    ended = eggcup("olddefconfig")
    assert ended.code == 0
    assert "eggcup: warning: .config:1: KBD=y has no effect, it is n: it needs PS2 (PS2=n)\n" in ended.err


def test_kconfig_config_names_the_file(eggcup: Eggcup, workdir: Path) -> None:
    """$KCONFIG_CONFIG stands in for .config, and --config for both."""
    eggcup("olddefconfig", env={"KCONFIG_CONFIG": "one"})
    eggcup("defconfig", "--config", "two", env={"KCONFIG_CONFIG": "one"})
    assert sorted(path.name for path in workdir.iterdir()) == ["one", "two"]


def test_order_as_json(eggcup: Eggcup, root: Path) -> None:
    """The JSON form names every edge with its place."""
    tree = root / "tests" / "golden" / "testdata" / "edges" / "tree" / "Kconfig"
    document = json.loads(eggcup("order", "--json", "--kconfig", str(tree)).out)
    (inet,) = (unit for unit in document["units"] if unit["symbol"] == "INET")
    assert [edge["location"] for edge in inet["after"][0]["edges"]] == [
        "drivers/e1000/Kconfig:1",
        "kernel/inet/Kconfig:1",
    ]


def test_results_do_not_mix_with_narration(eggcup: Eggcup) -> None:
    """Without a .config, stdout has the value alone and stderr says that the defaults hold."""
    ended = eggcup("get", "UART")
    assert ended.out == "y\n"
    assert "there is no .config, the defaults hold" in ended.err


def test_a_reader_that_leaves_is_no_error(workdir: Path) -> None:
    """A closed pipe ends the command quietly, with the code that a shell gives for SIGPIPE."""
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", "get", "UART"],
        cwd=workdir, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=write, stderr=subprocess.PIPE, check=False,
        timeout=60,
    )  # fmt: skip
    os.close(write)
    assert ended.returncode == 141
    assert b"Traceback" not in ended.stderr
    assert b"Broken" not in ended.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["set", "--help"], ["get", "UART"], ["order"]])
@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", "eggcup: standard output is closed"), (">/dev/full", "cannot write to standard output: No space left")],
)
def test_a_result_that_cannot_be_written(workdir: Path, arguments: list[str], redirection: str, message: str) -> None:
    """A closed or full stdout is an error, not a success without output."""
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "configurator.cli.main", *arguments]
    ended = subprocess.run(
        command, cwd=workdir, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", "2>&1 | true"])
def test_an_error_that_nobody_reads_keeps_its_exit_code(workdir: Path, redirection: str) -> None:
    """A full or closed stderr, or one without a reader, takes the message and not the exit code."""
    command = f"{sys.executable} -m configurator get NOPE {redirection}"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=workdir, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 2


def test_ctrl_c_ends_with_130(workdir: Path) -> None:
    """An interrupt while a command waits gives 130 and no traceback."""
    os.mkfifo(workdir / "pipe")
    writer = os.open(workdir / "pipe", os.O_RDWR)  # there is a writer, which writes nothing
    process = subprocess.Popen(
        [sys.executable, "-m", "configurator", "olddefconfig", "--config", "pipe"],
        cwd=workdir, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - it may be ignored here
    )  # fmt: skip
    while not _has_open(process.pid, workdir / "pipe"):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    os.close(writer)
    assert process.returncode == 130
    assert err == b"eggcup: interrupted\n"


def _has_open(process: int, path: Path) -> bool:
    """Return whether a process has a file open."""
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed since the folder was listed
            if descriptor.readlink() == path:
                return True
    return False


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, workdir: Path) -> None:
    """Only the user's mistakes become messages; a programming error is not hidden."""
    assert workdir.is_dir()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("configurator.model.Configuration.load", broken)
    with pytest.raises(ZeroDivisionError):
        main(["olddefconfig"])
