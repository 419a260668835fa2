"""Fixtures of the interface's tests: a tree with one of everything, a state on it, and an editor driven by keys."""

from __future__ import annotations

import asyncio
import html
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from rich.cells import cell_len

from configurator.model import Configuration
from configurator.session import Session
from configurator.tui.app import MenuconfigApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.strip import Strip

    from configurator.session.watch import Watch
    from configurator.tui.browsing import Browsing

TREE = Path(__file__).parent / "data" / "Kconfig"

PATIENCE = 100  # looks at whether all keys have been handled

# A key by its name, a click at a column and a line of the screen, or "look" for the next look at the file on disk.
Input = str | tuple[int, int]

_SVG_TEXT = re.compile(r'<text class="[^"]*" x="([0-9.]+)" y="[0-9.]+" [^>]*line-([0-9]+)\)">([^<]*)</text>')
_SVG_CELL = 12.2  # width of a character in the picture


@dataclass(frozen=True)
class Shown:
    """What an editor shows after the keys it was given."""

    svg: str
    app: MenuconfigApp
    session: Session
    screen: str
    classes: frozenset[str]
    left: bool
    bells: int
    strips: tuple[Strip, ...]

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
    def keys(self) -> str:
        """Return the last line."""
        return self.lines[-1].strip()

    @property
    def status(self) -> str:
        """Return the line above the keys."""
        return self.lines[-2].strip()

    @property
    def browsing(self) -> Browsing:
        """Return what the main list shows."""
        return self.app.get_default_screen().browsing

    @property
    def row(self) -> str:
        """Return the row under the cursor of the main list."""
        browsing = self.browsing
        return browsing.rows[browsing.cursor].text.strip()


class Edit(Protocol):
    """Runs an editor: gives it keys and clicks, and returns what it shows then."""

    def __call__(
        self,
        *inputs: Input,
        size: tuple[int, int] = (80, 24),
        session: Session | None = None,
        watch: Watch | None = None,
    ) -> Shown:
        """Run it."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a .config that holds the tree's defaults, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = Path(".config")
    Configuration.load(TREE).write(path)
    return path


@pytest.fixture
def open_session(config: Path) -> Callable[[], Session]:
    """Return what opens the .config anew."""
    return lambda: Session(Configuration.load(TREE, config), config)


@pytest.fixture
def session(open_session: Callable[[], Session]) -> Session:
    """Return the session of an editor that has just opened the .config."""
    return open_session()


@pytest.fixture
def edit(open_session: Callable[[], Session]) -> Edit:
    """Return what runs an editor on the .config."""

    def run(
        *inputs: Input,
        size: tuple[int, int] = (80, 24),
        session: Session | None = None,
        watch: Watch | None = None,
    ) -> Shown:
        return asyncio.run(_drive(session or open_session(), inputs, size, watch))

    return run


class _CountsBells(MenuconfigApp):
    CSS_PATH = str(Path(sys.modules[MenuconfigApp.__module__].__file__ or "").with_name("menuconfig.tcss"))
    bells = 0

    def bell(self) -> None:
        self.bells += 1


async def _drive(session: Session, inputs: tuple[Input, ...], size: tuple[int, int], watch: Watch | None) -> Shown:
    app = _CountsBells(session, theme="eggcup", watch=watch)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()  # the first keys are for what opens at the start
        for one in inputs:
            if one == "look":
                app.look_at_disk()
            elif isinstance(one, str):
                await pilot.press(one)
            else:
                await pilot.click(offset=one)
            for _ in range(PATIENCE):
                if not app.types_ahead:
                    break
                await pilot.pause()
        await pilot.pause()
        return Shown(
            svg=app.export_screenshot(title="eggcup menuconfig"),
            app=app,
            session=session,
            screen=type(app.screen).__name__,
            classes=app.screen.classes,
            left=app.was_left,
            bells=app.bells,
            strips=tuple(app.screen._compositor.render_strips()),  # noqa: SLF001 - what is sent, with its styles
        )
