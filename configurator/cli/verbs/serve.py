"""Answer an editor or an IDE: requests on standard input, answers on standard output, a line of JSON each.

docs/serve.md describes the methods: load, get, set, visible, ranges, why, fix, menu, save, quit. The conversation ends
with quit, or with the input.

example:
  echo '{"id": 1, "method": "get", "symbols": ["UART"]}' | eggcup serve
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    options.add_json_option(parser, "changes nothing: all answers are JSON")


def run(args: argparse.Namespace) -> int:
    """Answer until the input ends."""
    configuration = options.open_configuration(args, may_be_new=True)
    import json

    from configurator.cli.server import Session

    session = Session(configuration, options.config_path(args))
    output.result(json.dumps(session.greeting(), ensure_ascii=False))
    while not session.is_over and (line := _next_line()):
        if line.strip():
            output.result(json.dumps(session.answer(line), ensure_ascii=False))
    return ExitCode.OK


def _next_line() -> str:
    """Return a line of the input as UTF-8, "" at its end; what is not UTF-8 makes a request that is not JSON."""
    if sys.stdin is None:
        return ""
    return sys.stdin.buffer.readline().decode("utf-8", "replace")
