"""zz_init.go in the user's package: never overwritten once edited, refreshed while it is as written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from configurator.generate import read_init_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Eggcup, MakeTree

KCONFIG = 'config GOMAXPROCS\n\tint "n"\n\trange 0 64\n\tdefault 0\nconfig X\n\tbool "x"\n'


@pytest.fixture
def kconfig(make_tree: MakeTree) -> str:
    """Return a tree without units."""
    return str(make_tree({"Kconfig": KCONFIG}))


def test_writes_and_then_leaves_the_file(eggcup: Eggcup, kconfig: str, workdir: Path) -> None:
    """The first run writes; the second says that nothing is to do and keeps the time stamp."""
    (workdir / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    first = eggcup("generate", "--kconfig", kconfig)
    assert (first.code, first.out) == (0, "")
    stamp = (workdir / "zz_init.go").stat().st_mtime_ns
    second = eggcup("generate", "--kconfig", kconfig)
    assert "zz_init.go is up to date" in second.err
    assert (workdir / "zz_init.go").stat().st_mtime_ns == stamp
    assert eggcup("generate", "--kconfig", kconfig, "--check").code == 0


def test_refreshes_a_file_that_nobody_edited(eggcup: Eggcup, kconfig: str, workdir: Path) -> None:
    """When the configuration moves on, --check ends with 4, and a new run brings the file up to date."""
    eggcup("generate", "--kconfig", kconfig)
    assert eggcup("set", "--kconfig", kconfig, "GOMAXPROCS=3").code == 0
    stale = eggcup("generate", "--kconfig", kconfig, "--check")
    assert stale.code == 4
    assert "zz_init.go: the configuration has moved on" in stale.err
    assert eggcup("generate", "--kconfig", kconfig).code == 0
    assert "SetMaxProcs(3)" in (workdir / "zz_init.go").read_text(encoding="utf-8")
    assert eggcup("generate", "--kconfig", kconfig, "--check").code == 0


def test_never_overwrites_an_edited_file(eggcup: Eggcup, kconfig: str, workdir: Path) -> None:
    """An edit in the body makes the file the user's: only --force overwrites it."""
    eggcup("generate", "--kconfig", kconfig)
    path = workdir / "zz_init.go"
    edited = path.read_text(encoding="utf-8").replace("SetMaxProcs(0)", "SetMaxProcs(1)")
    path.write_text(edited, encoding="utf-8")
    assert eggcup("generate", "--kconfig", kconfig, "--check").code == 0  # made from this very configuration
    refused = eggcup("generate", "--kconfig", kconfig)
    assert refused.code == 2
    assert path.read_text(encoding="utf-8") == edited
    eggcup("set", "--kconfig", kconfig, "X=y")
    assert eggcup("generate", "--kconfig", kconfig, "--check").code == 4
    assert eggcup("generate", "--kconfig", kconfig, "--force").code == 0
    assert "SetMaxProcs(0)" in path.read_text(encoding="utf-8")


def test_line_ends_of_windows_are_no_edit(eggcup: Eggcup, kconfig: str, workdir: Path) -> None:
    """A checkout with other line ends does not count as edited."""
    eggcup("generate", "--kconfig", kconfig)
    path = workdir / "zz_init.go"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    present = read_init_file(path)
    assert present is not None
    assert not present.edited
    assert re.fullmatch("[0-9a-f]{64}", present.digest or "")


def test_output_to_a_folder_and_to_stdout(eggcup: Eggcup, kconfig: str, workdir: Path) -> None:
    """-o takes a folder, whose zz_init.go is meant, and - for stdout; both hold the same text."""
    (workdir / "server").mkdir()
    assert eggcup("generate", "--kconfig", kconfig, "-o", "server").code == 0
    shown = eggcup("generate", "--kconfig", kconfig, "-o", "-")
    assert shown.out == (workdir / "server" / "zz_init.go").read_text(encoding="utf-8")


def test_no_file_is_none(tmp_path: Path) -> None:
    """A package without zz_init.go is told from one with an empty one."""
    assert read_init_file(tmp_path / "zz_init.go") is None
    (tmp_path / "zz_init.go").write_text("", encoding="utf-8")
    present = read_init_file(tmp_path / "zz_init.go")
    assert present is not None
    assert (present.edited, present.digest) == (True, None)
