"""The options that verbs share, and what they open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import output
from configurator.errors import FindingsError, Location, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Container

    from configurator.compare import Place
    from configurator.model import Configuration, FindingKind, Trust

DEFAULT_CONFIG = ".config"
_MOST_TREE_WARNINGS = 20


def add_configuration_options(parser: argparse.ArgumentParser) -> None:
    """Add `--kconfig`, `--config`, `--strict` and `--trust`."""
    parser.add_argument(
        "--kconfig", type=Path, metavar="FILE", help="root Kconfig file (default: $srctree/Kconfig, else eggcup's own)"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"configuration (default: $KCONFIG_CONFIG, else {DEFAULT_CONFIG})",
    )
    parser.add_argument(
        "--strict", action="store_true", help="end with 1 when a line of the configuration has not its effect"
    )
    parser.add_argument(
        "--trust", action="store_true", help="let the Kconfig tree run its commands, $(shell,...), without asking"
    )


def add_json_option(parser: argparse._ActionsContainer, what: str = "print JSON") -> None:
    """Add `--json`; with it an error is a JSON document on stdout too."""
    parser.add_argument("--json", action="store_true", help=what)


def kconfig_path(args: argparse.Namespace) -> Path:
    """Return the root Kconfig file to use; one that is not here is looked for in $srctree."""
    folder = srctree()
    if args.kconfig is None:
        if folder is not None:
            return folder / "Kconfig"
        from configurator.source import source_root

        return source_root() / "Kconfig"
    path = Path(args.kconfig)
    if folder is not None and not path.is_absolute() and not path.exists():
        return folder / path
    return path


def srctree() -> Path | None:
    """Return $srctree, the folder that paths in Kconfig files are relative to, as kconfig's own tools take it."""
    named = os.environ.get("srctree")  # noqa: SIM112 - kconfig spells it so
    return Path(named) if named else None


def tree_root(args: argparse.Namespace) -> Path:
    """Return the folder of the tree, where its presets lie too."""
    return srctree() or kconfig_path(args).parent


def trust(args: argparse.Namespace) -> Trust:
    """Return who allows the commands that the tree runs while it is read."""
    from configurator.cli.trust import trust_in

    return trust_in(kconfig_path(args), tree_root(args), everything=args.trust)


def config_path(args: argparse.Namespace) -> Path:
    """Return the .config to read and write."""
    return Path(args.config) if args.config is not None else Path(os.environ.get("KCONFIG_CONFIG") or DEFAULT_CONFIG)


def place(args: argparse.Namespace) -> Place:
    """Return where the sides of a comparison are looked for."""
    from configurator.compare import Place

    return Place(kconfig_path(args), srctree(), config_path(args), trust(args))


def open_tree(args: argparse.Namespace) -> Configuration:
    """Load the tree with its defaults."""
    from configurator.model import Configuration

    return Configuration.load(kconfig_path(args), srctree=srctree(), trust=trust(args))


def open_configuration(args: argparse.Namespace, *, may_be_new: bool = False) -> Configuration:
    """Load the configuration and say on stderr what is suspicious about it.

    Args:
        args: the verb's options.
        may_be_new: also a file named with `--config` need not exist yet, as for an editor.

    Raises:
        UsageError: the tree or the configuration is wrong, or a file named with `--config` does not exist.
        FindingsError: under `--strict`, a line of the configuration has not its effect.
    """
    from configurator.model import Configuration

    path = config_path(args)
    configuration = Configuration.load(kconfig_path(args), path, srctree=srctree(), trust=trust(args))
    if configuration.path is None:
        if args.config is not None and not may_be_new:
            raise UsageError("there is no such file", location=Location(str(path)), hints=[_beginning(args)])
        output.narrate(f"eggcup: there is no {path}, the defaults hold")
    report(configuration, strict=args.strict)
    return configuration


def _beginning(args: argparse.Namespace) -> str:
    """Return the command that makes the configuration that is not there."""
    if args.config is None:
        return "eggcup defconfig"
    import shlex

    return f"eggcup defconfig --config {shlex.quote(str(args.config))}"


def report(configuration: Configuration, *, strict: bool, allowed: Container[FindingKind] = ()) -> None:
    """Say what the files asked for and did not get, and what is suspicious in the Kconfig tree.

    Args:
        configuration: has just been read.
        strict: make findings an error.
        allowed: kinds of findings that are none under `strict`.

    Raises:
        FindingsError: there are findings, and `strict` is given.
    """
    _warn_of_tree(configuration)
    for migration in configuration.migrations:
        output.narrate(f"eggcup: note: {migration}")
    failing = [finding for finding in configuration.findings if strict and finding.kind not in allowed]
    for finding in configuration.findings:
        output.finding(str(finding), finding.hints, is_error=finding in failing)
    if failing:
        from configurator.cli import documents

        number = "1 finding" if len(failing) == 1 else f"{len(failing)} findings"
        raise FindingsError(
            f"{number} under --strict; nothing was written", findings=[documents.finding(one) for one in failing]
        )


def _warn_of_tree(configuration: Configuration) -> None:
    """Warn of the Kconfig tree; thousands of warnings, as a part of Linux's tree gives, would bury everything else."""
    warnings = configuration.tree_warnings
    shown = warnings if len(warnings) <= _MOST_TREE_WARNINGS else ()
    for warning in shown:
        place = configuration.shown(warning.location) if warning.location else None
        output.warn(warning.message if place is None else f"{place}: {warning.message}")
    if len(shown) < len(warnings):
        output.warn(f"the Kconfig tree has {len(warnings)} doubtful places; `eggcup lint` lists them")


def save(configuration: Configuration, path: Path) -> bool:
    """Write the .config and say whether it changed, on stderr and to the caller."""
    changed = configuration.write(path)
    output.narrate(f"eggcup: wrote {path}" if changed else f"eggcup: {path} is up to date")
    return changed
