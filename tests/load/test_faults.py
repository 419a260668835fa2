"""Clients that misbehave and networks that lose frames: the server goes on, and nothing is left in use."""

from __future__ import annotations

import hashlib
import http.client
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from .conftest import HELLO, PORT, TAP, Amount, Guest, guest, say
from .network import GUEST, Trouble, wire

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.load

MIB = 1 << 20
REQUEST = b"GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n"

# What may differ between two states that are alike: caches that fill, and pages that the heap holds on to.
SLACK_KIB = 4096

# How long the server waits for a header (programs/server), and a connection's ports stay reserved (kernel/inet).
HEADER_SECONDS = 5
TIME_WAIT_SECONDS = 10

# What one byte of a slow client costs at most, on a busy host.
BYTE_SECONDS = 0.005

# Go's keep-alive finds out after this time that a peer is gone.
KEEP_ALIVE_SECONDS = 15

# The options and values of tcp(7) that package socket does not name: with TCP_REPAIR a connection ends in silence.
TCP_REPAIR = 19
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def _one_answer(server: Guest) -> bool:
    with socket.create_connection((server.host, server.port), 20) as one:
        one.sendall(REQUEST)
        answer = b""
        while more := one.recv(4096):
            answer += more
    return answer.endswith(HELLO)


@pytest.mark.usefixtures("tapped")
def test_short_connections(kernel: Path, amount: Amount) -> None:
    """After many connections with a request each as many descriptors, goroutines and frames are free as before."""
    with guest(kernel, TAP) as server, ThreadPoolExecutor(8) as pool:
        pool_of = amount.short_lived // 10
        assert all(pool.map(lambda _: _one_answer(server), range(pool_of)))  # what is made once is made here
        before = server.state()
        assert all(pool.map(lambda _: _one_answer(server), range(amount.short_lived)))
        time.sleep(TIME_WAIT_SECONDS + 1)
        after = server.settled(before, 20)
        say(f"before {before}, after {after}")
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])
        assert after["free"] > before["free"] - SLACK_KIB


@pytest.mark.usefixtures("tapped")
def test_slow_loris(kernel: Path, amount: Amount) -> None:
    """Clients that send a header byte by byte hold nobody up, and lose their connections."""
    with guest(kernel, TAP) as server, ExitStack() as stack:
        before = server.state()
        slow = [stack.enter_context(socket.create_connection((GUEST, PORT), 10)) for _ in range(amount.broken)]
        end = time.monotonic() + HEADER_SECONDS - 1
        for byte in REQUEST:
            if time.monotonic() > end:
                break
            for one in slow:
                one.send(bytes([byte]))
            begin = time.monotonic()
            assert server.ask("GET", "/") == HELLO
            # What all of them have just sent comes before it.
            assert time.monotonic() - begin < 1 + amount.broken * BYTE_SECONDS
        after = server.settled(before, 3 * HEADER_SECONDS)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.usefixtures("tapped")
def test_vanished(kernel: Path, amount: Amount) -> None:
    """Clients that vanish without a word are found out by keep-alive."""
    with guest(kernel, TAP) as server:
        before = server.state()
        vanished = []
        for _ in range(amount.broken):
            one = http.client.HTTPConnection(GUEST, PORT, timeout=10)
            one.request("GET", "/")
            assert one.getresponse().read() == HELLO
            one.sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            one.close()
            vanished.append(time.monotonic())
        # Those that the server may have found out about already do not count.
        unknown = [when for when in vanished if when > time.monotonic() - KEEP_ALIVE_SECONDS + 1]
        assert server.state()["goroutines"] >= len(unknown) > 0
        after = server.settled(before, 2 * KEEP_ALIVE_SECONDS)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.usefixtures("tapped")
def test_reset(kernel: Path, amount: Amount) -> None:
    """Clients that reset the connection in the middle of an upload or a download leave nothing behind."""
    with guest(kernel, TAP) as server:
        before = server.state()
        for number in range(amount.broken):
            with socket.create_connection((GUEST, PORT), 10) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                if number % 2:
                    one.sendall(
                        b"POST /hash HTTP/1.1\r\nHost: guest\r\nContent-Length: 1000000\r\n\r\n" + bytes(50_000)
                    )
                else:
                    one.sendall(b"GET /bytes/10000000 HTTP/1.1\r\nHost: guest\r\n\r\n")
                    one.recv(10_000)
        assert server.ask("GET", "/") == HELLO
        after = server.settled(before, 20)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.usefixtures("tapped")
