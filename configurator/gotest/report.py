"""Writes what `go test` writes: the output of the tests, a line for each package, or JSON events.

The wording is cmd/go's (runTestActor.Act in internal/test/test.go), because scripts read it.
"""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from configurator.build.toolchain import GoToolchain

_NO_TESTS = b"testing: warning: no tests to run\n"
# Go's marker of a line that is no test's output (cmd/internal/test2json).
_MARK = "\x16"


class Json:
    """The output through `go tool test2json`, which makes events of it."""

    def __init__(self, go: GoToolchain, package: str, output: Callable[[bytes], None]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - go's own tool
            [str(go.binary), "tool", "test2json", "-t", "-p", package],
            env=go.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C on the terminal is not for it
        )
        self._reader = threading.Thread(target=self._pass_on, args=(output,))
        self._reader.start()

    def write(self, data: bytes) -> None:
        """Convert it."""
        if self._process.stdin:
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def close(self) -> None:
        """Wait for the last event."""
        if self._process.stdin:
            self._process.stdin.close()
        self._reader.join()
        self._process.wait()

    def _pass_on(self, output: Callable[[bytes], None]) -> None:
        for line in self._process.stdout or ():
            output(line)


class Recorder:
    """What a package's tests have written so far, as far as the report depends on it, on its way to `sink`."""

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self._sink = sink
        self._last = b""
        self.failed = False
        self.has_output = False
        self.ran_none = False

    def write(self, data: bytes) -> None:
        """Take a part of the output."""
        self._sink(data)
        recent = self._last + data
        self.ran_none = self.ran_none or _NO_TESTS in recent
        self._last = recent[-len(_NO_TESTS) :]
        self.has_output = True

    def ending(self) -> str:
        """Return what ends the last line, if it needs that."""
        return "\n" if self.has_output and not self._last.endswith(b"\n") else ""


def passed(package: str, seconds: float, record: Recorder) -> str:
    """Return the end of the report on tests that passed."""
    none = " [no tests to run]" if record.ran_none else ""
    return f"{record.ending()}ok  \t{package}\t{seconds:.3f}s{none}\n"


def failed(package: str, seconds: float, record: Recorder, reason: str, *, json: bool) -> str:
    """Return the end of the report on tests that failed; `reason` is shown where the tests themselves gave none."""
    said = f"{reason}\n" if reason else ""
    return f"{record.ending()}{said}{_MARK if json else ''}FAIL\t{package}\t{seconds:.3f}s\n"


def not_built(package: str, what: str) -> str:
    """Return the report on tests that were not run; `what` is "build" or "setup"."""
    return f"FAIL\t{package} [{what} failed]\n"


def no_tests(package: str) -> str:
    """Return the report on a package without tests."""
    return f"?   \t{package}\t[no test files]\n"
