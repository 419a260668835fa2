"""Print the script that completes commands, presets and symbol names in bash, zsh or fish.

Names come from the Kconfig files at the moment of asking, so that a new driver's symbols are there at once.

example:
  eggcup completion bash > ~/.local/share/bash-completion/completions/eggcup
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.cli.completion import SCRIPTS, SHELLS, complete
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.add_argument(
        "--line", metavar="TEXT", help="complete a command line up to the cursor; the scripts call this"
    )
    options.add_json_option(parser, "print the script or the words as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the script, or the completions of a line."""
    if args.line is None:
        document: dict[str, object] = {"shell": args.shell, "script": SCRIPTS[args.shell]}
        text = SCRIPTS[args.shell]
    else:
        words = complete(args.line, args.shell)
        document = {"shell": args.shell, "words": words}
        text = "".join(f"{word}\n" for word in words)
    if args.json:
        output.result_json(document)
    else:
        output.result_text(text)
    return ExitCode.OK
