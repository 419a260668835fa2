"""Print the value of a symbol.

Prints y or n, a number or a text without quotes, as the configuration has it now; an empty line when dependencies leave
the symbol without a value.

example:
  eggcup get UART_BAUD
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
    parser.add_argument("symbol", metavar="SYM", help="symbol, with or without CONFIG_")
    options.add_json_option(parser, "print the symbol as JSON: value, type, prompt, range, what it depends on")


def run(args: argparse.Namespace) -> int:
    """Print the value."""
    configuration = options.open_configuration(args)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.symbol(configuration, configuration.symbol(args.symbol)))
    else:
        output.result(configuration.get(args.symbol))
    return ExitCode.OK
