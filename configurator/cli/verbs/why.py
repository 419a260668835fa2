"""Explain a value: where it comes from, what forces it, what keeps it from being set, down the chain.

example:
  eggcup why KBD
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from configurator.model import Configuration
    from configurator.model.why import Why


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("symbol", metavar="SYM", help="symbol, with or without CONFIG_")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    configuration = options.open_configuration(args)
    why = configuration.analysis.why(args.symbol)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.why(why))
        return ExitCode.OK
    for line in _about(configuration, why):
        output.result(line)
    for line in _lines(why, ""):
        output.result(line)
    if why.blocked_by:
        output.result(f"  eggcup fix {why.name} shows what to change")
    return ExitCode.OK


def _about(configuration: Configuration, why: Why) -> Iterator[str]:
    info = configuration.symbol(why.name)
    title = " > ".join([*configuration.analysis.menu_path(why.name), info.prompt or "no prompt"])
    place = f", {configuration.shown(info.location)}" if info.location else ""
    yield f"{why.name}: {title}{place}"


def _lines(why: Why, indent: str) -> Iterator[str]:
    from configurator.model.origin import OriginKind

    yield f"{indent}{why.name} is {why.value or 'without a value'}: {why.origin.text}"
    for deeper in why.because:
        yield from _lines(deeper, f"{indent}  ")
    if why.blocked_by and why.origin.kind is not OriginKind.DEPENDENCY:
        yield f"{indent}  it cannot be set: it needs {' and '.join(map(str, why.blocked_by))}"
    for deeper in why.blockers:
        yield from _lines(deeper, f"{indent}  ")
