"""Kconfig trees at random: a message or a configuration, and never another exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.errors import UsageError
from configurator.model import Configuration

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [
    "config", "A", "B", "C", "bool", "int", "hex", "string", '"text"', '"', "depends on", "select", "imply", "default",
    "range", "if", "endif", "choice", "endchoice", "menu", "endmenu", "comment", "source", "osource", "prompt", "help",
    "y", "n", "0x1", "5", "-1", "&&", "||", "!", "=", "!=", "<", "(", ")", "\n", "\n\t", "mainmenu", "visible if",
    "def_bool", "menuconfig", "$(", "$(warning-if", ",", ":=", "modules", "tristate", "optional", "option", "\\", "#",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(words=st.lists(st.sampled_from(WORDS), max_size=40))
def test_words_at_random(tmp_path: Path, words: list[str]) -> None:
    """Any sequence of Kconfig's words loads, or is refused with a place."""
    kconfig = tmp_path / "Kconfig"
    kconfig.write_text(" ".join(words), encoding="utf-8")
    _load(kconfig)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(data=st.binary(max_size=100))
def test_bytes_at_random(tmp_path: Path, data: bytes) -> None:
    """Any bytes load, or are refused with a place."""
    kconfig = tmp_path / "Kconfig"
    kconfig.write_bytes(data)
    _load(kconfig)


def _load(kconfig: Path) -> None:
    try:
        configuration = Configuration.load(kconfig)
    except UsageError as problem:
        if problem.location is None:
            pytest.fail(f"no place: {problem.message}")
        return
    configuration.text()
    configuration.minimal_text()
    configuration.nodes()
    configuration.symbols()
    configuration.edges(enabled_only=False)
