#!/usr/bin/env python3
"""Make the pictures of the documents from the real interface.

    scripts/screenshots.py            write docs/images/*.svg
    scripts/screenshots.py --check    exit with 4 if one of them is not what the interface shows now

A picture is made in memory, without a terminal: eggcup's own tree with the preset `qemu`, and the steps given below.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from configurator.errors import ExitCode  # noqa: E402 - the line above makes it importable without an installation
from configurator.files import write_if_changed  # noqa: E402
from configurator.model import Configuration  # noqa: E402
from configurator.session import Session  # noqa: E402
from configurator.tui.app import MenuconfigApp  # noqa: E402

_FONT_FACE = re.compile(r"\s*@font-face \{[^}]*\}")
_LEADING_SPACES = re.compile(
    r'x="(?P<x>[0-9.]+)"(?P<between>[^>]*)textLength="(?P<length>[0-9.]+)"(?P<rest>[^>]*>)'
    r"(?P<spaces>(?:&#160;)+)(?!&#160;|<)"  # what follows may be an entity, such as &quot;
)
_CELL = 12.2  # width of a character in the picture


@dataclass(frozen=True)
class Picture:
    """A picture: its file in docs/images, the size of the terminal, and steps: where to go, and keys to press there."""

    file: str
    size: tuple[int, int]
    steps: tuple[tuple[str, tuple[str, ...]], ...]


_CHANGED = (("NET", ("n",)), ("PS2", ("n",)), ("UART_BAUD", ("enter", "ctrl+u", *"9600", "enter")))

PICTURES = (
    Picture("menuconfig.svg", (112, 26), (("UART", ()),)),
    Picture("menuconfig-value.svg", (80, 24), (("UART_BAUD", ("enter", "0")),)),
    Picture("menuconfig-search.svg", (112, 24), (("UART", ("slash", *"serial port")),)),
    Picture("menuconfig-consequences.svg", (112, 26), (("PS2", ("n",)),)),
    Picture("menuconfig-why.svg", (112, 20), (("NET", ("n",)), ("E1000", ("w",)))),
    Picture("menuconfig-plan.svg", (112, 26), (("NET", ("n",)), ("E1000", ("p",)))),
    Picture("menuconfig-changes.svg", (112, 26), (*_CHANGED, ("UART_BAUD", ("c",)))),
    Picture("menuconfig-preview.svg", (112, 30), (("VGA", ("n", "v")),)),
)
SETTLED = 0.5
"""Seconds after the last key until everything is painted, what a pause in typing brings included."""


def draw(picture: Picture, root: Path) -> str:
    """Return the SVG text of a picture of the tree below `root`."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Kconfig", "configs", "drivers", "kernel"):  # so that no path of this machine is in the picture
            Path(folder, name).symlink_to(root / name)
        here = Path.cwd()
        os.chdir(folder)
        try:
            kconfig, config = Path("Kconfig"), Path(".config")
            Configuration.load(kconfig, Path("configs", "qemu")).write(config)
            svg = asyncio.run(_run(Session(Configuration.load(kconfig, config), config), picture))
        finally:
            os.chdir(here)
    return portable(svg)


async def _run(session: Session, picture: Picture) -> str:
    app = MenuconfigApp(session, theme="eggcup")
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause()
        for symbol, keys in picture.steps:
            app.jump_to(symbol)
            for key in keys:
                await pilot.press("space" if key == " " else key)
                await pilot.pause()  # a key that is bound is done after the letters behind it
        await pilot.pause(SETTLED)
        return app.export_screenshot(title="eggcup menuconfig")


def portable(svg: str) -> str:
    """Return the picture as every viewer shows it.

    The web fonts go, so that nothing is loaded when somebody looks at it; and the spaces at the start of a text become
    a larger x, since some viewers drop them.
    """
    return _LEADING_SPACES.sub(_moved_right, _FONT_FACE.sub("", svg))


def _moved_right(match: re.Match[str]) -> str:
    count = match["spaces"].count("&#160;")
    x, length = (float(match[name]) for name in ("x", "length"))
    return f'x="{x + count * _CELL:g}"{match["between"]}textLength="{length - count * _CELL:g}"{match["rest"]}'


def main() -> int:
    """Write or check the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 4 if a picture is stale")
    check = parser.parse_args().check
    stale = False
    for picture in PICTURES:
        path = ROOT / "docs" / "images" / picture.file
        svg = draw(picture, ROOT)
        if not check:
            print(f"{path.relative_to(ROOT)}: {'written' if write_if_changed(path, svg) else 'up to date'}")
        elif not path.is_file() or path.read_text(encoding="utf-8") != svg:
            stale = True
            print(
                f"{path.relative_to(ROOT)} is not what the interface shows: run scripts/screenshots.py", file=sys.stderr
            )
    return ExitCode.STALE if stale else ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
