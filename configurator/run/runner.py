"""Boots a kernel under QEMU and ends with the guest's exit code."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.build import elf
from configurator.errors import BuildError, ExitCode, Location, UsageError
from configurator.run.acceleration import Acceleration, choose
from configurator.run.machine import Console, Host, Machine, command_line, find_qemu
from configurator.run.relay import Relay
from configurator.run.terminal import is_interactive, preserved
from configurator.run.verdict import End, Verdict, exit_code_in, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECONDS_TO_END = 2
_STDOUT, _STDERR = 1, 2

# QEMU's monitor protocol (QMP): it reports events once it has been greeted.
HELLO = b'{"execute": "qmp_capabilities"}\n'
_QUIT = b'{"execute": "quit"}\n'


@dataclass(frozen=True)
class RunRequest:
    """What to boot, and on what.

    `timeout` is in seconds; `arguments` go to the program; `console_on_stderr` leaves standard output to the caller;
    `commands` gets QEMU's command line.
    """

    kernel: Path
    machine: Machine = Machine.PC
    processors: int = 1
    memory_mb: int = 256
    timeout: float | None = None
    arguments: str = ""
    acceleration: Acceleration = Acceleration.AUTO
    qemu_arguments: tuple[str, ...] = ()
    console_on_stderr: bool = False
    commands: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and the exit code of `eggcup run`.

    The guest's own code; 0 when it switched the machine off without one; 1 when it reset the machine without one; 124
    after the time-out; 130 when the user ended it.
    """

    end: End
    code: int


def run(request: RunRequest, say: Callable[[str], None]) -> Outcome:
    """Boot the kernel on this terminal and return how that ended.

    Args:
        request: what to boot.
        say: takes the messages, one line each.

    Raises:
        UsageError: the kernel cannot be booted, or QEMU is missing or refuses its arguments.
    """
    check_kernel(request.kernel)
    qemu = find_qemu()
    accelerator = choose(request.acceleration, qemu)
    with tempfile.TemporaryDirectory(prefix="eggcup-run-") as folder:
        code_file = Path(folder) / "exitcode"
        ours, theirs = socket.socketpair()
        with ours, theirs:
            console = Console.TERMINAL if is_interactive() and not request.console_on_stderr else Console.PIPE
            host = Host(qemu, accelerator, code_file, theirs.fileno(), console)
            command = command_line(
                host,
                request.kernel,
                request.machine,
                processors=request.processors,
                memory_mb=request.memory_mb,
                arguments=request.arguments,
                qemu_arguments=request.qemu_arguments,
            )
            if request.commands:
                request.commands(shlex.join(command))
            ours.sendall(HELLO)
            attended = _attend(command, ours, theirs, request)
            if attended.unread:
                say(f"eggcup: {attended.unread} bytes of the console were not taken by its reader in time")
            if attended.return_code is None:
                say(f"eggcup: the guest ran for {request.timeout:g} s, which is its time-out")
                return Outcome(End.TIMEOUT, ExitCode.TIMEOUT)
            verdict = judge(attended.return_code, attended.events + drain(ours), exit_code_in(code_file))
    return Outcome(verdict.end, _exit_code(verdict, attended.return_code, say))


def check_kernel(kernel: Path) -> None:
    """Make sure that `kernel` is something that `eggcup build` made.

    Raises:
        UsageError: it is not, or it cannot be read.
    """
    where = Location(str(kernel))
    try:
        bootable = elf.has_boot_headers(kernel.read_bytes())
    except OSError as problem:
        raise UsageError(f"cannot read the kernel: {problem.strerror}", location=where) from problem
    except BuildError as problem:
        raise UsageError(f"not a kernel: {problem.message}", location=where, hints=["eggcup build"]) from problem
    if not bootable:
        raise UsageError(
            "this program has no boot headers; it is no kernel built by eggcup", location=where, hints=["eggcup build"]
        )


@dataclass(frozen=True)
class _Attended:
    """QEMU's return code, None if its time was up; what its monitor said; the bytes that the console's reader left."""

    return_code: int | None
    events: bytes
    unread: int


def _attend(command: list[str], ours: socket.socket, theirs: socket.socket, request: RunRequest) -> _Attended:
    """Run QEMU to its end and pass its console on; whatever happens, QEMU does not outlive this call."""
    deadline = time.monotonic() + request.timeout if request.timeout else None
    with preserved(), _ending_signals():
        source, stdout = os.pipe()
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdout=stdout)  # noqa: S603 - made above
        os.close(stdout)
        theirs.close()
        relay = Relay(source, _STDERR if request.console_on_stderr else _STDOUT, ours)
        relay.start()
        return_code = None
        patience: float | None = _SECONDS_TO_END  # for a reader that takes nothing, once a signal has come
        try:
            with suppress(subprocess.TimeoutExpired):
                return_code = process.wait(request.timeout)
            patience = None if deadline is None else max(deadline - time.monotonic(), _SECONDS_TO_END)
        finally:
            if process.poll() is None:
                end(process, ours)
            unread = relay.finish(patience)
        return _Attended(return_code, bytes(relay.events), unread)


def end(process: subprocess.Popen[bytes], monitor: socket.socket) -> None:
    """End QEMU: ask it, tell it, kill it."""
    with suppress(OSError):
        monitor.sendall(_QUIT)
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            insist()
    process.wait()


@contextmanager
def _ending_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that QEMU is ended and the terminal restored."""

    def interrupt(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    former = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def drain(ours: socket.socket) -> bytes:
    """Return what QEMU's monitor said; its end of the socket is closed by now."""
    received = bytearray()
    with suppress(ConnectionError):
        while chunk := ours.recv(65536):
            received += chunk
    return bytes(received)


def _exit_code(verdict: Verdict, return_code: int, say: Callable[[str], None]) -> int:
    match verdict:
        case Verdict(End.CODE, int(code)):
            return code
        case Verdict(End.POWER_OFF):
            return ExitCode.OK
        case Verdict(End.RESET):
            say("eggcup: the guest reset the machine without an exit code: it rebooted, or it crashed (triple fault)")
            return ExitCode.FINDINGS
        case Verdict(End.QUIT):
            return ExitCode.INTERRUPTED
        case _:
            ended = f"by signal {-return_code}" if return_code < 0 else f"with code {return_code}"
            raise UsageError(f"QEMU ended {ended} without running the guest", hints=["look at QEMU's message above"])
