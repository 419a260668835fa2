"""The pictures of the documents."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


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


@pytest.mark.parametrize("text", ["a", "&quot;a&quot;", "&#160;&#160;"])
def test_spaces_at_the_start_move_the_text(screenshots: ModuleType, text: str) -> None:
    """Spaces before a text become a larger x, whatever it begins with; spaces alone stay."""
    svg = f'<text x="12.2" y="1" textLength="61" clip-path="url(#a)">&#160;&#160;{text}</text>'
    moved = f'<text x="36.6" y="1" textLength="36.6" clip-path="url(#a)">{text}</text>'
    assert screenshots.portable(svg) == (moved if text.strip("&#160;") else svg)
