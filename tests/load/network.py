"""A network of the test's own: a namespace with a tap device, and a wire that loses frames and swaps them.

The namespace belongs to the calling thread while it is entered, so sockets and child processes that are made meanwhile
are in it. The wire stands in for netem, which many kernels lack: it is a process between the tap device and QEMU's
`-netdev dgram`, and its chances come from a seed.
"""

from __future__ import annotations

import ctypes
import fcntl
import multiprocessing
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST, GUEST = "10.0.2.2", "10.0.2.15"
TAP = "tap0"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
FRAME = 65536
BUFFER = 1 << 22
LATEST = 0.01
"""How long the wire holds a frame back at most, in seconds."""


def missing() -> list[str]:
    """Say what the tests need and this machine has not, each with its remedy."""
    found = [f"{tool} (apt-get install {package})" for tool, package in (("ip", "iproute2"), ("wrk", "wrk"))
             if shutil.which(tool) is None]  # fmt: skip
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        found.append("/dev/net/tun (modprobe tun, and root)")
    if ctypes.CDLL(None, use_errno=True).unshare(0) or os.geteuid():
        found.append("network namespaces (run as root, in a container with --privileged)")
    return found


@contextmanager
def namespace() -> Iterator[None]:
    """Put the calling thread into a network namespace of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as home:
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare: no network namespace")
        try:
            ip("link set lo up")
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


def ip(command: str) -> None:
    """Change the network of the namespace."""
    subprocess.run(["ip", *command.split()], check=True, capture_output=True)


def add_tap() -> None:
    """Make the tap device, with the address that the guest takes for its gateway."""
    ip(f"tuntap add {TAP} mode tap")
    ip(f"addr add {HOST}/24 dev {TAP}")
    ip(f"link set {TAP} up")


@dataclass(frozen=True)
class Trouble:
    """The shares of frames, in each direction, that a wire loses, and that it lets others overtake."""

    loss: float = 0.0
    reorder: float = 0.0
    seed: int = 1


@contextmanager
def wire(folder: Path, trouble: Trouble) -> Iterator[str]:
    """Run a wire from the tap device to the guest, and yield the `-netdev` that is its other end."""
    ours, guests = folder / "wire", folder / "guest"
    for path in (ours, guests):
        path.unlink(missing_ok=True)
    process = multiprocessing.get_context("fork").Process(target=_carry, args=(ours, guests, trouble), daemon=True)
    process.start()
    try:
        end = time.monotonic() + 5
        while not ours.exists():
            if time.monotonic() > end:
                raise TimeoutError("the wire does not start")
            time.sleep(0.01)
        yield f"dgram,id=net0,local.type=unix,local.path={guests},remote.type=unix,remote.path={ours}"
    finally:
        process.terminate()
        process.join(5)


def _carry(ours: Path, guests: Path, trouble: Trouble) -> None:
    """Carry frames both ways until the process is ended."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", TAP.encode(), IFF_TAP | IFF_NO_PI))
    port = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        port.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    port.bind(str(ours))
    port.setblocking(False)

    def to_guest(frame: bytes) -> None:
        with suppress(OSError):  # the guest is not there yet, or does not keep up: as on a real wire
            port.sendto(frame, str(guests))

    def to_host(frame: bytes) -> None:
        with suppress(OSError):
            os.write(tap, frame)

    ways = {tap: _Way(to_guest, trouble, 0), port.fileno(): _Way(to_host, trouble, 1)}
    while True:
        held = any(way.held for way in ways.values())
        for fd in select.select(list(ways), [], [], LATEST / 4 if held else None)[0]:
            with suppress(BlockingIOError):
                for _ in range(64):
                    ways[fd].pass_on(os.read(fd, FRAME))
        for way in ways.values():
            way.release(time.monotonic())


class _Way:
    """One direction of a wire."""

    def __init__(self, send: Callable[[bytes], None], trouble: Trouble, number: int) -> None:
        self._send = send
        self._trouble = trouble
        self._chance = random.Random(2 * trouble.seed + number)  # noqa: S311 - repeatable, no secret
        self.held: list[tuple[float, int, bytes]] = []

    def pass_on(self, frame: bytes) -> None:
        """Send a frame, lose it, or hold it back until two others have passed or its time is up."""
        if self._chance.random() < self._trouble.loss:
            return
        if self._chance.random() < self._trouble.reorder:
            self.held.append((time.monotonic() + LATEST, 2, frame))
            return
        self._send(frame)
        self.held = [(end, left - 1, kept) for end, left, kept in self.held]
        self.release(0)

    def release(self, now: float) -> None:
        """Send what was held back for long enough."""
        for item in [item for item in self.held if item[1] <= 0 or item[0] < now]:
            self.held.remove(item)
            self._send(item[2])
