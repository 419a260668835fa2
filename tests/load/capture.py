"""What a guest's card has seen, from the file that QEMU's filter-dump writes (pcap, frames in full or cut)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_HEADER, FRAME_HEADER = 24, struct.Struct("<IIII")
ETHERNET, IPV4, TCP = 14, 0x0800, 6


class Segment(NamedTuple):
    """A TCP segment over IPv4: when it passed, its ports, and how many bytes it carries."""

    seconds: float
    source: int
    target: int
    size: int


def segments(path: Path) -> Iterator[Segment]:
    """Yield the TCP segments of a capture."""
    with path.open("rb") as file:
        file.seek(FILE_HEADER)
        while len(head := file.read(FRAME_HEADER.size)) == FRAME_HEADER.size:
            seconds, microseconds, kept, _ = FRAME_HEADER.unpack(head)
            frame = file.read(kept)
            if len(frame) < ETHERNET + 40 or frame[12:14] != IPV4.to_bytes(2, "big") or frame[23] != TCP:
                continue
            ip = frame[ETHERNET:]
            header = (ip[0] & 15) * 4
            source, target = struct.unpack_from("!HH", ip, header)
            size = int.from_bytes(ip[2:4], "big") - header - (ip[header + 12] >> 4) * 4
            yield Segment(seconds + microseconds / 1e6, source, target, size)


def longest_wait(path: Path, port: int) -> tuple[float, int]:
    """Return how long a request waited for its answer at most, in seconds, and how many were answered.

    `port` is the server's. Who has sent one request sends the next after the answer.
    """
    asked: dict[int, float] = {}
    longest, answered = 0.0, 0
    for one in segments(path):
        if one.size == 0:
            continue
        if one.target == port:
            asked.setdefault(one.source, one.seconds)
        elif one.source == port and (since := asked.pop(one.target, None)) is not None:
            longest, answered = max(longest, one.seconds - since), answered + 1
    return longest, answered
