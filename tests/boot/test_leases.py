"""Addresses that come, stay and go: DHCP with short leases, router advertisements, several cards."""

from __future__ import annotations

import http.client
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .case import Case
from .conftest import go_environment
from .wire import (
    ACK,
    BROADCAST,
    DISCOVER,
    DNS,
    DOMAIN,
    IPV6,
    LEASE,
    MASK,
    MTU,
    NAK,
    OFFER,
    OURS,
    REQUEST,
    ROUTER,
    SERVER,
    SERVER_ADDRESS,
    Wire,
    checksum,
    ipv4,
    reply,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .conftest import Kernels

pytestmark = [pytest.mark.boot, pytest.mark.usefixtures("again")]

CONFIG = {"NET": "y", "PCI": "y", "VIRTIO": "y", "VIRTIO_NET": "y", "E1000": "y", "VFS": "y"}
SECONDS = 8
"""A lease: renewed from half of it on, by any server from seven eighths on."""
HARDWARE = bytes.fromhex("525400000007")
NOBODY = socket.inet_ntoa(bytes(4))
ANSWER = {
    MASK: socket.inet_aton("255.255.255.0"), ROUTER: socket.inet_aton(SERVER_ADDRESS),
    DNS: socket.inet_aton("10.1.0.3"), DOMAIN: b"egg.example", LEASE: struct.pack("!I", SECONDS),
}  # fmt: skip


class Console:
    """The lines of a guest, as they come."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._at = 0
        assert process.stdout
        self._stream = process.stdout
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for raw in self._stream:
            with self._more:
                self.lines.append(raw.decode(errors="replace").rstrip())
                self._more.notify_all()

    def wait(self, pattern: str, seconds: float = 20) -> str:
        """Return the next line that a regular expression is found in, after those returned before."""
        end = time.monotonic() + seconds
        with self._more:
            while True:
                while self._at < len(self.lines):
                    line = self.lines[self._at]
                    self._at += 1
                    if re.search(pattern, line):
                        return line
                if not self._more.wait(end - time.monotonic()) and time.monotonic() > end:
                    raise AssertionError(f"no line fits {pattern!r}:\n" + "\n".join(self.lines))


@contextmanager
def running(kernel: Path, arguments: Sequence[str]) -> Iterator[Console]:
    """Boot a kernel with further arguments for QEMU."""
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--accel", "tcg", "--smp", "1",
               "--mem", "128", "--timeout", "90", "--", *arguments]  # fmt: skip
    with subprocess.Popen(
        command, env=go_environment("1.27"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield Console(process)
        finally:
            process.terminate()


def card(wire: Wire, name: str, model: str = "virtio-net-pci", hardware: bytes = HARDWARE) -> list[str]:
    """Return QEMU's arguments for a card at a wire."""
    return ["-netdev", wire.netdev, "-device", f"{model},netdev={name},mac={hardware.hex(':')}"]


def built(kernels: Kernels, **settings: str) -> Path:
    """Return the kernel of the program `leases`."""
    return kernels.get(Case(name="leases", program="leases", config={**CONFIG, **settings}), "1.27")


@contextmanager
def leased(kernels: Kernels, folder: Path, **settings: str) -> Iterator[tuple[Wire, Console]]:
    """Boot the program `leases` behind a wire."""
    kernel = built(kernels, **settings)
    with Wire(folder, "net0") as wire, running(kernel, card(wire, "net0")) as console:
        yield wire, console


@pytest.fixture
def again() -> None:
    """Stand for the number of the boot."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Boot as often as `--boot-count` says."""
    if "again" in metafunc.fixturenames:
        metafunc.parametrize("again", range(metafunc.config.getoption("--boot-count")))


def test_life_of_a_lease(kernels: Kernels, tmp_path: Path) -> None:
    """A lease is renewed by its server, then by any, ends when nobody answers, and another follows."""
    with leased(kernels, tmp_path, NET_IPV6="n") as (wire, console):
        console.wait("^state: eth0 mtu 1500$")  # the program does not wait
        asked = wire.lease("10.1.0.5", {**ANSWER, MTU: struct.pack("!H", 1400)})
        begun = time.monotonic()
        assert asked.hardware == HARDWARE
        console.wait("eth0: 10.1.0.5/24 from DHCP server 10.1.0.1, lease 8s$")
        console.wait("^state: eth0 mtu 1400 10.1.0.5/24 search egg.example nameserver 10.1.0.3$")

        renewal = wire.query(REQUEST)
        assert 0.4 * SECONDS < time.monotonic() - begun < 0.9 * SECONDS
        assert (renewal.own, renewal.broadcast, SERVER in renewal.options) == ("10.1.0.5", False, False)
        wire.send(reply(renewal, ACK, "10.1.0.5", {**ANSWER, DNS: socket.inet_aton("10.1.0.4")}))
        begun = time.monotonic()
        console.wait("^state: .* nameserver 10.1.0.4$")

        while not (rebinding := wire.query(REQUEST)).broadcast:
            pass
        assert time.monotonic() - begun > 0.8 * SECONDS
        assert rebinding.own == "10.1.0.5"
        console.wait("eth0: the lease has ended$")
        assert 0.9 * SECONDS < time.monotonic() - begun < 2 * SECONDS
        console.wait("^state: eth0 mtu 1400$")
        wire.lease("10.1.0.6", ANSWER)
        console.wait("^state: .* 10.1.0.6/24 .*nameserver 10.1.0.3$")


def test_refusals(kernels: Kernels, tmp_path: Path) -> None:
    """Lost messages are sent again; a server that says no is asked anew, at the beginning and at the renewal."""
    with leased(kernels, tmp_path, NET_IPV6="n") as (wire, console):
        for _ in range(2):
            wire.query(DISCOVER)  # lost
        wire.send(reply(wire.query(DISCOVER), OFFER, "10.1.0.5", ANSWER))
        wire.query(REQUEST)  # lost
        wire.send(reply(wire.query(REQUEST), NAK, NOBODY, {}))
        wire.lease("10.1.0.7", ANSWER)
        console.wait("^state: .* 10.1.0.7/24 ")
        wire.send(reply(wire.query(REQUEST), NAK, NOBODY, {}))
        console.wait("eth0: the DHCP server has taken the address back$")
        console.wait("^state: eth0 mtu 1500$")
        wire.lease("10.1.0.8", ANSWER)
        console.wait("^state: .* 10.1.0.8/24 ")


def advertisement(prefix: bytes, valid: int, preferred: int) -> bytes:
    """Return a router's advertisement (RFC 4861, 4.2) of a prefix of 64 bits, to all nodes."""
    source, target = bytes.fromhex("fe80" + "0" * 26 + "01"), bytes.fromhex("ff02" + "0" * 26 + "01")
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + b"\x01\x01" + OURS
    body += struct.pack("!BBBBIII16s", 3, 4, 64, 0xC0, valid, preferred, 0, prefix)
    pseudo = source + target + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    packet = struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + source + target + body
    return bytes.fromhex("333300000001") + OURS + IPV6.to_bytes(2, "big") + packet


def test_prefix_lifetime(kernels: Kernels, tmp_path: Path) -> None:
    """An address made from a router's prefix lives as long as that is valid; a longer life keeps it."""
    short, long = (bytes.fromhex(f"20010db80000000{n}") + bytes(8) for n in (1, 2))
    with leased(kernels, tmp_path, NET_DHCP="n", NET_ADDRESS="10.1.0.5/24") as (wire, console):
        console.wait(r"fe80::5054:ff:fe00:7/64 \(SLAAC\)$")
        wire.send(advertisement(short, 3, 3))
        wire.send(advertisement(long, 7200, 3600))
        console.wait(r"2001:db8:0:1:5054:ff:fe00:7/64 \(SLAAC\)$")
        console.wait("^state: .* 10.1.0.5/24 .*2001:db8:0:2:5054:ff:fe00:7/64")
        console.wait("^state: .* 10.1.0.5/24 2001:db8:0:2:5054:ff:fe00:7/64 nameserver")
        end = time.monotonic() + 10
        while not any("2001:db8:0:1:5054:ff:fe00:7/64 is no longer valid" in line for line in console.lines):
            assert time.monotonic() < end, console.lines  # the log follows the change
            time.sleep(0.05)


def test_mtu(kernels: Kernels, tmp_path: Path) -> None:
    """A packet larger than NET_MTU goes out in pieces that are not."""
    with leased(kernels, tmp_path, NET_DHCP="n", NET_ADDRESS="10.1.0.5/24", NET_MTU="1000", NET_IPV6="n") as (
        wire,
        console,
    ):
        console.wait("^state: eth0 mtu 1000 10.1.0.5/24")
        echo = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + bytes(range(200)) * 7
        echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
        wire.send(HARDWARE + OURS + b"\x08\x00" + ipv4(SERVER_ADDRESS, "10.1.0.5", 1, echo))
        asked = wire.next(10, lambda frame: frame[12:14] == b"\x08\x06")
        assert asked
        wire.send(HARDWARE + OURS + b"\x08\x06" + asked[14:20] + b"\0\2" + OURS + socket.inet_aton(SERVER_ADDRESS)
                  + asked[22:32])  # fmt: skip
        got = 0
        while got < len(echo):
            piece = wire.next(10, lambda frame: frame[12:14] == b"\x08\x00" and frame[23] == 1)
            assert piece
            size = int.from_bytes(piece[16:18], "big")
            assert size <= 1000
            got += size - 20
        assert got == len(echo)


def test_no_forwarding(kernels: Kernels, tmp_path: Path) -> None:
    """Two cards have a lease each; a packet for the other's network, or for the card of somebody else, goes no way."""
    kernel = built(kernels, NET_IPV6="n")
    other = HARDWARE[:5] + b"\x08"
    with (
        Wire(tmp_path, "net0") as one,
        Wire(tmp_path, "net1") as two,
        running(kernel, [*card(one, "net0"), *card(two, "net1", "e1000", other)]) as console,
    ):
        answer = {**ANSWER, LEASE: struct.pack("!I", 3600)}
        asked = [one.lease("10.1.0.5", answer).hardware, two.lease("10.2.0.5", answer).hardware]
        assert asked == [HARDWARE, other]
        line = console.wait(r"^state: .*10\.[12]\.0\.5/24.*10\.[12]\.0\.5/24")
        assert re.search(
            r"eth\d mtu 1500 10.1.0.5/24 eth\d mtu 1500 10.2.0.5/24|10.2.0.5/24 eth\d mtu 1500 10.1.0.5/24", line
        )
        udp = struct.pack("!HHHH", 9, 9, 12, 0) + b"lost"
        packet = ipv4("10.1.0.9", "10.2.0.9", 17, udp)
        for target in (HARDWARE, BROADCAST, OURS):
            one.send(target + OURS + b"\x08\x00" + packet)
        assert two.next(1.5, lambda frame: b"lost" in frame or socket.inet_aton("10.2.0.9") in frame) is None


@pytest.mark.parametrize("models", [("virtio-net-pci", "virtio-net-pci"), ("virtio-net-pci", "e1000")])
def test_two_cards_serve(models: tuple[str, str], kernels: Kernels) -> None:
    """A server answers on both of its cards, each in a network with an address of its own by DHCP."""
    kernel = kernels.get(Case(name="httpd", program="examples/httpd", config=CONFIG), "1.27")
    ports: list[int] = []
    arguments: list[str] = []
    for number, model in enumerate(models):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(int(free.getsockname()[1]))
        net = f"user,id=net{number},net=10.{number + 3}.0.0/24,hostfwd=tcp:127.0.0.1:{ports[-1]}-:8080"
        arguments += ["-netdev", net, "-device", f"{model},netdev=net{number}"]
    with running(kernel, arguments) as console:
        for _ in models:
            console.wait(r"eth\d: 10\.[34]\.0\.15/24 from DHCP server")
        if "e1000" not in models:
            assert any("unit E1000: absent" in line for line in console.lines)
        for port in ports * 2:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"hello from eggcup\n"
            connection.close()
