"""List the symbols that the .config does not answer, each with its default.

exit codes: 0 when there is none, 1 when there are some.

example:
  eggcup listnewconfig --config boards/server.config
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
    options.add_json_option(parser, "print the symbols as JSON, with prompt, help and range")


def run(args: argparse.Namespace) -> int:
    """Print the new symbols."""
    configuration = options.open_configuration(args)
    names = configuration.new_symbols()
    if args.json:
        from configurator.cli import documents

        output.result_json([documents.symbol(configuration, configuration.symbol(name)) for name in names])
    else:
        lines = configuration.written_lines()
        for name in names:
            line = lines.get(name, "")
            output.result(f"CONFIG_{name}=n" if line.startswith("#") else line)
    return ExitCode.FINDINGS if names else ExitCode.OK
