"""How long an editor has to wait for its session; the bounds are several times what an idle machine needs."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration
from configurator.session import Mode, Session, View

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SYMBOLS = 18000
RUNS = 7
FRAME = 0.03  # seconds: what a toggle with its consequences, and a keystroke of a search, may take


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a session on a tree as large as Linux's."""
    spec = importlib.util.spec_from_file_location("bigtree", ROOT / "scripts" / "bench" / "bigtree.py")
    assert spec is not None
    assert spec.loader is not None
    bigtree = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bigtree)
    folder = tmp_path_factory.mktemp("big")
    configuration = Configuration.load(bigtree.write(folder, SYMBOLS))
    session = Session(configuration, folder / ".config")
    session.save()
    return session


def _least(action: Callable[[], object]) -> float:
    """Return the least processor time of some runs; the first one prepares."""
    action()
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return min(times)


def test_a_toggle_with_its_consequences(session: Session) -> None:
    """A toggle that moves 25 others, the rows of the whole tree, and whether the file would change: one frame."""

    def toggle() -> None:
        outcome = session.set("MASTER", "n" if session.symbol("MASTER").value == "y" else "y")
        assert outcome.change is not None
        assert len(outcome.change.followed) >= 25
        assert len(list(session.rows(View(mode=Mode.WHOLE_TREE))[:60])) == 60
        assert session.modified in (True, False)

    assert _least(toggle) < FRAME


@pytest.mark.parametrize("query", ["s", "se", "serial", "serial driver", "zqzq", "srl"])
def test_a_keystroke_of_a_search(session: Session, query: str) -> None:
    """A search through names, prompts and help texts takes no longer, whatever is found."""
    assert _least(lambda: session.search(query)[:60]) < FRAME


def test_unknown_lines_take_no_time(session: Session, tmp_path: Path) -> None:
    """A file of another tree's symbols is read at once: similar names are looked for but for the first few."""
    other = tmp_path / "other"
    other.write_text("".join(f"CONFIG_ALIEN{number}=y\n" for number in range(2000)), encoding="utf-8")
    started = time.process_time()
    session.load(other)
    assert time.process_time() - started < 5
    assert len(session.unknown) == 2000
    session.undo()
