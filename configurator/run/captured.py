"""Boots a kernel with its console in the hands of the caller, from any thread and beside others."""

from __future__ import annotations

import shlex
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from configurator.run.acceleration import choose
from configurator.run.machine import Console, Host, command_line, find_qemu
from configurator.run.runner import HELLO, drain, end
from configurator.run.verdict import Verdict, exit_code_in, judge, log_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from configurator.run.runner import RunRequest

_POLL_SECONDS = 0.02
_SECONDS_FOR_A_DUMP = 10
_CTRL_BACKSLASH = b"\x1c"


@dataclass(frozen=True)
class Ended:
    """How a boot ended: `verdict` is None when it was ended from here, `timed_out` says that its time was up.

    `seconds` is how long it ran, `messages` what QEMU said, `log` the kernel's own lines
    if it logs to the debug console.
    """

    verdict: Verdict | None
    timed_out: bool
    seconds: float
    messages: str
    log: str = ""


def boot(request: RunRequest, console: Callable[[bytes], None], stop: Event) -> Ended:
    """Boot the kernel and hand its console to `console`, as the program wrote it.

    Args:
        request: what to boot. A guest whose time is up is sent a Ctrl-backslash first, on which a Go program shows
            its goroutines.
        console: takes the bytes, in the calling thread.
        stop: ends the boot when it is set.
    """
    qemu = find_qemu()
    accelerator = choose(request.acceleration, qemu)
    with tempfile.TemporaryDirectory(prefix="eggcup-test-") as folder:
        code_file = Path(folder) / "exitcode"
        ours, theirs = socket.socketpair()
        # A file, not a pipe: QEMU's serial port drops what a pipe does not take in time.
        written = Path(folder) / "console"
        with (
            ours,
            theirs,
            (Path(folder) / "messages").open("w+b") as messages,
            written.open("wb") as stdout,
            written.open("rb") as output,
        ):
            host = Host(qemu, accelerator, code_file, theirs.fileno(), Console.PIPE)
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
            start = time.monotonic()
            process = subprocess.Popen(  # noqa: S603 - the command line made above
                command,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=messages,
                start_new_session=True,  # a Ctrl-C on the terminal is ours to pass on
            )
            theirs.close()
            try:
                timed_out = _attend(process, output, request.timeout, console, stop)
                gone = process.poll() is not None or (not timed_out and not stop.is_set())
                code = process.wait() if gone else None
            finally:
                if process.poll() is None:
                    end(process, ours)
                if process.stdin:
                    with suppress(OSError):
                        process.stdin.close()
            seconds = time.monotonic() - start
            verdict = None if code is None or timed_out else judge(code, drain(ours), exit_code_in(code_file))
            messages.seek(0)
            said = messages.read().decode(errors="replace")
        log = log_in(code_file)
    return Ended(verdict, timed_out, seconds, said, log)


def _attend(
    process: subprocess.Popen[bytes],
    output: BinaryIO,
    timeout: float | None,
    console: Callable[[bytes], None],
    stop: Event,
) -> bool:
    """Read the console until QEMU has ended, it is stopped, or its time is up, which is returned."""
    deadline = time.monotonic() + timeout if timeout else float("inf")
    asked = False
    lines = Lines(console)
    while not stop.is_set():
        ended = process.poll() is not None  # asked first: what was written before the end is read then
        chunk = output.read()
        if chunk:
            lines.feed(chunk)
        elif ended:
            break
        if time.monotonic() > deadline:
            if asked:
                break
            asked = True
            deadline = time.monotonic() + _SECONDS_FOR_A_DUMP
            _send(process, _CTRL_BACKSLASH)
        if not chunk:
            stop.wait(_POLL_SECONDS)
    lines.close()
    return asked


def _send(process: subprocess.Popen[bytes], keys: bytes) -> None:
    """Type on the guest's console, if there still is one."""
    with suppress(OSError):
        if process.stdin:
            process.stdin.write(keys)
            process.stdin.flush()


class Lines:
    """Takes the carriage return away that the kernel's terminal puts before each newline."""

    def __init__(self, output: Callable[[bytes], None]) -> None:
        self._output = output
        self._held = b""

    def feed(self, chunk: bytes) -> None:
        """Pass a part on; what may be half of a line's end waits for the next."""
        data = self._held + chunk
        self._held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(self._held)].replace(b"\r\n", b"\n")
        if data:
            self._output(data)

    def close(self) -> None:
        """Pass the rest on."""
        if self._held:
            self._output(self._held)
