"""Show how two configurations differ, and what that does to the product.

A and B are each a preset, a file, `defaults`, or git:REV[:PATH], a file at a revision (the .config unless PATH is
given), seen with the Kconfig files of that revision. B is the .config when it is left out. ./NAME is a file that is
called like a preset.

What somebody set is told from what merely followed, with the reason, whether a side is a preset of three lines or a
.config with everything. Units that come, go or start at another place, and constants of the generated code, are told
too.

exit codes: 0 when nothing differs, 1 when something does, 2 when there is trouble, as those of diff(1).

example:
  eggcup diff qemu
  eggcup diff git:main:configs/qemu qemu --markdown
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from configurator.compare import Difference


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("a", metavar="A", help="a preset, a file, defaults or git:REV[:PATH]")
    parser.add_argument("b", metavar="B", nargs="?", help="the same (default: the .config)")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--unified", action="store_true", help="lines with - and + below their menus (default)")
    forms.add_argument("--table", action="store_true", help="a table for the terminal")
    forms.add_argument("--diffconfig", action="store_true", help="the format of Linux's scripts/diffconfig")
    forms.add_argument("--markdown", action="store_true", help="for a comment on a pull request")
    options.add_json_option(forms)


def run(args: argparse.Namespace) -> int:
    """Compare and print."""
    from configurator.compare import compare, open_sides

    place = options.place(args)
    names = [args.a, args.b if args.b is not None else str(place.config)]
    with open_sides(names, place, lambda one: options.report(one, strict=args.strict)) as (before, after):
        difference = compare(before, after)
    _form(args)(difference)
    is_different = difference.lines if args.diffconfig else difference.symbols
    return ExitCode.FINDINGS if is_different else ExitCode.OK


def _form(args: argparse.Namespace) -> Callable[[Difference], None]:
    if args.json:
        return _print_json
    if args.table:
        from configurator.cli.tables import print_difference

        return print_difference
    from configurator.compare import render

    chosen = render.markdown if args.markdown else render.diffconfig if args.diffconfig else render.unified
    return lambda difference: output.result_text(chosen(difference))


def _print_json(difference: Difference) -> None:
    from configurator.cli import documents

    output.result_json(documents.difference(difference))
