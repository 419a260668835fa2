"""Starts `eggcup`, so that Ctrl-C ends it with one line from the first moment on, while modules are still imported."""

from __future__ import annotations

import _signal  # this and nothing else: until the handler is there, every import is a moment for a traceback
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_INTERRUPTED = 130  # ExitCode.INTERRUPTED, whose module is not imported yet


def _end(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    """End at once: nothing has been begun, or everything has been put away."""
    os.write(2, b"eggcup: interrupted\n")
    os._exit(_INTERRUPTED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not where Python makes something else of it.

    A callback of the import machinery prints and forgets it; from `__set_name__`, called while a class is made, it
    comes as a RuntimeError (Python 3.11).
    """
    if frame is not None:
        code = frame.f_code
        if code.co_filename.startswith("<frozen importlib") or code.co_name == "__set_name__":
            _end()
    _signal.default_int_handler(number, frame)


def main() -> int:
    """Import and run the command line."""
    if _signal.getsignal(_signal.SIGINT) is not _signal.default_int_handler:  # ignored, as for a job in the background
        from configurator.cli.main import main as run

        return run()
    try:
        _signal.signal(_signal.SIGINT, _end)
        from configurator.cli.main import main as run

        _signal.signal(_signal.SIGINT, _interrupt)
        code = run()
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)  # it is done; the interpreter only has to put things away
    except KeyboardInterrupt:  # one more, while the first was answered
        _end()
    return code


if __name__ == "__main__":
    sys.exit(main())
