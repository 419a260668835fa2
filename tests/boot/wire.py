"""A test at the other end of a guest's network cable: Ethernet frames through a pair of Unix sockets, without root."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURS = bytes.fromhex("020000000001")
BROADCAST = b"\xff" * 6
IPV4, IPV6, UDP = 0x0800, 0x86DD, 17
COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
MASK, ROUTER, DNS, DOMAIN, MTU, REQUESTED, LEASE, TYPE, SERVER = 1, 3, 6, 15, 26, 50, 51, 53, 54
SERVER_ADDRESS = "10.1.0.1"


def checksum(data: bytes) -> int:
    """Return the checksum of RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1])) + (
        data[-1] << 8 if len(data) % 2 else 0
    )
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def ipv4(source: str, target: str, protocol: int, payload: bytes) -> bytes:
    """Return a packet."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(target))  # fmt: skip
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


class Query(NamedTuple):
    """A message of a DHCP client."""

    kind: int
    identity: bytes
    hardware: bytes
    own: str
    options: dict[int, bytes]
    broadcast: bool


def query(frame: bytes) -> Query | None:
    """Return the DHCP message that a frame carries, if it does."""
    if len(frame) < 282 or frame[12:14] != b"\x08\x00" or frame[23] != UDP or frame[36:38] != b"\x00\x43":
        return None
    message, options = frame[42:], {}
    at = 240
    while at < len(message) and message[at] != 255:
        if message[at] == 0:
            at += 1
            continue
        options[message[at]] = message[at + 2 : at + 2 + message[at + 1]]
        at += 2 + message[at + 1]
    return Query(options[TYPE][0], message[4:8], message[28:34], socket.inet_ntoa(message[12:16]), options,
                 frame[:6] == BROADCAST)  # fmt: skip


def reply(to: Query, kind: int, address: str, options: dict[int, bytes]) -> bytes:
    """Return a server's answer, in a frame to everybody."""
    listed = b"".join(bytes([code, len(data)]) + data for code, data in
                      {TYPE: bytes([kind]), SERVER: socket.inet_aton(SERVER_ADDRESS), **options}.items())  # fmt: skip
    fixed = struct.pack("!BBBB4sHH4s4s4s4s16s64s128s", 2, 1, 6, 0, to.identity, 0, 0, bytes(4),
                        socket.inet_aton(address), bytes(4), bytes(4), to.hardware, b"", b"")  # fmt: skip
    message = fixed + COOKIE + listed + b"\xff"
    udp = struct.pack("!HHHH", 67, 68, 8 + len(message), 0) + message
    packet = ipv4(SERVER_ADDRESS, "255.255.255.255", UDP, udp)
    return BROADCAST + OURS + IPV4.to_bytes(2, "big") + packet


class Wire:
    """The end of a cable that is the test's; `netdev` is QEMU's name for the other end."""

    def __init__(self, folder: Path, name: str) -> None:
        ours, self._guest = folder / f"{name}.ours", folder / f"{name}.guest"
        self.netdev = f"dgram,id={name},local.type=unix,local.path={self._guest},remote.type=unix,remote.path={ours}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(ours))

    def __enter__(self) -> Self:
        """Return the wire, which is there from its making on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self.socket.close()

    def send(self, frame: bytes) -> None:
        """Send a frame to the guest."""
        self.socket.sendto(frame.ljust(60, b"\0"), str(self._guest))

    def next(self, seconds: float, fits: Callable[[bytes], bool] = lambda _: True) -> bytes | None:
        """Return the next frame that fits, or None when the time is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return None
            frame = self.socket.recv(65536)
            if fits(frame):
                return frame
        return None

    def query(self, *kinds: int, seconds: float = 20) -> Query:
        """Return the next DHCP message of one of these kinds; others that come before are passed over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            frame = self.next(left)
            if frame and (asked := query(frame)) and asked.kind in kinds:
                return asked
        raise AssertionError(f"no DHCP message of type {kinds} within {seconds} s")

    def lease(self, address: str, options: dict[int, bytes]) -> Query:
        """Play a server from DISCOVER to ACK; return the REQUEST.

        What has waited here for long may be a DISCOVER that the client has given up: each gets its offer.
        """
        while (asked := self.query(DISCOVER, REQUEST)).kind == DISCOVER:
            self.send(reply(asked, OFFER, address, options))
        assert asked.options[REQUESTED] == socket.inet_aton(address)
        assert asked.options[SERVER] == socket.inet_aton(SERVER_ADDRESS)
        self.send(reply(asked, ACK, address, options))
        return asked
