"""Check a Kconfig tree against the rules of this project.

Every prompt has help, and a bool's help tells when to say n; every number has a range; only the portable subset of the
language is used; no symbol is undefined; units have their Go packages; there is no symbol that can never be y, no
prompt that can never show, no default that can never count; former names lead to symbols that are there.

exit codes: 0 when all hold, 1 when some do not, 2 when the tree cannot be read.

example:
  eggcup lint
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("--rules", action="store_true", help="list the rules, and do nothing else")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print what breaks a rule, a line each."""
    from configurator.lint import RULES, lint

    if args.rules and args.json:
        output.result_json([{"rule": rule.name, "meaning": rule.meaning} for rule in RULES])
        return ExitCode.OK
    if args.rules:
        for rule in RULES:
            output.result(f"{rule.name:<13} {rule.meaning}")
        return ExitCode.OK
    offences = lint(options.open_tree(args))
    if args.json:
        from configurator.cli import documents

        output.result_json(
            [{"rule": one.rule, "message": one.message, **documents.place(one.location)} for one in offences]
        )
    else:
        for one in offences:
            output.result(str(one))
    number = "1 offence" if len(offences) == 1 else f"{len(offences)} offences"
    output.narrate(f"eggcup: {number}" if offences else "eggcup: all rules hold")
    return ExitCode.FINDINGS if offences else ExitCode.OK
