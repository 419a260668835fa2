"""Which texts the settings of the network take: addresses have a form that Kconfig cannot state.

`ipaddress` is imported where there is an address: most configurations have none, and start-up time is a promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Callable

_POINT_TO_POINT = 31
"""From this prefix length on a network has no address of its own and no broadcast address (RFC 3021)."""


def refusal(symbol: str, value: str) -> str | None:
    """Return what `symbol` expects instead of `value`, None when the value will do; "" always does."""
    check = _CHECKS.get(symbol)
    return check(value) if check and value else None


def _interface(value: str) -> str | None:
    """Check an IPv4 address with the length of its network's prefix."""
    import ipaddress

    expected = "it is an IPv4 address with prefix length, such as 192.168.1.20/24"
    address, slash, length = value.partition("/")
    if not slash or not length.isdecimal() or not length.isascii() or (length[0] == "0" and length != "0"):
        return expected
    try:
        interface = ipaddress.IPv4Interface(value)
    except ValueError:
        return expected
    network = interface.network
    if not _is_host(interface.ip) or network.prefixlen == 0:
        return f"no machine can have the address {address}"
    if network.prefixlen < _POINT_TO_POINT and interface.ip in (network.network_address, network.broadcast_address):
        return f"{address} stands for the network {network} or its broadcasts, not for a machine"
    return None


def _gateway(value: str) -> str | None:
    """Check the IPv4 address of a router."""
    import ipaddress

    try:
        address = ipaddress.IPv4Address(value)
    except ValueError:
        return "it is an IPv4 address, such as 192.168.1.1"
    return None if _is_host(address) else f"no router can have the address {value}"


def _servers(value: str) -> str | None:
    """Check addresses of name servers, of IPv4 or IPv6."""
    import ipaddress

    for word in value.split(" "):
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            return f"{word!r} is no address; it is IPv4 or IPv6 addresses with one space between them"
        if address.is_unspecified or address.is_multicast:
            return f"no name server can have the address {word}"
    return None


def _is_host(address: ipaddress.IPv4Address) -> bool:
    reserved = address.is_unspecified or address.is_multicast or address.is_loopback or address.is_reserved
    return not reserved


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "NET_ADDRESS": _interface,
    "NET_GATEWAY": _gateway,
    "NET_DNS": _servers,
}
