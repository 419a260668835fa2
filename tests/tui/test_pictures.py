"""The looks: two screens compared with reviewed pictures, and the pictures of the documents."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from tests.tui.conftest import Edit

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture(scope="module")
def screenshots(root: Path) -> ModuleType:
    """Return the script that makes the documents' pictures."""
    spec = importlib.util.spec_from_file_location("screenshots", root / "scripts" / "screenshots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("menu", ("Z", "C", "down", "down", "down")),
        ("value", ("down", "down", "enter", "down", "enter", "1")),
    ],
)
def test_looks(edit: Edit, screenshots: ModuleType, tmp_path: Path, name: str, keys: tuple[str, ...]) -> None:
    """The screen looks as it did when somebody last looked at the picture.

    The comparison is exact and ten lines of our own: a plug-in for it would bring a report generator and its template
    engine for two pictures.
    """
    reviewed = SNAPSHOTS / f"{name}.svg"
    drawn = screenshots.portable(edit(*keys).svg)
    if not reviewed.exists() or reviewed.read_text(encoding="utf-8") != drawn:
        now = tmp_path / f"{name}.svg"
        now.write_text(drawn, encoding="utf-8")
        pytest.fail(f"it looks different now. Look at both; if the new one is right: cp {now} {reviewed}")


def test_pictures_of_the_documents_are_fresh(root: Path) -> None:
    """The pictures in docs/images are what the interface shows of the present tree."""
    script = [sys.executable, str(root / "scripts" / "screenshots.py"), "--check"]
    ended = subprocess.run(script, capture_output=True, check=False, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_stale_picture_is_found(screenshots: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or different picture ends the check with 4, and writing it mends that."""
    for name in ("Kconfig", "configs", "drivers", "kernel"):
        (tmp_path / name).symlink_to(screenshots.ROOT / name)
    images = tmp_path / "docs" / "images"
    images.mkdir(parents=True)
    monkeypatch.setattr(screenshots, "ROOT", tmp_path)
    monkeypatch.setattr(screenshots, "PICTURES", screenshots.PICTURES[:1])
    monkeypatch.setattr(sys, "argv", ["screenshots.py", "--check"])
    assert screenshots.main() == 4
    monkeypatch.setattr(sys, "argv", ["screenshots.py"])
    assert screenshots.main() == 0
    monkeypatch.setattr(sys, "argv", ["screenshots.py", "--check"])
    assert screenshots.main() == 0
