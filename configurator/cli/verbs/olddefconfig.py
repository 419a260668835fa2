"""Bring a .config up to date, with defaults for what it does not say.

Symbols that are new in the Kconfig files get their defaults. A line that asks for something else than what comes of it
(an unknown symbol, a wrong value, one that a dependency forbids) is warned about; under --strict it ends the command
with 1, and nothing is written.

example:
  eggcup olddefconfig --config boards/server.config --strict
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
    options.add_json_option(parser, "print what was found as JSON")


def run(args: argparse.Namespace) -> int:
    """Load the .config and write it again."""
    configuration = options.open_configuration(args)
    path = options.config_path(args)
    changed = options.save(configuration, path)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.written(configuration, path, changed=changed))
    return ExitCode.OK
