#!/usr/bin/env python3
"""Measure the editing session without an interface, and write the table in docs/performance.md.

The trees are eggcup's own, and generated ones of 400 and 18,000 symbols, those in menus and in one list. Every figure
is in milliseconds of processor time, as nothing here waits: the median of the runs, and of repeated ones the worst.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import bigtree  # noqa: E402 - after the path, as the rest

from configurator.model import Configuration  # noqa: E402
from configurator.session import Mode, Session, View  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- made by scripts/bench/session.py: begin -->\n", "<!-- made by scripts/bench/session.py: end -->\n"
LINES = 40  # of a screen
RUNS = 15
QUERY = "serial dri"
WHOLE = View(mode=Mode.WHOLE_TREE)


class Tree(NamedTuple):
    """A tree, and the symbol to toggle in it, on which many depend."""

    title: str
    kconfig: Path
    switch: str


class Figure(NamedTuple):
    """Milliseconds: the median, and the worst if there are several runs."""

    median: float
    worst: float | None = None

    def __str__(self) -> str:
        return f"{self.median:.1f}" + ("" if self.worst is None else f" ({self.worst:.1f})")


def once(action: Callable[[], object]) -> Figure:
    """Time an action that is only done once."""
    started = time.process_time()
    action()
    return Figure((time.process_time() - started) * 1000)


def often(action: Callable[[], object], runs: int = RUNS) -> Figure:
    """Time an action."""
    times = [once(action).median for _ in range(runs)]
    return Figure(statistics.median(times), max(times))


def measure(tree: Tree, folder: Path) -> dict[str, Figure]:
    """Return the figures of a tree."""
    config = folder / f"{tree.title}.config"
    configuration = Configuration.load(tree.kconfig)
    configuration.write(config)
    del configuration
    gc.collect()
    loaded: list[Configuration] = []
    figures = {"load tree and file": once(lambda: loaded.append(Configuration.load(tree.kconfig, config)))}
    session = Session(loaded.pop(), config)
    figures["first screen of the whole tree"] = once(lambda: list(session.rows(WHOLE)[:LINES]))
    figures["whether it is modified, first"] = once(lambda: session.modified)
    figures["preparing for edits"] = once(session.configuration.prepare_edits)

    def toggle() -> None:
        value = session.configuration.get(tree.switch)
        outcome = session.set(tree.switch, "n" if value == "y" else "y")
        if outcome.change is None or len(outcome.change.followed) < 2:  # noqa: PLR2004 - else nothing is measured
            raise SystemExit(f"toggling {tree.switch} moved nothing: {outcome}")

    def shown() -> tuple[object, bool]:
        return list(session.rows(WHOLE)[:LINES]), session.modified

    figures["toggle with its consequences"] = often(toggle)
    figures["toggle, rows, modified"] = often(lambda: (toggle(), shown()))
    session.undo()
    figures["undo or redo"] = often(lambda: session.redo() if session.redo_label else session.undo())
    figures["preparing for a search"] = once(session.begin_search)
    figures["search, first keystroke"] = once(lambda: session.search(QUERY[0]))
    keystrokes = [once(lambda end=end: session.search(QUERY[:end])).median for end in range(1, len(QUERY) + 1)]
    figures["search, a keystroke"] = Figure(statistics.median(keystrokes), max(keystrokes))
    figures["search by a pattern"] = often(lambda: session.search("^CONFIG_.*T$"), 5)
    return figures


def in_a_process(tree: Tree, folder: Path) -> dict[str, Figure]:
    """Return the figures of a tree, alone in a process as it is in an editor."""
    command = [sys.executable, __file__, "--one", tree.title, str(tree.kconfig), tree.switch, str(folder)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return {name: Figure(*figure) for name, figure in json.loads(ended.stdout).items()}


def table(columns: dict[str, dict[str, Figure]]) -> str:
    """Return the figures as Markdown."""
    lines = [f"| ms, median (worst) | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    names = next(iter(columns.values()))
    lines += [f"| {name} | {' | '.join(str(figures[name]) for figures in columns.values())} |" for name in names]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Measure, print, and write the document unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", action="store_true", help="leave the document alone")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)  # a tree and a folder, for a process of its own
    arguments = parser.parse_args()
    if arguments.one:
        title, kconfig, switch, folder = arguments.one
        print(json.dumps(measure(Tree(title, Path(kconfig), switch), Path(folder))))
        return
    with tempfile.TemporaryDirectory(prefix="eggcup-") as name:
        folder = Path(name)
        trees = [
            Tree("eggcup", ROOT / "Kconfig", "NET"),
            Tree("400", bigtree.write(folder / "400", 400), "MASTER"),
            Tree("18 000 in menus", bigtree.write(folder / "menus", 18000), "MASTER"),
            Tree("18 000 in a list", bigtree.write(folder / "list", 18000, flat=True), "MASTER"),
        ]
        columns = {tree.title: in_a_process(tree, folder) for tree in trees}
    made = table(columns)
    print(made, end="")
    if not arguments.print:
        head, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        DOCUMENT.write_text(head + BEGIN + made + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
