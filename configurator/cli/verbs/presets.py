"""List the presets, find those for which an expression holds, check that they are up to date.

EXPR is in Kconfig's language. --check ends with 1 when a preset is not what `savedefconfig` would write, or has a line
without effect; FILEs name presets or files, all presets unless given.

example:
  eggcup presets --where 'UART && LOG_LEVEL >= 3'
  eggcup presets --check
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from configurator.model import Configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("files", metavar="PRESET", nargs="*", help="presets or files to look at (default: all presets)")
    parser.add_argument("--where", metavar="EXPR", help="only presets for which the expression is not n")
    parser.add_argument("--check", action="store_true", help="end with 1 when one is out of date")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """List, select or check."""
    if args.where is not None and args.check:
        raise UsageError("--where and --check do not go together")
    configuration = options.open_tree(args)
    if args.where is not None:
        configuration.analysis.evaluate(args.where)  # a wrong expression is told before any preset is read
    files = _files(args)
    if args.check:
        return _check(args, configuration, files)
    chosen = {}
    for name, path in files.items():
        configuration.read(path)
        options.report(configuration, strict=args.strict)
        if args.where is None or configuration.analysis.evaluate(args.where) != "n":
            chosen[name] = path
    _list(chosen, as_json=args.json)
    return ExitCode.OK if chosen else ExitCode.FINDINGS


def _files(args: argparse.Namespace) -> dict[str, Path]:
    from configurator import source
    from configurator.compare import find_file

    if not args.files:
        return source.presets(options.tree_root(args))
    place = options.place(args)
    return {name: find_file(name, place) for name in args.files}


def _list(files: dict[str, Path], *, as_json: bool) -> None:
    from configurator.model import leading_comment

    described = {name: leading_comment(path).partition("\n")[0].lstrip("# ") for name, path in files.items()}
    if as_json:
        output.result_json([{"name": name, "file": str(files[name]), "description": text}
                            for name, text in described.items()])  # fmt: skip
        return
    width = max(map(len, files), default=0)
    for name, text in described.items():
        output.result(f"{name:<{width}}  {text}".rstrip())


def _check(args: argparse.Namespace, configuration: Configuration, files: dict[str, Path]) -> int:
    from configurator.cli import documents

    stale = []
    for name, path in files.items():
        configuration.read(path)
        for finding in configuration.findings:
            output.finding(str(finding), finding.hints, is_error=True)
        difference = configuration.minimal_difference(path)
        if difference or configuration.findings:
            stale.append(
                {"name": name, "file": str(path), "difference": difference, **documents.reading(configuration)}
            )
        if not args.json:
            output.result_text(difference)
    if args.json:
        output.result_json(stale)
    for one in stale:
        output.narrate(f"eggcup: {one['file']} is out of date")
        output.narrate(f"  try: eggcup defconfig {_as_argument(one)} && eggcup savedefconfig {one['file']}")
    return ExitCode.FINDINGS if stale else ExitCode.OK


def _as_argument(one: dict[str, object]) -> str:
    name = str(one["name"])
    return name if "/" in name or name != one["file"] else f"./{name}"
