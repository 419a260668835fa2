"""Edit the configuration in the terminal: browse, toggle, search, save.

The keys are those of the Linux kernel's menuconfig and of vi; `?` lists them. Needs a terminal; a script uses
`eggcup set SYMBOL=VALUE` or `eggcup olddefconfig`, and a program that wants JSON `eggcup serve`.

example:
  eggcup menuconfig --config boards/server.config
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import UsageError

if TYPE_CHECKING:
    import argparse

_INSTEAD = ("eggcup set SYMBOL=VALUE", "eggcup olddefconfig")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("--theme", metavar="NAME", default="", help="the colours; $EGGCUP_THEME, else eggcup's own")
    parser.add_argument("--ascii", action="store_true", help="draw nothing but ASCII")
    options.add_json_option(parser, "refused: an editor for the terminal has no JSON; `eggcup serve` has")


def run(args: argparse.Namespace) -> int:
    """Open the editor.

    Raises:
        UsageError: there is no terminal to draw on, or the tree or the .config is wrong.
    """
    if args.json:
        raise UsageError("menuconfig draws on the terminal and has no JSON", hints=["eggcup serve", *_INSTEAD])
    require_terminal()
    import gc

    gc.disable()  # until the first screen is there: what is made up to then stays, and looking through it costs 30 ms
    from configurator.model import Configuration
    from configurator.session import Session
    from configurator.session.watch import Watch
    from configurator.tui.start import edit

    path = options.config_path(args)
    watch = Watch(path)
    configuration = Configuration.load(options.kconfig_path(args), path, srctree=options.srctree())
    if args.strict:  # else the editor shows what was found
        options.report(configuration, strict=True)
    session = Session(configuration, path)
    code = edit(session, theme=args.theme, ascii_only=args.ascii, watch=watch)
    output.narrate(f"eggcup: wrote {session.path}" if session.was_saved else f"eggcup: {path} is as it was")
    return code


def require_terminal() -> None:
    """Refuse to start without a terminal: Textual would wait for ever for keys that cannot come.

    All three streams count, as Textual draws on the standard error.

    Raises:
        UsageError: a stream is redirected, or the terminal cannot place the cursor.
    """
    streams = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    redirected = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    if redirected:
        raise UsageError(f"menuconfig needs a terminal; the standard {redirected[0]} is none", hints=_INSTEAD)
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise UsageError(f"menuconfig cannot draw on a terminal of type {os.environ['TERM']}", hints=_INSTEAD)
