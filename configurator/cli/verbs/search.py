"""Find symbols, menus and choices by name, prompt and help text.

Every WORD must match, as a regular expression, whatever its case. What matches by name or prompt comes first.

exit codes: 0 when something was found, 1 when nothing was.

example:
  eggcup search serial 'baud|bits'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from configurator.model import Configuration, NodeInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("words", metavar="WORD", nargs="+", help="regular expressions")
    parser.add_argument("--no-help", action="store_true", help="do not look into help texts")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Search and print."""
    configuration = options.open_configuration(args)
    from configurator.model.search import find

    nodes = configuration.nodes()
    found = find(nodes, " ".join(args.words), in_help=not args.no_help)
    if args.json:
        from configurator.cli import documents

        output.result_json([documents.entry(configuration, node) for node in found])
    else:
        width = max((len(_title(configuration, node)) for node in found), default=0)
        for node in found:
            place = configuration.shown(node.location)
            output.result(f"{_title(configuration, node):<{width}}  {node.prompt}  ({place})")
    return ExitCode.OK if found else ExitCode.FINDINGS


def _title(configuration: Configuration, node: NodeInfo) -> str:
    return f"{node.name}={configuration.get(node.name)}" if node.name else node.kind.value
