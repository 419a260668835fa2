"""A unit that is a Go module of its own: its requirements reach every kind of program, and only when it is enabled."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from .conftest import GO_126, MAIN, UNITS, output_of, snapshot, write
from .proxy import make_proxy
from .test_modules import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Build

WITH_GAMMA = [*UNITS, "gamma says hello stack other", "start GAMMA true"]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return settings with which go downloads from a folder, into a cache of the test's own."""
    folder = tmp_path_factory.mktemp("modules")
    yield {"GOPROXY": make_proxy(folder / "proxy"), "GOMODCACHE": str(folder / "cache"), "GOSUMDB": "off"}
    for path, _, _ in os.walk(folder / "cache"):  # go makes its cache read-only
        os.chmod(path, stat.S_IRWXU)  # noqa: PTH101 - os.walk yields texts


def enable(workdir: Path) -> str:
    """Write a configuration with the unit and return its path."""
    (workdir / "gamma.config").write_text("CONFIG_GAMMA=y\n", encoding="utf-8")
    return str(workdir / "gamma.config")


@pytest.mark.parametrize("go", ["1.27", "1.26"])
@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_module(  # noqa: PLR0913, PLR0917 - the parts of a case, and pytest's own
    kind: str, go: str, build: Build, workdir: Path, tmp_path: Path, modules: dict[str, str]
) -> None:
    """The unit's modules join the program's, vendored or not; what the program has vendored stays the program's."""
    files, printed = KINDS[kind]
    project = write(tmp_path / "project", files)
    before = snapshot(project)
    chosen = {"EGGCUP_GO": str(GO_126)} if go == "1.26" else {}
    ended = build(str(project / "app"), "--config", enable(workdir), env={**modules, **chosen})
    assert ended.code == 0, ended.err
    assert output_of(workdir / "kernel.elf") == [*WITH_GAMMA, printed]
    assert snapshot(project) == before


def test_switched_on_and_off(build: Build, workdir: Path, tmp_path: Path, modules: dict[str, str]) -> None:
    """A vendored program is built with the unit, then without, then with it again."""
    files, printed = KINDS["vendored"]
    project = write(tmp_path / "project", files)
    for arguments, units in (
        (["--config", enable(workdir)], WITH_GAMMA),
        ([], UNITS),
        (["--config", enable(workdir)], WITH_GAMMA),
    ):
        ended = build(str(project / "app"), *arguments, env=modules)
        assert ended.code == 0, ended.err
        assert output_of(workdir / "kernel.elf") == [*units, printed]


def test_without_the_modules(build: Build, workdir: Path) -> None:
    """A build that cannot download says for which unit it must; without the unit nothing is asked for."""
    write(workdir, {"main.go": MAIN})
    ended = build("--config", enable(workdir))
    assert ended.code == 3
    assert "build once where Go modules can be downloaded, for the unit gamma" in ended.err
    assert build().code == 0
