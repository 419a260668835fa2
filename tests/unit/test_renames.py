"""Former names of symbols: translated, turned round, reported; and rename files that are wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Configuration, FindingKind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Eggcup, MakeTree

KCONFIG = """\
config QUIET
	bool "Quiet"
config SPEED
	int "Speed"
	range 1 100
	default 10
source "sub/Kconfig"
"""
SUB = 'config LIGHT\n\tbool "Light"\n'


@pytest.fixture
def kconfig(make_tree: MakeTree) -> Path:
    """Return a tree with renames at its root and in a folder."""
    return make_tree(
        {
            "Kconfig": KCONFIG,
            "sub/Kconfig": SUB,
            "Kconfig.renames": "# old names\n\nRATE SPEED\nCONFIG_NOISY !CONFIG_QUIET\nVERY_NOISY NOISY\n"
            "FAX - nobody had one; use LIGHT\nTELEX -\n",
            "sub/Kconfig.renames": "LAMP LIGHT\nDARK !LAMP\n",
        }
    )


def _load(kconfig: Path, text: str) -> Configuration:
    path = kconfig.parent / "config"
    path.write_text(text, encoding="utf-8")
    return Configuration.load(kconfig, path)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("CONFIG_RATE=20", "SPEED", "20"),
        ("CONFIG_LAMP=y", "LIGHT", "y"),
        ("# CONFIG_NOISY is not set", "QUIET", "y"),
        ("CONFIG_NOISY=y", "QUIET", "n"),
        ("CONFIG_VERY_NOISY=n", "QUIET", "y"),
        ("# CONFIG_DARK is not set", "LIGHT", "y"),
    ],
)
def test_a_former_name_is_translated(kconfig: Path, line: str, name: str, value: str) -> None:
    """The line counts for the new symbol, turned round where the meaning was, also over several renames."""
    configuration = _load(kconfig, line + "\n")
    assert configuration.get(name) == value
    assert configuration.findings == ()
    (migration,) = configuration.migrations
    assert (migration.new, migration.became) == (name, value)


def test_a_translation_is_reported(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """The user reads what a line was taken for; it is no failure under --strict, and the new name is written."""
    (workdir / ".config").write_text("CONFIG_NOISY=n\n", encoding="utf-8")
    ended = eggcup("olddefconfig", "--strict", "--json", "--kconfig", str(kconfig))
    assert ended.code == 0
    assert "eggcup: note: .config:1: NOISY is called QUIET now: NOISY=n is taken as QUIET=y\n" in ended.err
    assert json.loads(ended.out)["migrations"] == [
        {"old": "NOISY", "new": "QUIET", "asked": "n", "became": "y", "overridden": False, "file": ".config", "line": 1}
    ]
    text = (workdir / ".config").read_text(encoding="utf-8")
    assert "CONFIG_QUIET=y" in text
    assert "NOISY" not in text


def test_the_new_name_in_the_same_file_counts(kconfig: Path) -> None:
    """Who sets both means the new one, wherever it stands."""
    configuration = _load(kconfig, "CONFIG_SPEED=30\nCONFIG_RATE=20\n")
    assert configuration.get("SPEED") == "30"
    assert configuration.findings == ()
    assert "which the file sets itself" in str(configuration.migrations[0])


def test_a_translated_value_is_checked_as_any_other(kconfig: Path) -> None:
    """A former name does not go round the checks."""
    configuration = _load(kconfig, "CONFIG_RATE=1000\n")
    assert [(one.kind, one.name) for one in configuration.findings] == [(FindingKind.RANGE, "SPEED")]


@pytest.mark.parametrize(("name", "reason"), [("FAX", ": nobody had one; use LIGHT"), ("TELEX", "")])
def test_a_removed_symbol_is_a_finding(kconfig: Path, name: str, reason: str) -> None:
    """What was asked for is gone, so that --strict must say so, with the reason."""
    configuration = _load(kconfig, f"CONFIG_{name}=y\n")
    (finding,) = configuration.findings
    assert finding.kind is FindingKind.REMOVED
    assert finding.reason == f"{name} was removed{reason}; the line is dropped"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("OLD\n", "Kconfig.renames:1: not a line of a rename file: 'OLD'"),
        ("# x\nA B C\n", "Kconfig.renames:2: not a line of a rename file: 'A B C'"),
        ("A QUIET\nA SPEED\n", "Kconfig.renames:2: A was renamed before, in"),
        ("NOPE B\nB C\nC B\n", "the renames of NOPE go round in a circle"),
    ],
)
def test_a_wrong_rename_file_is_an_error(kconfig: Path, text: str, message: str) -> None:
    """It is met when a name is looked up, and names its line."""
    (kconfig.parent / "Kconfig.renames").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        _load(kconfig, "CONFIG_NOPE=y\n")
    assert message in str(caught.value)
