"""Tables for the terminal; the one place, with `progress`, that needs rich."""

from __future__ import annotations

import io
import os
import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from configurator.cli import output
from configurator.compare import render

if TYPE_CHECKING:
    from configurator.compare import Difference, SymbolDifference

_WIDTH_OF_A_FILE = 120


def print_difference(difference: Difference) -> None:
    """Print a difference as tables: what was set, what followed, the product."""
    if not difference.symbols:
        return
    parts: list[RenderableType] = [Text(f"{difference.before} -> {difference.after}", style="bold")]
    if difference.is_set:
        parts.append(_table("set", difference.is_set, with_reason=False))
    if difference.follows:
        parts.append(_table("follows", difference.follows, with_reason=True))
    parts += [Text(line) for line in render.product_lines(difference.product)]
    _print(Group(*parts))


def _table(title: str, symbols: tuple[SymbolDifference, ...], *, with_reason: bool) -> Table:
    table = Table(title=title, title_justify="left", title_style="", box=None, pad_edge=False)
    headings = ["symbol", "setting", "before", "after", *(["why"] if with_reason else [])]
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for one in symbols:
        setting = " > ".join([*one.menu, *([one.prompt] if one.prompt else [])])
        cells = [one.name, setting, render.shown(one.before), render.shown(one.after), one.reason]
        table.add_row(*(Text(cell) for cell in cells[: len(headings)]))  # Text: nothing of it is markup
    return table


def _print(renderable: RenderableType) -> None:
    """Write to stdout as everything else does; coloured on a terminal that shows colours."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal or os.environ.get("COLUMNS") else _WIDTH_OF_A_FILE
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=is_terminal, highlight=False)
    console.print(renderable)
    output.result_text("".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines()))
