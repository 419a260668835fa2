"""Make a configuration with everything off that can be.

Every bool and tristate is answered with n; numbers, texts and choices have their defaults. The present .config is not
read, and kept as .config.old. KCONFIG_ALLCONFIG names a file whose values hold all the same; 1 stands for allno.config,
else all.config.

example:
  KCONFIG_ALLCONFIG=configs/tiny eggcup allnoconfig
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import targets

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    targets.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the configuration."""
    return targets.make_configuration(args, "allno.config", lambda configuration: configuration.answer_all("n"))
