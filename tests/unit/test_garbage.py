"""Python's collector: what an editor keeps it need not look at, and nothing else is kept."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def edited(root: Path) -> Iterator[Configuration]:
    """Return a configuration that an editor has begun with."""
    configuration = Configuration.load(root / "Kconfig")
    configuration.prepare_edits()
    yield configuration
    configuration.end_edits()


def test_what_is_loaded_beside_an_editor_goes_again(root: Path, edited: Configuration) -> None:
    """A second tree, read to compare with, is no part of what the editor keeps."""
    before = gc.get_freeze_count()
    assert before > 0
    other = weakref.ref(Configuration.load(root / "Kconfig"))
    assert gc.get_freeze_count() <= before
    gc.collect()
    assert other() is None
    assert edited.symbols()


def test_an_editor_that_has_ended_keeps_nothing(root: Path) -> None:
    """The collector looks at everything again."""
    configuration = Configuration.load(root / "Kconfig")
    configuration.prepare_edits()
    configuration.end_edits()
    assert gc.get_freeze_count() == 0
    gone = weakref.ref(configuration)
    del configuration
    gc.collect()
    assert gone() is None
