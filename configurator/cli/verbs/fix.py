"""Find the smallest changes that give a symbol a value, or make it settable, and make them with --apply.

Each plan is a set of changes, shown with all that follows from them; the smallest comes first, and that one is taken by
--apply unless --plan names another one. Without =VALUE a plan is sought that lets the symbol be set.

exit codes: 0 when there is a plan, 1 when no way was found.

example:
  eggcup fix KBD=y --apply
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, FindingsError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from configurator.model import Configuration
    from configurator.model.planner import Change, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("goal", metavar="SYM=VALUE", help="the value that is wanted; SYM alone: that it can be set")
    parser.add_argument("--apply", action="store_true", help="make the changes in the .config")
    parser.add_argument("--plan", type=int, default=1, metavar="N", help="the plan that --apply takes (default: 1)")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the plans; apply one."""
    name, equals, value = args.goal.partition("=")
    if not name:
        raise UsageError(f"{args.goal!r} is not SYM=VALUE", hints=["eggcup fix SYM=y"])
    configuration = options.open_configuration(args)
    plans = configuration.analysis.plans(name, value if equals else None)
    if not plans:
        raise FindingsError(
            f"no way was found to {args.goal}{_obstacle(configuration, name)}", hints=[f"eggcup why {name}"]
        )
    if not 1 <= args.plan <= len(plans):
        raise UsageError(f"there is no plan {args.plan}, they go from 1 to {len(plans)}")
    changed = _apply(args, configuration, plans[args.plan - 1]) if args.apply else False
    if args.json:
        from configurator.cli import documents

        output.result_json({"goal": args.goal, "plans": documents.planned(plans), "written": changed})
        return ExitCode.OK
    _print(plans if not args.apply else [plans[args.plan - 1]], args)
    return ExitCode.OK


def _obstacle(configuration: Configuration, name: str) -> str:
    """Return what is known to stand in the way."""
    unmet = configuration.analysis.why(name).blocked_by
    if unmet:
        return f": it needs {' and '.join(map(str, unmet))}"
    limits = configuration.symbol(name).range
    return f": it goes from {limits[0]} to {limits[1]}" if limits else ""


def _apply(args: argparse.Namespace, configuration: Configuration, plan: Plan) -> bool:
    configuration.apply(plan)
    return options.save(configuration, options.config_path(args))


def _print(plans: Sequence[Plan], args: argparse.Namespace) -> None:
    if not plans[0].changes:
        output.result(f"{args.goal}: nothing needs to change")
        return
    for number, plan in enumerate(plans, start=1):
        command = " ".join(f"{change.name}={_quoted(change.after)}" for change in plan.changes)
        output.result(f"done: {command}" if args.apply else f"plan {number}: eggcup set {command}")
        for change in plan.consequences:
            output.result(f"  {_step(change)}  ({change.reason})")


def _step(change: Change) -> str:
    return f"{change.name}: {change.before or '(none)'} -> {change.after or '(none)'}"


def _quoted(value: str) -> str:
    import shlex

    return shlex.quote(value)
