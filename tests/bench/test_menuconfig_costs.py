"""What the menuconfig costs, in figures that other work on the machine does not change: bytes, memory, imports."""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bigtree
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SYMBOLS = 3000
QUIET = 0.4  # seconds; a busy machine may need some of it between two pieces of an answer

_MEASURE = """
import gc, sys, tracemalloc
from pathlib import Path
from configurator.model import Configuration
from configurator.session import Session
import configurator.model.edits, configurator.session.search
folder = Path(sys.argv[1])
Configuration.load(folder / "few" / "Kconfig").prepare_edits()  # what is made once
tracemalloc.start(1)
configuration = Configuration.load(folder / "Kconfig", folder / ".config")
session = Session(configuration, folder / ".config")
rows = session.rows()
session.modified
configuration.prepare_edits()
gc.collect()
print(tracemalloc.get_traced_memory()[0])
session.begin_search()
print(tracemalloc.get_traced_memory()[0])
session.end_search()
print(tracemalloc.get_traced_memory()[0])
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a large tree in one menu, and its .config."""
    folder = tmp_path_factory.mktemp("tree")
    kconfig = bigtree.write(folder, SYMBOLS, flat=True)
    bigtree.write(folder / "few", 10)
    command = [sys.executable, "-m", "configurator", "alldefconfig", "--kconfig", str(kconfig)]
    subprocess.run([*command, "--config", str(folder / ".config")], check=True, capture_output=True)
    return folder


@pytest.fixture
def terminal(tree: Path) -> Iterator[Any]:
    """Return the editor on that tree, on a terminal of 120 by 40 with the colours of eggcup's own theme."""
    command = [sys.executable, "-m", "configurator", "menuconfig", "--kconfig", str(tree / "Kconfig")]
    # by its file: `terminal` is a folder of tests, too
    spec = importlib.util.spec_from_file_location(
        "bench_terminal", Path(bigtree.__file__).parent / "menuconfig/terminal.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Terminal([*command, "--config", str(tree / ".config")], tree, {}, "Master switch") as opened:
        yield opened


def test_a_key_takes_few_bytes(terminal: Any) -> None:
    """The first screen is sent once; an arrow key takes 500 bytes, the help text of the row with it."""
    assert terminal.start.count < 8_000
    keys = [terminal.press("\x1b[B", quiet=QUIET).count for _ in range(14)]
    assert statistics.median(keys) <= 520, keys
    assert max(keys) < 800, keys


def test_letters_typed_at_once_are_the_query(terminal: Any) -> None:
    """What is typed while the search opens stands in its field, whole and in order."""
    terminal.press("/zone\r", quiet=1.0)
    assert "zone" in terminal.press("/", quiet=1.0).text, "the next search does not begin with what was typed"


def test_a_symbol_takes_little_memory(tree: Path) -> None:
    """A symbol of a large tree takes 1.4 KB, its help text and all that the editor keeps of it included.

    What a search needs is given back after it.
    """
    command = [sys.executable, "-c", _MEASURE, str(tree)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    kept, searching, after = (int(line) / SYMBOLS for line in ended.stdout.split())
    assert kept < 1600
    assert searching - kept < 800
    assert after - kept < 100
