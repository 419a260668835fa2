"""Save what differs from the defaults, as a preset.

Writes the few lines from which `eggcup defconfig ./FILE` makes the same configuration again. Comment lines at the head
of an existing FILE stay; they describe a preset.

example:
  eggcup savedefconfig configs/server
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument(
        "file", nargs="?", metavar="FILE", default="defconfig", help="file to write, - for stdout (default: defconfig)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the minimal configuration."""
    configuration = options.open_configuration(args)
    if args.file == "-":
        output.result_text(configuration.minimal_text())
        return ExitCode.OK
    changed = configuration.write_minimal(Path(args.file))
    output.narrate(f"eggcup: wrote {args.file}" if changed else f"eggcup: {args.file} is up to date")
    return ExitCode.OK
