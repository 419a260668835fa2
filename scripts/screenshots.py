#!/usr/bin/env python3
"""Make the pictures of the documents from the real interface.

    scripts/screenshots.py            write docs/images/*.svg
    scripts/screenshots.py --check    exit with 4 if one of them is not what the interface shows now

A picture is made in memory, without a terminal: eggcup's own tree with the preset `qemu`, and the keys given below.
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
    r"(?P<spaces>(?:&#160;)+)(?=[^<&])"
)
_CELL = 12.2  # width of a character in the picture


@dataclass(frozen=True)
class Picture:
    """A picture: its file in docs/images, the size of the terminal, a symbol to jump to, and keys to press there."""

    file: str
    size: tuple[int, int]
    symbol: str
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture("menuconfig.svg", (112, 24), "UART"),
    Picture("menuconfig-value.svg", (80, 24), "UART_BAUD", ("enter", "0")),
)


def draw(picture: Picture, root: Path) -> str:
    """Return the SVG text of a picture of the tree below `root`."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, ".config")
        Configuration.load(root / "Kconfig", root / "configs" / "qemu").write(config)
        here = Path.cwd()
        os.chdir(folder)  # so that the title says .config, as it does for a user
        try:
            session = Session(Configuration.load(root / "Kconfig", Path(".config")), Path(".config"))
            svg = asyncio.run(_run(session, picture))
        finally:
            os.chdir(here)
    return portable(svg)


async def _run(session: Session, picture: Picture) -> str:
    app = MenuconfigApp(session, theme="eggcup")
    async with app.run_test(size=picture.size) as pilot:
        app.jump_to(picture.symbol)
        await pilot.press(*picture.keys)
        await pilot.pause()
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
