"""The options that verbs share, and what they open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import output
from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    import argparse

    from configurator.model import Configuration

DEFAULT_CONFIG = ".config"


def add_configuration_options(parser: argparse.ArgumentParser) -> None:
    """Add `--kconfig` and `--config`."""
    parser.add_argument("--kconfig", type=Path, metavar="FILE", help="root Kconfig file (default: eggcup's own)")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"configuration (default: $KCONFIG_CONFIG, else {DEFAULT_CONFIG})",
    )


def kconfig_path(args: argparse.Namespace) -> Path:
    """Return the root Kconfig file to use."""
    if args.kconfig is not None:
        return Path(args.kconfig)
    from configurator.source import source_root

    return source_root() / "Kconfig"


def config_path(args: argparse.Namespace) -> Path:
    """Return the .config to read and write."""
    return Path(args.config) if args.config is not None else Path(os.environ.get("KCONFIG_CONFIG") or DEFAULT_CONFIG)


def open_configuration(args: argparse.Namespace, *, to_change: bool = False) -> Configuration:
    """Load the configuration and say on stderr what is suspicious about it.

    Args:
        args: the verb's options.
        to_change: the verb writes the configuration, so that a missing one is a beginning.

    Raises:
        UsageError: the tree or the configuration is wrong, or a file named with `--config` does not exist.
    """
    from configurator.model import Configuration

    path = config_path(args)
    configuration = Configuration.load(kconfig_path(args), path)
    if configuration.path is None and not to_change:
        if args.config is not None:
            raise UsageError("there is no such file", location=Location(str(path)), hints=["eggcup defconfig"])
        output.narrate(f"eggcup: there is no {path}, the defaults hold")
    report(configuration)
    return configuration


def report(configuration: Configuration) -> None:
    """Warn of what the .config asked for and did not get, and of what is suspicious in it or in the Kconfig tree."""
    for warning in configuration.warnings:
        place = configuration.shown(warning.location) if warning.location else None
        output.warn(warning.message if place is None else f"{place}: {warning.message}")
    for missed in configuration.not_taken:
        output.warn(f"{missed.location}: {missed}" if missed.location else str(missed))


def save(configuration: Configuration, path: Path) -> None:
    """Write the .config and say whether it changed."""
    changed = configuration.write(path)
    output.narrate(f"eggcup: wrote {path}" if changed else f"eggcup: {path} is up to date")
