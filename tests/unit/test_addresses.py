"""The settings of the network take addresses, and say what they expect instead of anything else."""

from __future__ import annotations

import pytest

from configurator.errors import UsageError
from configurator.model import Configuration
from configurator.model.addresses import refusal
from configurator.source import source_root

GOOD = [
    ("NET_ADDRESS", "192.168.1.20/24"),
    ("NET_ADDRESS", "10.0.0.0/31"),
    ("NET_ADDRESS", "10.0.0.1/32"),
    ("NET_ADDRESS", ""),
    ("NET_GATEWAY", "192.168.1.1"),
    ("NET_GATEWAY", ""),
    ("NET_DNS", "10.0.2.3"),
    ("NET_DNS", "10.0.2.3 fd00::3"),
    ("NET_DNS", ""),
    ("HOSTNAME", "no address at all"),
]

BAD = [
    ("NET_ADDRESS", "192.168.1.20", "with prefix length"),
    ("NET_ADDRESS", "192.168.1.20/33", "with prefix length"),
    ("NET_ADDRESS", "192.168.1.20/255.255.255.0", "with prefix length"),
    ("NET_ADDRESS", "192.168.1.20/024", "with prefix length"),
    ("NET_ADDRESS", "192.168.1/24", "with prefix length"),
    ("NET_ADDRESS", "192.168.1.256/24", "with prefix length"),
    ("NET_ADDRESS", "fd00::1/64", "with prefix length"),
    ("NET_ADDRESS", " 192.168.1.20/24", "with prefix length"),
    ("NET_ADDRESS", "192.168.1.0/24", "stands for the network"),
    ("NET_ADDRESS", "192.168.1.255/24", "stands for the network"),
    ("NET_ADDRESS", "127.0.0.2/8", "no machine"),
    ("NET_ADDRESS", "224.0.0.5/24", "no machine"),
    ("NET_ADDRESS", "10.0.0.1/0", "no machine"),
    ("NET_GATEWAY", "gateway.lan", "such as 192.168.1.1"),
    ("NET_GATEWAY", "192.168.1.1/24", "such as 192.168.1.1"),
    ("NET_GATEWAY", "0.0.0.0", "no router"),  # noqa: S104 - nothing is bound
    ("NET_DNS", "10.0.2.3,10.0.2.4", "'10.0.2.3,10.0.2.4' is no address"),
    ("NET_DNS", "10.0.2.3  10.0.2.4", "'' is no address"),
    ("NET_DNS", "10.0.2.3 dns.lan", "'dns.lan' is no address"),
    ("NET_DNS", "::", "no name server"),
]


@pytest.mark.parametrize(("symbol", "value"), GOOD)
def test_taken(symbol: str, value: str) -> None:
    """A proper address, several, or none is taken; other symbols are not looked at."""
    assert refusal(symbol, value) is None


@pytest.mark.parametrize(("symbol", "value", "words"), BAD)
def test_refused(symbol: str, value: str, words: str) -> None:
    """What is no such address is refused, in words that say what is expected."""
    said = refusal(symbol, value)
    assert said is not None
    assert words in said


def test_entered() -> None:
    """Setting a bad address changes nothing."""
    configuration = Configuration.load(source_root() / "Kconfig", None)
    configuration.set("NET", "y")
    configuration.set("NET_DHCP", "n")
    with pytest.raises(UsageError, match=r"NET_ADDRESS cannot be '10\.0\.2\.15'"):
        configuration.set("NET_ADDRESS", "10.0.2.15")
    assert configuration.get("NET_ADDRESS") == "10.0.2.15/24"
