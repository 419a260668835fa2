"""Set symbols in the .config.

Values are y and n, numbers, hexadecimal numbers with 0x, or text as it is. All are set at once, whatever their order,
or none: a value that is wrong or cannot hold because of a dependency is an error that names the dependency.

example:
  eggcup set UART_BAUD=9600 VGA=n HOSTNAME=web1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

    from configurator.model import Assignment, NotTaken


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument(
        "assignments", nargs="+", metavar="SYM=VALUE", help="symbol, with or without CONFIG_, and value"
    )
    options.add_json_option(parser, "print what changed as JSON")


def run(args: argparse.Namespace) -> int:
    """Set the values, say what changed, write the .config."""
    assignments = [_parse(text) for text in args.assignments]
    configuration = options.open_configuration(args)
    before = configuration.values()
    missed = configuration.set_all(assignments)
    if missed:
        raise _refusal(missed)
    asked = {assignment.name.removeprefix("CONFIG_") for assignment in assignments}
    for name, value in configuration.values().items():
        if value != before[name]:
            also = "" if name in asked else "  (follows)"
            output.narrate(f"{name}: {before[name] or '(none)'} -> {value or '(none)'}{also}")
    path = options.config_path(args)
    changed = options.save(configuration, path)
    if args.json:
        from configurator.cli import documents

        document = documents.written(configuration, path, changed=changed)
        output.result_json({**document, "changes": documents.changes(before, configuration.values())})
    return ExitCode.OK


def _parse(text: str) -> Assignment:
    from configurator.model import Assignment

    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text!r} is not SYM=VALUE", hints=[f"eggcup set {name or 'SYM'}=y"])
    return Assignment(name, value)


def _refusal(missed: list[NotTaken]) -> UsageError:
    first, *others = missed
    also = f" (and {', '.join(other.name for other in others)})" if others else ""
    hints = ["set what it needs in the same command", f"eggcup fix {first.name}={first.asked}"] if first.unmet else []
    return UsageError(f"{first}{also}; nothing was written", hints=hints)
