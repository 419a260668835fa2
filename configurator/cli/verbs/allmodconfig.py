"""Make a configuration with everything as a module that can be one.

For a tree that has modules, as the Linux kernel's; eggcup's own has none. Every tristate is answered with m and every
bool with y. The present .config is not read, and kept as .config.old. KCONFIG_ALLCONFIG names a file whose values hold
all the same; 1 stands for allmod.config, else all.config.

example:
  eggcup allmodconfig --kconfig ../linux/Kconfig
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import targets
from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    import argparse

    from configurator.model import Configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    targets.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the configuration; refuse a tree without modules."""
    return targets.make_configuration(args, "allmod.config", _answer_m)


def _answer_m(configuration: Configuration) -> None:
    if not configuration.has_modules:
        raise UsageError(
            "this tree has no modules: no symbol has the keyword 'modules'",
            location=Location(str(configuration.kconfig)),
            hints=["eggcup allyesconfig"],
        )
    configuration.answer_all("m")
