"""What the parts of the interface may import, seen at run time: a linter does not see an import inside a function."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split())


@pytest.mark.parametrize("module", ["actions", "browsing", "describe", "glyphs", "help", "pages", "rows", "themes"])
def test_what_is_shown_does_not_know_the_screen(module: str) -> None:
    """What the interface says in text needs neither Textual nor rich."""
    assert not {"textual", "rich"} & _loaded(f"configurator.tui.{module}")


def test_first_screen_loads_little() -> None:
    """The application starts without the generator, its template engine, and the screens that open later."""
    loaded = _loaded("configurator.tui.start")
    layers = {name.split(".")[1] for name in loaded if name.startswith("configurator.")}
    assert layers <= {"errors", "files", "model", "session", "source", "tui"}
    assert not {"jinja2", "pygments", "markdown_it"} & loaded
    screens = {name.rpartition(".")[2] for name in loaded if name.startswith("configurator.tui.screens.")}
    assert screens == {"base", "browse", "moving", "opening"}


def test_verb_is_cheap_to_load() -> None:
    """`eggcup --help` loads every verb; this one brings in neither Textual nor the model."""
    assert not {"textual", "kconfiglib"} & _loaded("configurator.cli.verbs.menuconfig")


def test_stand_ins_are_gone_after_the_start() -> None:
    """Modules that the start did without are the real ones for whoever imports them later."""
    loaded = _loaded("configurator.tui.start")
    assert not {"textual.command", "ssl", "platformdirs", "rich.table", "uuid"} & loaded
    assert {"textual.command", "textual.widgets._option_list"} <= _loaded("configurator.tui.start, textual.command")


def test_stand_ins_lead_to_the_real_ones() -> None:
    """What Textual has taken from a stand-in does what the real one does when it is called."""
    code = (
        "import configurator.tui.start, textual.app; print(textual.app.user_downloads_path(), textual.app.uuid.uuid4())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    import platformdirs

    assert said.startswith(f"{platformdirs.user_downloads_path()} ")


def test_start_does_without_openssl() -> None:
    """Files are told apart by a digest that needs no library of 4 MB."""
    loaded = _loaded("configurator.tui.start, configurator.files; configurator.files.digest(b'')")
    assert not {"hashlib", "_hashlib", "_ssl"} & loaded
