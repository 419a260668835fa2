"""Fixtures of the interface's tests: a tree with one of everything, a state on it, and an editor driven by keys."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from rich.cells import cell_len

from configurator.model import Configuration
from configurator.tui.app import MenuconfigApp
from configurator.tui.state import MenuState

if TYPE_CHECKING:
    from collections.abc import Callable

TREE = Path(__file__).parent / "data" / "Kconfig"

# A key by its name, or a click at a column and a line of the screen.
Input = str | tuple[int, int]

_SVG_TEXT = re.compile(r'<text class="[^"]*" x="([0-9.]+)" y="[0-9.]+" [^>]*line-([0-9]+)\)">([^<]*)</text>')
_SVG_CELL = 12.2  # width of a character in the picture


@dataclass(frozen=True)
class Shown:
    """What an editor shows after the keys it was given."""

    svg: str
    state: MenuState
    screen: str
    classes: frozenset[str]
    left: bool

    @property
    def lines(self) -> list[str]:
        """Return the lines of the screen, without the spaces at their ends."""
        lines: dict[int, str] = {}
        for x, number, text in _SVG_TEXT.findall(self.svg):
            before = lines.get(int(number), "")
            gap = round(float(x) / _SVG_CELL) - cell_len(before)
            lines[int(number)] = before + " " * gap + html.unescape(text).replace("\xa0", " ")
        return [lines.get(number, "").rstrip() for number in range(max(lines, default=-1) + 1)]

    @property
    def text(self) -> str:
        """Return the screen as one text."""
        return "\n".join(self.lines)

    @property
    def footer(self) -> str:
        """Return the last line."""
        return self.lines[-1]

    @property
    def message(self) -> str:
        """Return the line above the footer."""
        return self.lines[-2].strip()

    @property
    def row(self) -> str:
        """Return the row under the cursor of the menu."""
        return self.state.rows[self.state.cursor].text.strip()


class Edit(Protocol):
    """Runs an editor: gives it keys and clicks, and returns what it shows then."""

    def __call__(self, *inputs: Input, size: tuple[int, int] = (80, 24), state: MenuState | None = None) -> Shown:
        """Run it."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a .config that holds the tree's defaults, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = Path(".config")
    Configuration.load(TREE).write(path)
    return path


@pytest.fixture
def open_state(config: Path) -> Callable[[], MenuState]:
    """Return what opens the .config anew."""
    return lambda: MenuState(Configuration.load(TREE, config), config)


@pytest.fixture
def state(open_state: Callable[[], MenuState]) -> MenuState:
    """Return the state of an editor that has just opened the .config."""
    return open_state()


@pytest.fixture
def edit(open_state: Callable[[], MenuState]) -> Edit:
    """Return what runs an editor on the .config."""

    def run(*inputs: Input, size: tuple[int, int] = (80, 24), state: MenuState | None = None) -> Shown:
        return asyncio.run(_drive(state or open_state(), inputs, size))

    return run


async def _drive(state: MenuState, inputs: tuple[Input, ...], size: tuple[int, int]) -> Shown:
    app = MenuconfigApp(state)
    async with app.run_test(size=size) as pilot:
        for one in inputs:
            if isinstance(one, str):
                await pilot.press(one)
            else:
                await pilot.click(offset=one)
        await pilot.pause()
        return Shown(
            svg=app.export_screenshot(title="eggcup menuconfig"),
            state=state,
            screen=type(app.screen).__name__,
            classes=app.screen.classes,
            left=app._exit,  # noqa: SLF001 - Textual has no public way to ask whether the application is leaving
        )
