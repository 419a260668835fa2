"""The server's kernel, guests on it, and how much each test does."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.boot.case import Case
from tests.boot.conftest import Kernels, go_environment

from . import network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PORT = 8080
START_SECONDS = 40
MEMORY_MIB = 256
HERE = (network.GUEST, PORT)
CONFIG = {
    "NET": "y", "NET_DHCP": "n", "NET_ADDRESS": f"{network.GUEST}/24", "NET_GATEWAY": network.HOST,
    "PCI": "y", "VIRTIO": "y", "VIRTIO_NET": "y", "E1000": "y", "VFS": "y",
}  # fmt: skip
HELLO = b"hello from eggcup\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the load tests."""
    parser.addoption("--load-full", action="store_true", help="load tests with their full figures (about an hour)")
    parser.addoption("--load-strict", action="store_true", help="fail, not skip, where a namespace or wrk is missing")


@dataclass(frozen=True)
class Amount:
    """How much the tests do: the short version is for every change, the full one before a release."""

    full: bool
    seconds: int
    connections: tuple[int, ...]
    short_lived: int
    stream_mib: int
    broken: int


SHORT = Amount(full=False, seconds=2, connections=(1, 64, 1024), short_lived=1000, stream_mib=16, broken=50)
FULL = Amount(full=True, seconds=60, connections=(1, 16, 64, 256, 1024), short_lived=100_000, stream_mib=1024,
              broken=1000)  # fmt: skip


@pytest.fixture(scope="session")
def amount(request: pytest.FixtureRequest) -> Amount:
    """Return how much to do."""
    return FULL if request.config.getoption("--load-full", default=False) else SHORT


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the kernel of programs/server."""
    case = Case(name="load-server", program="tests/load/programs/server", config=CONFIG)
    return Kernels(tmp_path_factory.mktemp("load")).get(case, "1.27")


@pytest.fixture
def tapped(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the test into a namespace with a tap device; without the means for it the test is skipped, or fails."""
    if lacking := network.missing():
        say = pytest.fail if request.config.getoption("--load-strict", default=False) else pytest.skip
        say(f"missing: {', '.join(lacking)}")
    with network.namespace():
        network.add_tap()
        yield


def say(text: str) -> None:
    """Print a figure, for who runs the tests with -s."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


TAP = f"tap,id=net0,ifname={network.TAP},script=no,downscript=no"


@contextmanager
def guest(  # noqa: PLR0913 - options of a boot, most have defaults
    kernel: Path,
    net: str,
    model: str = "virtio-net-pci",
    *,
    append: str = "",
    at: tuple[str, int] = HERE,
    capture: Path | None = None,
) -> Iterator[Guest]:
    """Boot the server behind a `-netdev`, and end it afterwards; the console is added to what fails meanwhile.

    `capture` is a file for what the card sees.
    """
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--machine", "pc", "--accel", "tcg"]
    command += [
        "--mem",
        str(MEMORY_MIB),
        "--smp",
        "1",
        "--append",
        append,
        "--",
        "-netdev",
        net,
        "-device",
        f"{model},netdev=net0",
    ]
    for number, file in enumerate(filter(None, (capture, os.environ.get("EGGCUP_LOAD_PCAP")))):  # for tcpdump -r
        command += ["-object", f"filter-dump,id=capture{number},netdev=net0,maxlen=160,file={file}"]
    with subprocess.Popen(
        command, env=go_environment("1.27"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        lines: list[bytes] = []
        assert process.stdout
        reader = threading.Thread(target=lines.extend, args=(process.stdout,))
        reader.start()
        server = Guest(*at, lines)
        try:
            server.wait(START_SECONDS)
            yield server
            assert process.poll() is None, "the guest has ended"
        except BaseException as problem:
            process.terminate()
            reader.join(10)
            problem.add_note(b"".join(lines[-40:]).decode(errors="replace"))
            raise
        process.terminate()
        reader.join(10)


@dataclass(frozen=True)
class Guest:
    """A server that runs."""

    host: str
    port: int
    console: list[bytes]

    def wait(self, seconds: float) -> None:
        """Return when it answers."""
        end = time.monotonic() + seconds
        while True:
            try:
                if self.ask("GET", "/", seconds=2) == HELLO:
                    return
            except (OSError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def connect(self, seconds: float = 20) -> http.client.HTTPConnection:
        """Return a connection that is not open yet."""
        return http.client.HTTPConnection(self.host, self.port, timeout=seconds)

    def ask(self, method: str, path: str, body: bytes | None = None, seconds: float = 20) -> bytes:
        """Make one request on a connection of its own and return the answer."""
        connection = self.connect(seconds)
        try:
            connection.request(method, path, body, {"Connection": "close"})
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read()
        finally:
            connection.close()

    def state(self) -> dict[str, int]:
        """Return what is in use in the guest."""
        return dict(json.loads(self.ask("GET", "/state")))

    def settled(self, like: dict[str, int], seconds: float) -> dict[str, int]:
        """Return the state, as soon as it has no more descriptors and goroutines than `like`, or after a time."""
        end = time.monotonic() + seconds
        while True:
            now = self.state()
            if all(now[key] <= like[key] for key in ("descriptors", "goroutines")) or time.monotonic() > end:
                return now
            time.sleep(1)