def test_descriptor_limit(kernel: Path) -> None:
    """More clients than descriptors: those that have one are served, the others when some have gone."""
    limit = 100
    with guest(kernel, TAP, append=f"-descriptors {limit}") as server, ExitStack() as stack:
        before = server.state()
        crowd = [stack.enter_context(socket.create_connection((GUEST, PORT), 10)) for _ in range(2 * limit)]
        end = time.monotonic() + 20
        while not any(b"too many open files" in line for line in server.console):
            assert time.monotonic() < end, "no EMFILE"
            time.sleep(0.1)
        crowd[0].sendall(REQUEST)
        assert crowd[0].recv(4096).startswith(b"HTTP/1.1 200")
        for one in crowd:
            one.close()
        server.wait(20)
        after = server.settled(before, 20)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


def _download(server: Guest, size: int) -> None:
    connection = server.connect(120)
    connection.request("GET", f"/bytes/{size}")
    answer = connection.getresponse()
    digest, got = hashlib.sha256(), 0
    while block := answer.read(MIB):
        digest.update(block)
        got += len(block)
    connection.close()
    assert got == size
    assert digest.hexdigest() == _expected(size)


def _expected(size: int) -> str:
    """Return the sum of what programs/server sends: words of 8 bytes that count."""
    digest, number = hashlib.sha256(), 0
    while size > 0:
        count = min(size, MIB) // 8
        digest.update(struct.pack(f"<{count}Q", *range(number, number + count)))
        number, size = number + count, size - 8 * count
    return digest.hexdigest()


def _upload(server: Guest, size: int) -> None:
    digest, block = hashlib.sha256(), bytes(i * 31 % 251 for i in range(MIB))
    connection = server.connect(120)
    connection.putrequest("POST", "/hash")
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    for _ in range(size // MIB):
        connection.send(block)
        digest.update(block)
    answer = connection.getresponse().read().split()
    connection.close()
    assert answer == [digest.hexdigest().encode(), str(size).encode()]


@pytest.mark.parametrize("model", ["virtio-net-pci", "e1000"])
@pytest.mark.usefixtures("tapped")
def test_stream(model: str, kernel: Path, amount: Amount) -> None:
    """A long upload and a long download arrive as they were sent."""
    with guest(kernel, TAP, model) as server:
        for name, transfer in (("up", _upload), ("down", _download)):
            begin = time.monotonic()
            transfer(server, amount.stream_mib * MIB)
            say(f"{model} {name}: {amount.stream_mib / (time.monotonic() - begin):.1f} MiB/s")


TROUBLES = {
    "loses 1 %": Trouble(loss=0.01),
    "loses 10 %": Trouble(loss=0.1),
    "swaps": Trouble(reorder=0.05),
    "loses and swaps": Trouble(loss=0.01, reorder=0.05, seed=2),
}
IN_SHORT = ("loses 1 %", "loses and swaps")


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.usefixtures("tapped")
def test_wire(name: str, kernel: Path, amount: Amount, tmp_path: Path) -> None:
    """Over a wire that loses frames and swaps them everything arrives as it was sent, only later."""
    if not amount.full and name not in IN_SHORT:
        pytest.skip("in the full version only")
    trouble = TROUBLES[name]
    most = 1 if trouble.loss > 0.05 else 32
    size = min(amount.stream_mib, most) * MIB
    with wire(tmp_path, trouble) as net, guest(kernel, net) as server:
        for transfer in (_upload, _download):
            begin = time.monotonic()
            transfer(server, size)
            say(f"wire that {name}: {size / MIB / (time.monotonic() - begin):.2f} MiB/s")
        failures: list[int] = []

        def ask(number: int) -> None:
            if server.ask("GET", "/", seconds=60) != HELLO:
                failures.append(number)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
