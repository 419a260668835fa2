"""Bring a .config up to date, asking for what is new.

Asks on the terminal, or takes answers from piped input, a line each; an empty line takes the default, ? shows the help.
When the input ends before the questions do, the command ends with 1 and nothing is written, unless --defaults is given.

--check asks and writes nothing: it lists the new symbols, shows what would change in the file, and ends with 1 when
there is something.

example:
  eggcup oldconfig
  eggcup oldconfig --check --strict
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, FindingsError, Location, UsageError

if TYPE_CHECKING:
    import argparse

    from configurator.model import Configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("--defaults", action="store_true", help="at the end of the input, the rest have their defaults")
    parser.add_argument("--check", action="store_true", help="ask and write nothing, end with 1 when it is out of date")
    options.add_json_option(parser, "print what was done as JSON")


def run(args: argparse.Namespace) -> int:
    """Ask and write, or compare."""
    from configurator.cli import documents

    path = options.config_path(args)
    if args.check:
        return _check(args)
    configuration = options.open_configuration(args)
    from configurator.cli.dialogue import ask_all

    before = configuration.values()
    answered = ask_all(configuration, defaults_at_end=args.defaults)
    changed = options.save(configuration, path)
    if args.json:
        document = documents.written(configuration, path, changed=changed)
        changes = documents.changes(before, configuration.values())
        output.result_json({**document, "answered": answered, "changes": changes})
    return ExitCode.OK


def _check(args: argparse.Namespace) -> int:
    path = options.config_path(args)
    configuration = options.open_configuration(args)
    if configuration.path is None:
        raise UsageError("there is no such file", location=Location(str(path)), hints=["eggcup defconfig"])
    new, difference = configuration.new_symbols(), configuration.difference(path)
    if args.json:
        document = {"config": str(path), "fresh": not (new or difference), "new": _values(configuration, new)}
        output.result_json({**document, "difference": difference})
    else:
        for name in new:
            output.result(f"CONFIG_{name}={configuration.get(name)}")
        output.result_text(difference)
    if not new and not difference:
        output.narrate(f"eggcup: {path} is up to date")
        return ExitCode.OK
    number = "1 new symbol" if len(new) == 1 else f"{len(new)} new symbols"
    what = number if new else "it is not what olddefconfig would write"
    output.error(FindingsError(f"is out of date: {what}", location=Location(str(path)), hints=["eggcup oldconfig"]))
    return ExitCode.FINDINGS


def _values(configuration: Configuration, names: list[str]) -> dict[str, str]:
    return {name: configuration.get(name) for name in names}
