"""Fixtures of the session's tests: a tree with one of everything that moves other symbols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from configurator.model import Configuration
from configurator.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeTree

TREE = """
mainmenu "Session"
config NET
	bool "Network"
	default y
	help
		Sends packets to other machines.
menu "Cards"
	depends on NET
config E1000
	bool "Intel card"
	select PCI
	help
		A card with a crystal on it.
config RING
	int "Buffers"
	depends on E1000
	range 8 64 if !BIG
	range 8 4096 if BIG
	default 32
endmenu
config BIG
	bool "Large buffers"
config PCI
	bool
config MTU
	int "Size of packets"
	depends on NET
	default 9000 if BIG
	default 1500
config TONE
	bool "Tone"
	imply BELL
config BELL
	bool "Bell"
choice
	prompt "Speed"
config SLOW
	bool "Slow"
config FAST
	bool "Fast"
config FASTEST
	bool "Fastest"
	depends on NET
endchoice
config NAME
	string "Name"
	default "egg"
"""


class Open(Protocol):
    """Opens a session on a tree."""

    def __call__(self, tree: str = TREE, config: str | None = "") -> Session:
        """Open one; `config` is the text of its file, None for none."""


@pytest.fixture
def open_session(make_tree: MakeTree, workdir: Path) -> Open:
    """Return what opens a session on the file .config in the test's folder."""
    assert workdir.is_dir()

    def make(tree: str = TREE, config: str | None = "") -> Session:
        path = Path(".config")
        if config is not None:
            path.write_text(config, encoding="utf-8")
        kconfig = make_tree({"Kconfig": tree, "configs/loud": "# Makes noise\nCONFIG_TONE=y\n"})
        return Session(Configuration.load(kconfig, path), path)

    return make


@pytest.fixture
def session(open_session: Open) -> Session:
    """Return a session on a file that holds the defaults."""
    session = open_session()
    session.save()
    return open_session(config=session.text())


@pytest.fixture
def reasons() -> Callable[[Session, str, str], dict[str, str]]:
    """Return what sets a symbol and tells why others followed."""

    def told(session: Session, name: str, value: str) -> dict[str, str]:
        change = session.set(name, value).change
        assert change is not None
        return {one.name: one.reason for one in change.followed}

    return told
