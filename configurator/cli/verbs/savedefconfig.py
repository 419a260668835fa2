"""Save what differs from the defaults, as a preset.

Writes the few lines from which `eggcup defconfig ./FILE` makes the same configuration again. Comment lines at the head
of an existing FILE stay; they describe a preset.

--check writes nothing: it shows how FILE differs from what would be written, and ends with 1 when it does.

example:
  eggcup savedefconfig configs/server
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, FindingsError, Location, UsageError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument(
        "file", nargs="?", metavar="FILE", default="defconfig", help="file to write, - for stdout (default: defconfig)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, end with 1 when FILE is out of date")
    options.add_json_option(parser, "print what was done as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the minimal configuration, or compare it."""
    if args.file == "-" and (args.check or args.json):
        raise UsageError("- as FILE goes neither with --check nor with --json")
    configuration = options.open_configuration(args)
    if args.file == "-":
        output.result_text(configuration.minimal_text())
        return ExitCode.OK
    path = Path(args.file)
    if args.check:
        if not path.exists():
            raise UsageError(
                "there is no such file", location=Location(str(path)), hints=[f"eggcup savedefconfig {path}"]
            )
        return _check(configuration.minimal_difference(path), path, as_json=args.json)
    changed = configuration.write_minimal(path)
    output.narrate(f"eggcup: wrote {path}" if changed else f"eggcup: {path} is up to date")
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.written(configuration, path, changed=changed))
    return ExitCode.OK


def _check(difference: str, path: Path, *, as_json: bool) -> int:
    if as_json:
        output.result_json({"file": str(path), "fresh": not difference, "difference": difference})
    else:
        output.result_text(difference)
    if difference:
        problem = FindingsError(
            "is not what savedefconfig would write",
            location=Location(str(path)),
            hints=[f"eggcup savedefconfig {path}"],
        )
        output.error(problem)
        return ExitCode.FINDINGS
    output.narrate(f"eggcup: {path} is up to date")
    return ExitCode.OK
