"""The errors a user can cause, and the exit codes they end with.

Everything that is the user's to mend is an `EggcupError`: it is caught once, in `configurator.cli.main`, and printed as
``eggcup: FILE:LINE: message`` with one ``  try: ...`` line for each hint. Anything else is a bug and
keeps its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ExitCode(IntEnum):
    """What `eggcup` ends with; `eggcup run` passes the guest's own code through."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    BUILD_FAILED = 3
    STALE = 4
    TIMEOUT = 124
    INTERRUPTED = 130
    BROKEN_PIPE = 141


@dataclass(frozen=True)
class Location:
    """A place in a file; `line` counts from 1 and is None when the whole file is meant."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class EggcupError(Exception):
    """An error that the user can mend; never raised itself, only its subclasses.

    Args:
        message: one sentence, lower case, without a full stop.
        location: the file and line to look at.
        hints: things to try, each an imperative phrase or a command line.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FINDINGS

    def __init__(self, message: str, *, location: Location | None = None, hints: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hints = tuple(hints)

    def __str__(self) -> str:
        return self.message if self.location is None else f"{self.location}: {self.message}"


class FindingsError(EggcupError):
    """The command did its work and found something that must not be: a value not taken under `--strict`, a stale file.

    Args:
        findings: the findings as JSON values, for `--json`.
    """

    exit_code = ExitCode.FINDINGS

    def __init__(
        self,
        message: str,
        *,
        location: Location | None = None,
        hints: Sequence[str] = (),
        findings: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(message, location=location, hints=hints)
        self.findings = tuple(findings)


class UsageError(EggcupError):
    """Bad usage or bad input: a wrong option, .config, Kconfig tree, or a file that is not there."""

    exit_code = ExitCode.USAGE


class BuildError(EggcupError):
    """The kernel could not be built, for a reason that lies in the program or the toolchain."""

    exit_code = ExitCode.BUILD_FAILED


class StaleError(EggcupError):
    """A generated file no longer matches the configuration (`--check`)."""

    exit_code = ExitCode.STALE
