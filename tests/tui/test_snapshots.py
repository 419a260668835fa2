"""The looks: screens compared with pictures that somebody has looked at."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from tests.tui.conftest import Edit

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDE = (112, 28)
SMALL = (80, 24)


@pytest.fixture(scope="module")
def screenshots(root: Path) -> ModuleType:
    """Return the script that makes the documents' pictures: it knows how to make one that every viewer shows."""
    spec = importlib.util.spec_from_file_location("screenshots", root / "scripts" / "screenshots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [
        ("menu", SMALL, ("Z", "C", "down", "down", "down")),
        ("consequences", WIDE, ("n", *["down"] * 6, "y")),
        ("tree", WIDE, ("T", "down", "down", "down", "n")),
        ("value", SMALL, ("down", "down", "enter", "down", "enter", "1")),
        ("search", SMALL, ("slash", *"base")),
        ("plans", WIDE, ("Z", *["down"] * 7, "p")),
        ("changes", SMALL, ("n", "down", "y", *["down"] * 5, "y", "c")),
        ("question", SMALL, ("n", "q")),
    ],
)
def test_looks(  # noqa: PLR0913, PLR0917 - fixtures and a case
    edit: Edit, screenshots: ModuleType, tmp_path: Path, name: str, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """The screen looks as it did when somebody last looked at the picture.

    The comparison is exact and ten lines of our own: a plug-in for it would bring a report generator and its template
    engine for a few pictures.
    """
    reviewed = SNAPSHOTS / f"{name}.svg"
    drawn = screenshots.portable(edit(*keys, size=size).svg)
    if not reviewed.exists() or reviewed.read_text(encoding="utf-8") != drawn:
        now = tmp_path / f"{name}.svg"
        now.write_text(drawn, encoding="utf-8")
        pytest.fail(f"it looks different now. Look at both; if the new one is right: cp {now} {reviewed}")
