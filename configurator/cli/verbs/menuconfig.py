"""Edit the configuration in the terminal: browse, toggle, search, save.

The keys are those of the Linux kernel's menuconfig and of vi; F1 lists them. Needs a terminal; a script uses
`eggcup set SYMBOL=VALUE` or `eggcup olddefconfig`, and a program that wants JSON `eggcup serve`.

--plain is the same as a dialogue in lines, for a screen reader, a slow line or a pipe: `help` lists the commands.
--web is the screen in a browser on this machine; it needs the extra package of `pip install 'eggcup[web]'`.

example:
  eggcup menuconfig --config boards/server.config
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from configurator.model import Command

_INSTEAD = ("eggcup menuconfig --plain", "eggcup set SYMBOL=VALUE", "eggcup olddefconfig")

_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""What textual-serve puts into TEXTUAL_DRIVER for the editor that it runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--plain", action="store_true", help="talk in lines, without a screen")
    where.add_argument("--web", action="store_true", help="show the screen in a browser, on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port for --web (default: any free one)")
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
    if args.plain:
        return run_plain(args)
    if args.web:
        return run_web(args)
    require_terminal()
    import gc

    gc.disable()  # until the first screen is there: what is made up to then stays, and looking through it costs 30 ms
    from configurator.model import Configuration
    from configurator.session import Session
    from configurator.session.watch import Watch

    path = options.config_path(args)
    watch = Watch(path)
    trust = options.trust(args)
    configuration = Configuration.load(options.kconfig_path(args), path, srctree=options.srctree(), trust=trust)
    if args.strict:  # else the editor shows what was found
        options.report(configuration, strict=True)
    session = Session(configuration, path)
    session.prepare()
    from configurator.tui.start import edit  # now: it fills the memory that reading the tree has left

    code = edit(session, theme=args.theme, ascii_only=args.ascii, watch=watch)
    output.narrate(f"eggcup: wrote {session.path}" if session.was_saved else f"eggcup: {path} is as it was")
    return code


def run_plain(args: argparse.Namespace) -> int:
    """Open the dialogue on the standard streams.

    Raises:
        UsageError: a stream is closed, or the tree or the .config is wrong.
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("the dialogue needs a standard input and output", hints=_INSTEAD[1:])
    from configurator.model import Configuration
    from configurator.plain.dialogue import Dialogue
    from configurator.session import Session

    path = options.config_path(args)
    trust = options.trust(args)
    configuration = Configuration.load(options.kconfig_path(args), path, srctree=options.srctree(), trust=trust)
    if args.strict:  # else the dialogue begins with what was found
        options.report(configuration, strict=True)
    return Dialogue(Session(configuration, path), sys.stdin, sys.stdout).run()


def run_web(args: argparse.Namespace) -> int:
    """Serve the editor to a browser until it has gone.

    Raises:
        UsageError: textual-serve is not installed, the port is taken, or the tree or the .config is wrong.
    """
    try:
        from configurator.web.server import serve
    except ImportError as problem:
        hints = ["pip install 'eggcup[web]'", *_INSTEAD[:1]]
        raise UsageError(f"--web needs the package textual-serve ({problem})", hints=hints) from None
    from dataclasses import replace

    from configurator.model import Approval, Configuration

    path = options.config_path(args)
    trust = options.trust(args)
    answers: list[Approval] = []

    def ask(commands: Sequence[Command]) -> Approval:
        answers.append(trust.ask(commands) if trust.ask else Approval.REFUSED)
        return answers[-1]

    # Mistakes and questions come here, where somebody can read them; the page's editor reads the files again.
    configuration = Configuration.load(
        options.kconfig_path(args), path, srctree=options.srctree(), trust=replace(trust, ask=ask)
    )
    if args.strict:
        options.report(configuration, strict=True)
    before = _content(path)
    command = [sys.executable, "-m", "configurator", "menuconfig", "--config", str(path.absolute())]
    command += ["--kconfig", str(options.kconfig_path(args).absolute())]
    command += [*(["--trust"] if answers or args.trust else []), *(["--theme", args.theme] if args.theme else [])]

    def announce(url: str) -> None:
        output.narrate(f"eggcup: open {url}\neggcup: the address is good for one browser; Ctrl+C ends")

    try:
        serve(command, f"{path} - eggcup menuconfig", port=args.port, announce=announce)
    except (OSError, OverflowError) as problem:
        raise UsageError(f"cannot serve on port {args.port}: {problem}", hints=["leave --port out"]) from None
    output.narrate(f"eggcup: {path} is as it was" if _content(path) == before else f"eggcup: wrote {path}")
    return ExitCode.OK


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def require_terminal() -> None:
    """Refuse to start without a terminal: Textual would wait for ever for keys that cannot come.

    All three streams count, as Textual draws on the standard error. A page that --web serves stands in for a terminal.

    Raises:
        UsageError: a stream is redirected, or the terminal cannot place the cursor.
    """
    if os.environ.get("TEXTUAL_DRIVER") == _WEB_DRIVER:
        return
    streams = {"input": sys.stdin, "output": sys.stdout, "error": sys.stderr}
    redirected = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    if redirected:
        raise UsageError(f"menuconfig needs a terminal; the standard {redirected[0]} is none", hints=_INSTEAD)
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise UsageError(f"menuconfig cannot draw on a terminal of type {os.environ['TERM']}", hints=_INSTEAD)
