"""examples/httpd, asked from outside through QEMU's user network, on every machine that has a card with a driver."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .case import Case
from .conftest import go_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Kernels

pytestmark = pytest.mark.boot

CONFIG = {"NET": "y", "PCI": "y", "VIRTIO": "y", "VIRTIO_NET": "y", "E1000": "y"}
START_SECONDS = 40
MIB = 1 << 20


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(kernel: Path, machine: str, model: str) -> Iterator[int]:
    """Boot the server and yield the port of the host that leads to it."""
    port = _free_port()
    network = f"user,id=net0,hostfwd=tcp:127.0.0.1:{port}-:8080"
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--machine", machine]
    command += ["--accel", "tcg", "--timeout", "120", "--", "-netdev", network, "-device", f"{model},netdev=net0"]
    with subprocess.Popen(
        command, env=go_environment("1.27"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        lines: list[bytes] = []
        assert process.stdout
        reader = threading.Thread(target=lines.extend, args=(process.stdout,))
        reader.start()
        try:
            _wait_until_it_answers(port)
            yield port
        except BaseException as problem:
            process.terminate()
            reader.join(10)
            problem.add_note(b"".join(lines).decode(errors="replace"))
            raise
        process.terminate()
        reader.join(10)


def _wait_until_it_answers(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            if ask(port, "GET", "/") == b"hello from eggcup\n":
                return
        except (OSError, http.client.HTTPException):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """Make one request on a connection of its own and return the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


def _ask_often(port: int, times: int) -> int:
    """Ask several times on one connection; return how many answers were right."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    right = 0
    for _ in range(times):
        connection.request("GET", "/")
        right += connection.getresponse().read() == b"hello from eggcup\n"
    connection.close()
    return right


@pytest.mark.parametrize(
    ("machine", "model"),
    [("pc", "virtio-net-pci"), ("q35", "virtio-net-pci"), ("microvm", "virtio-net-device"), ("pc", "e1000")],
)
def test_httpd(machine: str, model: str, kernels: Kernels) -> None:
    """Requests one by one and 16 at once, megabytes both ways, profile and counters: all are answered rightly."""
    kernel = kernels.get(Case(name="httpd", program="examples/httpd", config=CONFIG), "1.27")
    with serving(kernel, machine, model) as port:
        sent = hashlib.sha256(b"eggcup").digest() * (4 * MIB // 32)
        digest, size = ask(port, "POST", "/hash", sent).split()
        assert (digest.decode(), int(size)) == (hashlib.sha256(sent).hexdigest(), len(sent))
        got = ask(port, "GET", f"/bytes/{8 * MIB}")
        assert got == bytes(i * 7 % 256 for i in range(64 << 10)) * (8 * MIB >> 16)
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(lambda _: _ask_often(port, 20), range(16))) == 320
        counted = json.loads(ask(port, "GET", "/debug/vars"))
        assert counted["requests"] >= 323
        assert b"goroutine profile:" in ask(port, "GET", "/debug/pprof/goroutine?debug=1")
