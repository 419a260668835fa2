"""Tell of every value where it comes from: a line of a file, a default, a select, a choice, a dependency.

Without FILE it is the .config that is looked at. With FILEs, presets or files as for `merge`, each value is traced to
the preset or fragment that it comes from. --set leaves out what has its default or follows.

example:
  eggcup trace tiny boards/server.config --set
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from configurator.model import Configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("files", metavar="FILE", nargs="*", help="presets or files, the last one counts most")
    parser.add_argument("--set", action="store_true", help="only what a line sets to another value than the default")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the values with their origins."""
    from configurator.model.origin import OriginKind

    configuration = _open(args)
    values, minimal = configuration.values(), configuration.minimal_values()
    wanted = minimal if args.set else values
    origins = {name: configuration.analysis.origin(name) for name in wanted}
    if args.json:
        from configurator.cli import documents

        output.result_json(
            [{**documents.traced(name, values[name], origin), "is_default": name not in minimal}
             for name, origin in origins.items()]
        )  # fmt: skip
        return ExitCode.OK
    width = max((len(name) + len(values[name]) for name in origins), default=0) + 1
    for name, origin in origins.items():
        as_default = " (the default)" if origin.kind is OriginKind.LINE and name not in minimal else ""
        output.result(f"{f'{name}={values[name]}':<{width}}  {origin.text}{as_default}")
    return ExitCode.OK


def _open(args: argparse.Namespace) -> Configuration:
    if not args.files:
        return options.open_configuration(args)
    from configurator.compare import find_file

    place = options.place(args)
    configuration = options.open_tree(args)
    configuration.read(*(find_file(name, place) for name in args.files if name != "defaults"))
    options.report(configuration, strict=args.strict)
    return configuration
