"""Show the help of the symbols that the .config does not answer.

exit codes: 0 when there is none, 1 when there are some.

example:
  eggcup helpnewconfig
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the new symbols with their help."""
    configuration = options.open_configuration(args)
    symbols = [configuration.symbol(name) for name in configuration.new_symbols()]
    if args.json:
        from configurator.cli import documents

        output.result_json([documents.symbol(configuration, symbol) for symbol in symbols])
        return ExitCode.FINDINGS if symbols else ExitCode.OK
    for symbol in symbols:
        title = " > ".join([*configuration.analysis.menu_path(symbol.name), symbol.prompt or symbol.name])
        output.result(f"{symbol.name}={symbol.value}: {title}")
        output.result(textwrap.indent(symbol.help.rstrip() or "There is no help for this.", "  ") + "\n")
    return ExitCode.FINDINGS if symbols else ExitCode.OK
