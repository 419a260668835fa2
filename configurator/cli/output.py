"""The two streams: stdout carries the result, stderr the narration. Nothing else in the CLI writes to either."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from configurator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.errors import EggcupError


def result(text: str) -> None:
    """Write a line of the result to stdout, as UTF-8 whatever the locale says."""
    result_text(text + "\n")


def result_text(text: str) -> None:
    """Write `text` to stdout without adding a newline.

    Raises:
        UsageError: stdout is closed, or what it leads to is full.
        BrokenPipeError: nobody reads any more.
    """
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    binary = getattr(sys.stdout, "buffer", None)
    try:
        if binary is None:  # a test has put a text stream there
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            binary.write(text.encode("utf-8", "surrogateescape"))
            binary.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        discard_stdout()
        raise UsageError(f"cannot write to standard output: {problem.strerror}") from problem


def pass_through(text: str) -> None:
    """Write another program's own message to stderr, byte for byte."""
    binary = getattr(sys.stderr, "buffer", None)
    if binary is None:  # a test has put a text stream there
        sys.stderr.write(text)
        return
    sys.stderr.flush()
    binary.write(text.encode("utf-8", "surrogateescape"))
    binary.flush()


def narrate(text: str) -> None:
    """Say on stderr what is being done."""
    prompt(text + "\n")


def prompt(text: str) -> None:
    """Ask on stderr, the answer to follow on the same line.

    With stderr closed, full or without a reader, say nothing: the exit code still tells how the command ended.
    """
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(_printable(text))
            sys.stderr.flush()


def warn(text: str) -> None:
    """Say on stderr that something is probably not as the user wants it."""
    narrate(f"eggcup: warning: {text}")


def finding(text: str, hints: Sequence[str], *, is_error: bool) -> None:
    """Report a line of a configuration that has not its effect, with what was probably meant."""
    if is_error:
        narrate(f"eggcup: {text}")
    else:
        warn(text)
    for hint in hints:
        narrate(f"  try: {hint}")


def result_json(document: object) -> None:
    """Write a JSON document to stdout, indented; names of symbols and texts stay readable."""
    import json

    result(json.dumps(document, indent=2, ensure_ascii=False))


def error(problem: EggcupError) -> None:
    """Report an error with its place and what to try."""
    narrate(f"eggcup: {problem}")
    for hint in problem.hints:
        narrate(f"  try: {hint}")


def _printable(text: str) -> str:
    """Return `text` with control characters and what the terminal's encoding lacks escaped.

    Messages quote the user's files; an escape sequence in one must not reach the terminal.
    """
    shown = "".join(c if c in "\n\t" or c.isprintable() else repr(c)[1:-1] for c in text)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def discard_stdout() -> None:
    """Point stdout at nothing, after its reader has gone, so that the interpreter's last flush finds no one missing."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
