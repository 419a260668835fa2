"""Fixtures of the comparisons with C kconfig."""

from __future__ import annotations

import os

import pytest

from tests.compat.oracle import SKIP, Conf, frontends_conf, linux_conf


@pytest.fixture(scope="session")
def frontends() -> Conf:
    """Return the `conf` of Debian's kconfig-frontends-nox."""
    return _required(frontends_conf(), "kconfig-conf", "scripts/apt-install kconfig-frontends-nox")


@pytest.fixture(scope="session")
def c_conf() -> Conf:
    """Return the `conf` of Linux 6.12."""
    return _required(linux_conf(), "C kconfig 6.12", "make oracle")


def _required(conf: Conf | None, name: str, command: str) -> Conf:
    if conf is None:
        if os.environ.get(SKIP):
            pytest.skip(f"no {name}, and {SKIP} is set")
        pytest.fail(f"no {name} to compare with: {command}; or set {SKIP}=1 to leave this out")
    return conf
