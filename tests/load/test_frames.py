"""Frames that nobody should send: whatever comes, the guest goes on answering."""

from __future__ import annotations

import random
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from .conftest import HELLO, TAP, Amount, guest
from .network import GUEST, HOST
from .network import TAP as DEVICE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.load

MAC = bytes.fromhex("525400123456")
"""What QEMU gives its first card."""
OURS = bytes.fromhex("020000000001")
BROADCAST = b"\xff" * 6
PEER = "10.0.2.77"

IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, UDP, FRAGMENT, ICMP6 = 1, 6, 17, 44, 58
SYN, RST, ACK = 2, 4, 16


def ethernet(kind: int, payload: bytes, to: bytes = MAC) -> bytes:
    """Return a frame."""
    return (to + OURS + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def checksum(data: bytes) -> int:
    """Return the checksum of RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1])) + (
        data[-1] << 8 if len(data) % 2 else 0
    )
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def ipv4(protocol: int, payload: bytes, *, fragment: int = 0, identity: int = 1) -> bytes:
    """Return a packet of IPv4 from a host that is not there."""
    size = 20 + len(payload)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, identity, fragment, 64, protocol, 0,
                       socket.inet_aton(PEER), socket.inet_aton(GUEST))  # fmt: skip
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def tcp(port: int, flags: int, options: bytes = b"", payload: bytes = b"") -> bytes:
    """Return a segment to the server, with a right checksum."""
    offset = (20 + len(options) + 3) // 4
    head = struct.pack("!HHIIBBHHH", port, 8080, 1000, 0, offset << 4, flags, 8192, 0, 0) + options.ljust(
        offset * 4 - 20, b"\0"
    )
    pseudo = socket.inet_aton(PEER) + socket.inet_aton(GUEST) + struct.pack("!BBH", 0, TCP, len(head) + len(payload))
    return head[:16] + struct.pack("!H", checksum(pseudo + head + payload)) + head[18:] + payload


def dhcp(options: bytes) -> bytes:
    """Return an answer of a DHCP server."""
    message = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 2, 1, 6, 0, 1, 0, 0, bytes(4), socket.inet_aton(PEER),
                          bytes(4), bytes(4), MAC, b"", b"")  # fmt: skip
    message += b"\x63\x82\x53\x63" + options
    return ipv4(UDP, struct.pack("!HHHH", 67, 68, 8 + len(message), 0) + message)


def whole_frames() -> list[bytes]:
    """Return frames that are in order, which others are made of."""
    arp = struct.pack("!HHBBH", 1, IPV4, 6, 4, 1) + OURS + socket.inet_aton(PEER) + bytes(6) + socket.inet_aton(GUEST)
    echo = struct.pack("!BBHHH", 8, 0, checksum(struct.pack("!BBHHH", 8, 0, 0, 1, 1)), 1, 1)
    link_local = bytes.fromhex("fe80" + "0" * 26 + "77")
    solicitation = struct.pack("!BBHI", 135, 0, 0, 0) + link_local
    ipv6 = (
        struct.pack("!IHBB", 0x60000000, len(solicitation), ICMP6, 255) + link_local + b"\xff\x02" + bytes(13) + b"\1"
    )
    fragments = struct.pack("!BBHI", UDP, 0, 1, 7) + bytes(64)
    return [
        ethernet(ARP, arp, BROADCAST),
        ethernet(IPV4, ipv4(ICMP, echo)),
        ethernet(IPV4, ipv4(TCP, tcp(4000, SYN, bytes([2, 4, 5, 180, 4, 2, 8, 10]) + bytes(8)))),
        ethernet(IPV4, ipv4(TCP, tcp(4001, ACK, payload=b"GET / HTTP/1.1\r\n\r\n"))),
        ethernet(IPV4, ipv4(UDP, struct.pack("!HHHH", 9, 7, 12, 0) + b"echo")),
        ethernet(IPV4, dhcp(bytes([53, 1, 5, 54, 4, 10, 0, 2, 77, 51, 4, 0, 0, 0, 9, 255])), BROADCAST),
        ethernet(IPV6, ipv6 + solicitation),
        ethernet(IPV6, struct.pack("!IHBB", 0x60000000, len(fragments), FRAGMENT, 9) + link_local * 2 + fragments),
    ]


def odd_frames(chance: random.Random, count: int) -> list[bytes]:
    """Return frames that are cut, overwritten in places, overlong or of random bytes; and fragments that overlap."""
    whole = whole_frames()
    frames = []
    for number in range(count):
        frame = bytearray(chance.choice(whole))
        match number % 5:
            case 0:
                del frame[chance.randrange(14, len(frame)) :]
            case 1 | 2:
                for _ in range(chance.randint(1, 6)):
                    frame[chance.randrange(12, len(frame))] = chance.choice(
                        (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
                    )
            case 3:
                frame += chance.randbytes(chance.randrange(1, 1450))
                del frame[1514:]
            case 4:
                data = chance.randbytes(8 * chance.randint(1, 20) + chance.choice((0, 3)))
                place = chance.choice((0, 1, 2, 5, 0x1FFF)) | chance.choice((0, 0x2000))
                frame = bytearray(ethernet(IPV4, ipv4(UDP, data, fragment=place, identity=chance.randint(1, 9))))
        frames.append(bytes(frame))
    return frames


@pytest.mark.parametrize("model", ["virtio-net-pci", "e1000"])
@pytest.mark.usefixtures("tapped")
def test_malformed(model: str, kernel: Path, amount: Amount) -> None:
    """Frames that are wrong in every layer change nothing; in between the server answers."""
    chance = random.Random(3)  # noqa: S311 - repeatable, no secret
    count = 200 * amount.broken
    with guest(kernel, TAP, model) as server, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as card:
        before = server.state()
        card.bind((DEVICE, 0))
        for number, frame in enumerate(odd_frames(chance, count)):
            card.send(frame)
            if number % (count // 20) == 0:
                assert server.ask("GET", "/") == HELLO
        after = server.settled(before, 30)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.usefixtures("tapped")
def test_half_open(kernel: Path, amount: Amount) -> None:
    """Connections that somebody begins and never finishes keep nobody out."""
    with guest(kernel, TAP) as server, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as card:
        before = server.state()
        card.bind((DEVICE, 0))
        for port in range(1024, 1024 + 100 * amount.broken):
            card.send(ethernet(IPV4, ipv4(TCP, tcp(port % 65536, SYN))))
            if port % 1000 == 0:
                assert server.ask("GET", "/") == HELLO
        assert server.ask("GET", "/") == HELLO
        after = server.settled(before, 30)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.usefixtures("tapped")
def test_no_address_taken(kernel: Path) -> None:
    """Answers of a DHCP server that nobody asked leave a static address alone."""
    with guest(kernel, TAP) as server, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as card:
        card.bind((DEVICE, 0))
        for kind in (2, 5, 6):
            card.send(ethernet(IPV4, dhcp(bytes([53, 1, kind, 51, 4, 0, 0, 0, 9, 255])), BROADCAST))
        assert server.host == GUEST != HOST
        assert server.ask("GET", "/") == HELLO
