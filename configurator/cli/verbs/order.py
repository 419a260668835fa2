"""List the units in the order in which they start, and why.

Order comes from the dependencies in the Kconfig files alone; where they leave a choice, units go by name.

example:
  eggcup order --json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from configurator.generate import OrderedUnit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    options.add_json_option(parser, "print JSON, with the place of every edge")
    parser.add_argument(
        "--reverse-ties", action="store_true", help="where dependencies leave a choice, go by name backwards"
    )


def run(args: argparse.Namespace) -> int:
    """Print the order."""
    configuration = options.open_configuration(args)
    from configurator.generate import init_order

    order = init_order(configuration, reverse_ties=args.reverse_ties)
    if args.json:
        output.result_json({"config": f"sha256:{configuration.digest()}", "units": [_as_json(one) for one in order]})
        return ExitCode.OK
    symbol_width = max((len(one.unit.symbol) for one in order), default=0)
    folder_width = max((len(one.unit.folder) for one in order), default=0)
    for place, one in enumerate(order, start=1):
        reasons = "; ".join(f"{before.reason} ({before.edges[-1].location})" for before in one.after)
        output.result(
            f"{place:3} {one.unit.symbol:<{symbol_width}}  {one.unit.folder:<{folder_width}}  {reasons}".rstrip()
        )
    return ExitCode.OK


def _as_json(ordered: OrderedUnit) -> dict[str, object]:
    unit = ordered.unit
    return {
        "symbol": unit.symbol,
        "folder": unit.folder,
        "prompt": unit.prompt,
        "location": str(unit.location),
        "after": [
            {
                "symbol": before.symbol,
                "reason": before.reason,
                "edges": [
                    {"before": e.before, "after": e.after, "kind": e.kind.value, "location": str(e.location)}
                    for e in before.edges
                ],
            }
            for before in ordered.after
        ],
    }
