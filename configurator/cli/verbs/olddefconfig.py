"""Bring a .config up to date, with defaults for what it does not say.

Symbols that are new in the Kconfig files get their defaults. An unknown symbol or a wrong value is an error, and then
nothing is written; a value that cannot hold because of a dependency is warned about.

example:
  eggcup olddefconfig --config boards/server.config
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)


def run(args: argparse.Namespace) -> int:
    """Load the .config and write it again."""
    configuration = options.open_configuration(args, to_change=True)
    options.save(configuration, options.config_path(args))
    return ExitCode.OK
