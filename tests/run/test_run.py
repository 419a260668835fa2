"""The verb run, from the command line to the exit code, with a QEMU that does what the test says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Eggcup

    from .conftest import FakeQemu

COMMAND = [sys.executable, "-m", "configurator.cli.main", "run"]


@pytest.mark.parametrize("code", [0, 1, 2, 42, 124, 130, 255])
def test_the_guests_code(code: int, eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """The guest's exit code is that of the command, and nothing is added to it."""
    ended = eggcup("run", kernel.name, env=qemu.does(f"guest_code({code})"))
    assert (ended.code, ended.err) == (code, "eggcup: there is no .config, the defaults hold\n")


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        ("shutdown('guest-shutdown')", 0, ""),
        ("shutdown('guest-reset')", 1, "the guest reset the machine without an exit code"),
        ("shutdown('host-qmp-quit')", 130, ""),
        ("os._exit(7)", 3, ""),
        ("os.kill(os.getpid(), 9)", 2, "QEMU ended by signal 9 without running the guest"),
        ("monitor.close(); os._exit(0)", 2, "QEMU ended with code 0 without running the guest"),
    ],
)
def test_other_ends(  # noqa: PLR0913, PLR0917 - a row of the table, and pytest's own
    script: str, code: int, message: str, eggcup: Eggcup, qemu: FakeQemu, kernel: Path
) -> None:
    """Ends without an exit code have codes of their own."""
    ended = eggcup("run", kernel.name, env=qemu.does(script))
    assert ended.code == code
    assert message in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("stubborn", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"])
def test_time_out(stubborn: str, eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """A guest that runs too long is ended, even with a QEMU that does not listen; the code is 124."""
    script = f"{stubborn}print(os.getpid(), flush=True)\ntime.sleep(60)"
    ended = eggcup("run", kernel.name, "--timeout", "0.5", env=qemu.does(script))
    assert ended.code == 124
    assert "the guest ran for 0.5 s, which is its time-out" in ended.err
    assert not _runs(int(ended.out))


def test_a_time_out_is_asked_for_politely(eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """QEMU is asked over its monitor before it is told, so that it restores what it changed."""
    script = "heard = b''\nwhile b'quit' not in heard:\n    heard += monitor.recv(100)\nprint('asked')\n"
    ended = eggcup("run", kernel.name, "--timeout", "0.5", env=qemu.does(script))
    assert (ended.code, ended.out) == (124, "asked\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals(number: signal.Signals, code: int, qemu: FakeQemu, kernel: Path) -> None:
    """A signal to eggcup ends QEMU too."""
    environment = {**os.environ, **qemu.does("print(os.getpid(), flush=True)\ntime.sleep(60)"), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*COMMAND, str(kernel)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        qemu_pid = int(process.stdout.readline())
        process.send_signal(number)
        _, messages = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in messages
    assert not _runs(qemu_pid)


@pytest.mark.parametrize(
    ("script", "options", "ended", "code"),
    [
        ("guest_code(7)", [], "code", 7),
        ("shutdown('guest-shutdown')", [], "power-off", 0),
        ("shutdown('guest-reset')", [], "reset", 1),
        ("shutdown('host-qmp-quit')", [], "quit", 130),
        ("time.sleep(60)", ["--timeout", "0.5"], "timeout", 124),
    ],
)
def test_the_end_as_json(  # noqa: PLR0913, PLR0917 - a row of the table, and pytest's own
    script: str, options: list[str], ended: str, code: int, eggcup: Eggcup, qemu: FakeQemu, kernel: Path
) -> None:
    """With --json stdout has one document, which says how the run ended, and the console is on stderr."""
    run = eggcup("run", kernel.name, "--json", *options, env=qemu.does(f"print('console', flush=True)\n{script}"))
    machine = {"machine": "pc", "processors": 1, "memory_mb": 256}
    assert json.loads(run.out) == {"kernel": kernel.name, **machine, "ended": ended, "exit_code": code}
    assert run.code == code
    assert "console\n" in run.err


def test_bytes_pass_through(qemu: FakeQemu, kernel: Path) -> None:
    """Off a terminal every byte of input and output is the guest's, QEMU's escape key included."""
    environment = {
        **os.environ,
        **qemu.does("os.write(1, os.read(0, 1000)[::-1])\nguest_code(0)"),
        "PYTHONPATH": str(ROOT),
    }
    data = bytes(range(256))
    done = subprocess.run([*COMMAND, str(kernel)], env=environment, input=data, capture_output=True, check=True)
    assert done.stdout == data[::-1]
    assert "stdio,id=console,signal=on" in qemu.arguments


def test_options_reach_qemu(eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """Options may stand on both sides of the kernel; what follows -- goes to QEMU last, as it is."""
    options = ["--mem", "512", kernel.name, "--smp", "3", "--machine", "q35", "--append", "one two", "--accel", "tcg"]
    ended = eggcup("run", *options, "--", "-vga", "std", "--", "-name", "x", env=qemu.does("guest_code(0)"))
    assert (ended.code, ended.err) == (0, "")
    arguments = " ".join(qemu.arguments)
    assert "-machine q35 -accel tcg -cpu max -smp 3 -m 512 -kernel k.elf -append one two " in arguments
    assert arguments.endswith("mode=control -vga std -- -name x")


def test_memory_and_processors_of_the_configuration(
    eggcup: Eggcup, qemu: FakeQemu, kernel: Path, workdir: Path
) -> None:
    """Without options the machine is that of .config."""
    (workdir / ".config").write_text("CONFIG_RUN_MEMORY=77\nCONFIG_NR_CPUS=5\n", encoding="utf-8")
    assert eggcup("run", kernel.name, env=qemu.does("guest_code(0)")).code == 0
    assert "-smp 5 -m 77" in " ".join(qemu.arguments)


def test_kvm_that_does_not_work_is_not_used(eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """The trial fails here, whatever the host's KVM is like, so the machine is emulated."""
    assert eggcup("run", kernel.name, env=qemu.does("guest_code(0)")).code == 0
    assert qemu.arguments[qemu.arguments.index("-accel") + 1] == "tcg"


def test_verbose(eggcup: Eggcup, qemu: FakeQemu, kernel: Path) -> None:
    """With -v QEMU's command line is shown."""
    ended = eggcup("run", kernel.name, "-v", env=qemu.does("guest_code(0)"))
    assert f"{qemu.folder}/qemu-system-x86_64 -no-user-config" in ended.err


def test_qemu_is_missing(eggcup: Eggcup, kernel: Path, tmp_path: Path) -> None:
    """Without QEMU the message has the command that installs it."""
    ended = eggcup("run", kernel.name, env={"PATH": str(tmp_path)})
    assert ended.code == 2
    assert "qemu-system-x86_64 is not installed" in ended.err
    assert "apt-get install qemu-system-x86" in ended.err


REFUSED: dict[str, tuple[list[str], str]] = {
    "no-such-kernel": (["gone.elf"], "there is no folder gone.elf"),
    "no-elf": (["text"], "text: not a kernel: not an ELF file"),
    "position-independent": (["pie"], "not a kernel: not a static ELF executable"),
    "not-readable-as-elf": (["short"], "short: not a kernel: not an ELF file"),
    "no-boot-headers": (["plain.elf"], "plain.elf: this program has no boot headers"),
    "a-source-file": (["main.go"], "main.go is a file; name the package's folder"),
    "two-kernels": (["k.elf", "k.elf"], "unrecognized arguments: k.elf"),
    "no-time": (["k.elf", "--timeout", "0"], "'0' is not a number of seconds above 0"),
    "endless-time": (["k.elf", "--timeout", "inf"], "'inf' is not a number of seconds above 0"),
    "time-in-words": (["k.elf", "--timeout", "soon"], "'soon' is not a number of seconds above 0"),
    "no-memory": (["k.elf", "--mem", "-1"], "argument --mem: "),
    "memory-with-unit": (["k.elf", "--mem", "1G"], "'1G' is not a whole number above 0"),
    "half-a-processor": (["k.elf", "--smp", "0.5"], "'0.5' is not a whole number above 0"),
    "unknown-machine": (["k.elf", "--machine", "vax"], "invalid choice: 'vax'"),
    "unknown-accelerator": (["k.elf", "--accel", "hvf"], "invalid choice: 'hvf'"),
    "qemu-option-without-dashes": (["k.elf", "-display", "gtk"], "unrecognized arguments: -display"),
    "config-missing": (["k.elf", "--config", "gone"], "gone: there is no such file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, eggcup: Eggcup, qemu: FakeQemu, kernel: Path, workdir: Path) -> None:
    """A wrong call ends with 2 and a message, before QEMU starts."""
    arguments, message = REFUSED[name]
    (workdir / "text").write_text("this is no kernel\n", encoding="utf-8")
    (workdir / "short").write_bytes(b"\x7fELF")
    (workdir / "pie").write_bytes(kernel.read_bytes().replace(b"\x02\x00\x3e", b"\x03\x00\x3e"))
    (workdir / "main.go").write_text("package main\n", encoding="utf-8")
    (workdir / "plain.elf").write_bytes(kernel.read_bytes().replace(b"Xen\0", b"GNU\0"))
    ended = eggcup("run", *arguments, env=qemu.does("guest_code(0)"))
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "Traceback" not in ended.err
    assert not (qemu.folder / "arguments.json").exists()


def _runs(pid: int) -> bool:
    """Say whether a process is there, giving it a moment to go."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True
