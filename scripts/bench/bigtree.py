#!/usr/bin/env python3
"""Write a Kconfig tree of any size, the same for the same size, in the part of the language that every tool reads.

    scripts/bench/bigtree.py FOLDER --symbols 18000           menus of 30, in menus of 20
    scripts/bench/bigtree.py FOLDER --symbols 18000 --flat    all in the main menu

All symbols are visible with their defaults. The first row is MASTER, on which 25 symbols spread over the tree depend:
what to toggle to see consequences. Prompts and help texts are made of words, so that a search finds some and not all.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPENDENTS = 25
"""How many symbols follow MASTER."""

MENU = 30
GROUP = 20

_WORDS = """
    adapter address align bank barrier batch block boundary bridge buffer burst cache channel check clock coherent
    console controller counter debug delay descriptor device divider driver engine event fabric fault fence filter
    firmware frame gateway handler hash header history hotplug index interface interrupt journal kernel key latency
    layer legacy limit link lock log mailbox manager memory message mirror mode module monitor network node notify
    offload packet page panel parity path performance port power predictor priority probe profile protocol queue rate
    region register remote reset resource retry ring route sample scheduler sensor serial session shadow slot socket
    speed stack state storage stream support switch table tag throttle timer token trace transfer tunnel unit vector
    virtual voltage watchdog wheel window zone
""".split()  # noqa: SIM905 - a word a line would be a screen of words


def write(folder: Path, symbols: int, *, flat: bool = False) -> Path:
    """Write the tree into `folder`, which is made; return its root file."""
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "Kconfig"
    root.write_text("\n".join(lines(symbols, flat=flat)) + "\n", encoding="utf-8")
    return root


def lines(symbols: int, *, flat: bool = False) -> Iterator[str]:
    """Yield the lines of the tree's one file; `symbols` counts MASTER."""
    chance = random.Random(symbols)  # noqa: S311 - to be the same each time, not to be secret
    yield f'mainmenu "{symbols} symbols"'
    yield from ("", "config MASTER", '\tbool "Master switch"', "\tdefault y")
    yield from _help(chance)
    step = max(1, (symbols - 1) // DEPENDENTS)
    for index in range(symbols - 1):
        first_of_menu, last_of_menu = index % MENU == 0, index % MENU == MENU - 1 or index == symbols - 2
        first_of_group = index % (MENU * GROUP) == 0
        last_of_group = index % (MENU * GROUP) == MENU * GROUP - 1 or index == symbols - 2
        if first_of_group and not flat:
            yield from ("", f'menu "{_phrase(chance, 2)} group {index // (MENU * GROUP)}"')
        if first_of_menu and not flat:
            yield from ("", f'menu "{_phrase(chance, 2)} {index // MENU}"')
        # Index 0 would stand right below MASTER, and be drawn as its submenu instead of as a row further down.
        yield from _symbol(chance, index, on_master=index % step == min(step - 1, 7))
        if last_of_menu and not flat:
            yield from ("", "endmenu")
        if last_of_group and not flat:
            yield from ("", "endmenu")


def _symbol(chance: random.Random, index: int, *, on_master: bool) -> Iterator[str]:
    """Yield a symbol: seven bools in ten, of which every other one follows what stands before it."""
    prompt = _phrase(chance, chance.randint(2, 4))
    yield from ("", f"config {'_'.join(chance.sample(_WORDS, 2)).upper()}_{index}")
    kind = index % 10
    if kind == 7:  # noqa: PLR2004 - a kind for each last digit
        yield from (f'\tint "{prompt}"', f"\tdefault {chance.randint(1, 64)}", "\trange 1 64")
    elif kind == 8:  # noqa: PLR2004
        yield from (f'\tstring "{prompt}"', f'\tdefault "{chance.choice(_WORDS)}"')
    elif kind == 9:  # noqa: PLR2004
        yield from (f'\thex "{prompt}"', f"\tdefault 0x{chance.randint(16, 4096):x}")
    else:
        yield from (f'\tbool "{prompt}"', f"\tdefault {'y' if on_master else chance.choice('yn')}")
    if on_master:
        yield "\tdepends on MASTER"
    yield from _help(chance)


def _help(chance: random.Random) -> Iterator[str]:
    yield "\thelp"
    for _ in range(chance.randint(2, 5)):
        yield f"\t  {_phrase(chance, 8)}."


def _phrase(chance: random.Random, words: int) -> str:
    return " ".join(chance.sample(_WORDS, words)).capitalize()


def main() -> None:
    """Write the tree that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--symbols", type=int, default=18000, metavar="N")
    parser.add_argument("--flat", action="store_true", help="no menus")
    options = parser.parse_args()
    print(write(options.folder, options.symbols, flat=options.flat))


if __name__ == "__main__":
    main()
