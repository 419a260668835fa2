"""Measure `eggcup menuconfig` beside two others, and write the table of docs/performance.md.

The others are esp-idf-kconfig's, which is a Textual program too, and kconfiglib's curses program. Each runs on a
pseudo-terminal of 120 by 40; a key's time ends with the last byte that the program sends in answer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts" / "bench")]

import bigtree  # noqa: E402 - the folders have to be in the path before
import table  # noqa: E402
import tools  # noqa: E402
from figures import Trees, measure  # noqa: E402

from configurator.source import source_root  # noqa: E402


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench/menuconfig", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="visits to each tree (default 5)")
    parser.add_argument("--only", action="append", metavar="TOOL", help="measure this tool alone, and write nothing")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "menubench", metavar="FOLDER")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "performance.md", metavar="FILE")
    return parser.parse_args()


def make_trees(folder: Path) -> Trees:
    """Write the trees with a .config of defaults each; eggcup's own is read where it is."""
    ours = folder / "ours" / "Kconfig"
    ours.parent.mkdir(parents=True, exist_ok=True)
    for name in ("Kconfig", "kernel", "drivers"):
        link = ours.parent / name
        link.unlink(missing_ok=True)
        link.symlink_to(source_root() / name)
    trees = Trees(
        ours,
        bigtree.write(folder / "400", 400),
        bigtree.write(folder / "menus", 18000),
        bigtree.write(folder / "rows", 18000, flat=True),
    )
    eggcup = Path(sys.executable).with_name("eggcup")
    for tree in (trees.ours, trees.small, trees.menus, trees.rows):
        command = [eggcup, "alldefconfig", "--kconfig", tree, "--config", tree.with_name(".config")]
        subprocess.run(command, check=True, capture_output=True)
    return trees


def main() -> None:
    """Install, measure and write the table."""
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    found = tools.install(options.cache)
    if options.only:
        found = [tool for tool in found if tool.name in options.only]
    values = measure(found, make_trees(options.cache / "trees"), options.rounds)
    lines = table.lines(values, [tool.name for tool in found], options.rounds)
    print("\n".join(lines))
    if not options.only:
        table.insert(options.document, lines)


if __name__ == "__main__":
    main()
