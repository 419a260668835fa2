"""What the parts of the interface may import, seen at run time: a linter does not see an import inside a function."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split())


@pytest.mark.parametrize("module", ["state", "describe", "rows"])
def test_state_does_not_know_the_screen(module: str) -> None:
    """The state and what it says in text need neither Textual nor rich."""
    assert not {"textual", "rich"} & _loaded(f"configurator.tui.{module}")


def test_interface_stands_on_the_model_alone() -> None:
    """The application loads nothing of the generator, the build or the command line."""
    layers = {name.split(".")[1] for name in _loaded("configurator.tui.app") if name.startswith("configurator.")}
    assert layers == {"errors", "files", "model", "tui"}


def test_verb_is_cheap_to_load() -> None:
    """`eggcup --help` loads every verb; this one brings in neither Textual nor the model."""
    assert not {"textual", "kconfiglib"} & _loaded("configurator.cli.verbs.menuconfig")
