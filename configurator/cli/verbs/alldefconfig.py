"""Make a configuration of defaults alone.

Every symbol gets the default of its Kconfig entry, whatever the present .config says; that is kept as .config.old.
KCONFIG_ALLCONFIG names a file whose values hold all the same; 1 stands for alldef.config, else all.config.

example:
  eggcup alldefconfig --config build/.config
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
    return targets.make_configuration(args, "alldef.config", lambda _: None)
