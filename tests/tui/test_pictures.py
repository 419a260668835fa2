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
