"""Merge fragments into a configuration; of several values for a symbol the last one counts.

BASE is a preset, a file or `defaults`; each FRAGMENT is a preset or a file. Every value that a later file overrides is
reported, and every value that did not survive, with file and line and the reason. --strict ends with 1 on either, and
nothing is written; with --allow-overrides only on what did not survive.

example:
  eggcup merge qemu boards/server.config debug.config -o server.config --strict --allow-overrides
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("base", metavar="BASE", help="a preset, a file or defaults")
    parser.add_argument("fragments", metavar="FRAGMENT", nargs="+", help="presets or files, the last one counts most")
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write, - for stdout (default: the .config)")
    parser.add_argument("--allow-overrides", action="store_true", help="with --strict: a fragment may override")
    options.add_json_option(parser, "print what was found as JSON")


def run(args: argparse.Namespace) -> int:
    """Read the files one after the other and write the result."""
    if args.output == "-" and args.json:
        raise UsageError("-o - and --json both go to stdout")
    from configurator.compare import find_file
    from configurator.model import FindingKind

    place = options.place(args)
    base = [] if args.base == "defaults" else [find_file(args.base, place)]
    configuration = options.open_tree(args)
    configuration.read(*base, *(find_file(name, place) for name in args.fragments))
    allowed = {FindingKind.OVERRIDDEN} if args.allow_overrides else set()
    options.report(configuration, strict=args.strict, allowed=allowed)
    if args.output == "-":
        output.result_text(configuration.text())
        return ExitCode.OK
    path = Path(args.output) if args.output else place.config
    changed = options.save(configuration, path)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.written(configuration, path, changed=changed))
    return ExitCode.OK
