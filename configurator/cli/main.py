"""Entry point of `eggcup`: finds the verb, runs it, turns errors into messages and exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from configurator.cli import output
from configurator.errors import EggcupError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

_VERBS_PACKAGE = "configurator.cli.verbs"


class VerbModule(Protocol):
    """What a module in configurator/cli/verbs/ offers.

    One with `TAKES_REST = True` finds what follows ``--`` on the command line in `args.rest`.
    """

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's options."""

    def run(self, args: argparse.Namespace) -> int:
        """Do the work; return the exit code."""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are `UsageError`s, so that all errors look alike."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hints=[f"{self.prog} --help"])

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:  # noqa: ARG002 - argparse's signature
        output.result_text(self.format_help())


def verb_names() -> list[str]:
    """Return the verbs, found by listing the folder; a file name's underscore is a hyphen on the command line."""
    folder = os.path.join(os.path.dirname(__file__), "verbs")  # noqa: PTH118, PTH120 - pathlib costs start-up time
    names = (entry[:-3] for entry in os.listdir(folder) if entry.endswith(".py"))  # noqa: PTH208 - as above
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))


def load_verb(name: str) -> VerbModule:
    """Import the module of one verb, and of no other.

    Raises:
        UsageError: there is no such verb.
    """
    if name not in verb_names():
        import difflib

        near = difflib.get_close_matches(name, verb_names())
        raise UsageError(f"there is no command {name!r}", hints=[*(f"eggcup {verb}" for verb in near), "eggcup --help"])
    return cast("VerbModule", importlib.import_module(f"{_VERBS_PACKAGE}.{name.replace('-', '_')}"))


def verb_parser(name: str, verb: VerbModule) -> argparse.ArgumentParser:
    """Return the argument parser of a verb; its module's docstring is the help text."""
    parser = _Parser(
        prog=f"eggcup {name}",
        description=(verb.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verb.add_arguments(parser)
    return parser


def overview() -> str:
    """Return the text of `eggcup --help`: every verb with the first line of its docstring."""
    width = max(map(len, verb_names()))
    lines = [
        "usage: eggcup COMMAND [OPTIONS]",
        "       eggcup COMMAND --help",
        "       eggcup --version",
        "",
        "commands:",
    ]
    for name in verb_names():
        summary = (load_verb(name).__doc__ or "").strip().partition("\n")[0]
        lines.append(f"  {name:<{width}}  {summary}")
    lines += ["", "example:", "  eggcup defconfig && eggcup run ./examples/hello", ""]
    return "\n".join(lines)


def dispatch(arguments: Sequence[str]) -> int:
    """Run the command line `arguments` (without the program's name) and return its exit code.

    Raises:
        EggcupError: the user's mistake, for `main` to report; with --json stdout has it already.
    """
    try:
        return _run(arguments)
    except EggcupError as problem:
        if "--json" in _before_rest(arguments)[0]:  # not argparse's word: the options may be what is wrong
            from configurator.cli import documents

            output.result_json(documents.error(problem))
        raise


def _run(arguments: Sequence[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help", "help"):
        output.result_text(overview())
        return ExitCode.OK
    if first in ("-V", "--version"):
        from configurator import __version__

        output.result(f"eggcup {__version__}")
        return ExitCode.OK
    if not first or first.startswith("-"):
        problem = f"unknown option {first!r}" if first else "a command is missing"
        raise UsageError(problem, hints=["eggcup --help"])
    verb = load_verb(first)
    own, rest = list(arguments[1:]), list[str]()
    if getattr(verb, "TAKES_REST", False):
        # argparse cannot tell "KERNEL -- REST" from "-- REST", nor take options between the two.
        own, rest = _before_rest(own)
    return int(verb.run(verb_parser(first, verb).parse_args(own, argparse.Namespace(rest=rest))))


def _before_rest(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands before and behind the first ``--``."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    return list(arguments[:end]), list(arguments[end + 1 :])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `eggcup`; the one place where errors become messages and exit codes.

    Returns:
        The exit code; argparse's own `--help` leaves by SystemExit.
    """
    try:
        code = dispatch(sys.argv[1:] if arguments is None else arguments)
    except EggcupError as problem:
        output.error(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        output.narrate("eggcup: interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        output.discard_stdout()
        return ExitCode.BROKEN_PIPE
    return code


if __name__ == "__main__":
    sys.exit(main())
