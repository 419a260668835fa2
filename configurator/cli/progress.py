"""Shows on a terminal that a long step is under way; says nothing anywhere else."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from configurator.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def activity(text: str) -> Iterator[Callable[[str], None]]:
    """Show `text` with a spinner while the block runs.

    Yields:
        What takes the messages of the programs that the block runs; they appear above the spinner.
    """
    if not sys.stderr.isatty():
        yield output.pass_through
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    with console.status(Text(text)) as status:

        def above(line: str) -> None:
            status.stop()
            output.pass_through(line)
            status.start()

        yield above
