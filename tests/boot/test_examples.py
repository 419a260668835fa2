"""The programs of examples/ do the same on Linux and as a kernel: each test runs on both."""

from __future__ import annotations

import http.client
import http.server
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .case import Case
from .conftest import ROOT, go_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from .conftest import Kernels

pytestmark = pytest.mark.boot

NETWORK = {"NET": "y", "VIRTIO_NET": "y", "E1000": "n", "VFS": "y"}
START_SECONDS = 40
KILLS = 20
SYSTEM_FOLDERS = "/usr/sbin:/sbin"  # e2fsprogs, where a user's PATH may not lead


@dataclass
class Server:
    """A program that serves: the port on this machine that leads to it, and what it has printed."""

    process: subprocess.Popen[bytes]
    port: int
    lines: list[str] = field(default_factory=list)

    def wait_for(self, text: str) -> None:
        """Wait until a line has the text."""
        end = time.monotonic() + START_SECONDS
        while not any(text in line for line in list(self.lines)):
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a loss of power does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log(self) -> str:
        """Return what it has printed."""
        return "".join(self.lines)


@contextmanager
def started(command: Sequence[str], port: int, *ready: str, **environment: str) -> Iterator[Server]:
    """Start a server, wait until it has printed all of `ready`, and end it."""
    with subprocess.Popen(
        command, env={**go_environment("1.27"), **environment}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        server = Server(process, port)
        assert process.stdout
        reader = threading.Thread(target=lambda: server.lines.extend(line.decode() for line in process.stdout or ()))
        reader.start()
        try:
            for text in ready:
                server.wait_for(text)
            yield server
        except BaseException as problem:
            problem.add_note(server.log())
            raise
        finally:
            if process.poll() is None:
                server.kill()
            reader.join(10)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def on_linux(example: str, folder: Path) -> Callable[..., AbstractContextManager[Server]]:
    """Build an example for Linux and return what starts it, with {port} for its port."""
    go = find_go()
    binary = folder / example
    environment = {**go.environment(), "GOWORK": "off"}
    command = [str(go.binary), "build", "-o", str(binary), "."]
    subprocess.run(command, cwd=ROOT / "examples" / example, env=environment, check=True)

    def start(*arguments: str, **environment: str) -> AbstractContextManager[Server]:
        port = free_port()
        filled = [a.replace("{port}", str(port)) for a in arguments]
        return started([str(binary), *filled], port, f"{example}: listening", **environment)

    return start


def as_kernel(
    example: str, kernels: Kernels, guest_port: int, config: dict[str, str]
) -> Callable[..., AbstractContextManager[Server]]:
    """Build an example as a kernel and return what boots it."""
    kernel = kernels.get(Case(name=example, program=f"examples/{example}", config={**NETWORK, **config}), "1.27")

    def start(*qemu: str) -> AbstractContextManager[Server]:
        port = free_port()
        command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--machine", "pc"]
        command += ["--accel", "tcg", "--timeout", "120", "--"]
        command += ["-nic", f"user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:{port}-:{guest_port}", *qemu]
        return started(command, port, f"{example}: listening", "from DHCP server")

    return start


# -- echo


def _send_all(one: socket.socket, sent: bytes) -> None:
    one.sendall(sent)
    one.shutdown(socket.SHUT_WR)


def _echo(port: int, size: int) -> bool:
    """Send bytes while receiving them, end, and compare.

    The first byte goes alone: QEMU's user network drops a connection whose client ends it before the guest has answered
    the first packet.
    """
    sent = random.Random(size).randbytes(size)  # noqa: S311 - any bytes
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        one.sendall(b"!")
        assert one.recv(1) == b"!"
        sender = threading.Thread(target=_send_all, args=(one, sent))
        sender.start()
        got = b"".join(iter(lambda: one.recv(1 << 16), b""))
        sender.join()
    return got == sent


@pytest.mark.parametrize("where", ["linux", "kernel"])
def test_echo(where: str, kernels: Kernels, tmp_path: Path) -> None:
    """Many connections at once get back what they send, to the last byte, whatever its size."""
    if where == "linux":
        starting = on_linux("echo", tmp_path)("-port", "{port}")
    else:
        starting = as_kernel("echo", kernels, 7000, {})()
    with starting as server, ExitStack() as open_ones, ThreadPoolExecutor(16) as pool:
        idle = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(20)]
        for one in idle:
            open_ones.enter_context(one)
        assert all(pool.map(lambda n: _echo(server.port, n * 9973), range(48)))
        for one in idle:
            one.sendall(b"still there")
            assert one.recv(100) == b"still there"


# -- https


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of a certificate authority of this run."""
    folder = tmp_path_factory.mktemp("authority")
    go = find_go()
    source = ROOT / "tests" / "boot" / "authority"
    subprocess.run([go.binary, "run", ".", str(folder)], cwd=source, env=go.environment(), check=True)
    tls = folder / "files" / "etc" / "tls"
    tls.mkdir(parents=True)
    for name in ("server.pem", "server.key"):
        shutil.copy(folder / name, tls)
    return folder


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with the path."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"page {self.path}\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    """Serve pages over TLS from this process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _get(port: int, path: str, context: ssl.SSLContext) -> tuple[int, str]:
    connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("where", ["linux", "kernel"])
def test_https(where: str, kernels: Kernels, authority: Path, tmp_path: Path) -> None:
    """Clients that trust the authority are served, others are not; the program itself trusts nobody else either."""
    if where == "linux":
        tls = authority / "files" / "etc" / "tls"
        files = ["-cert", str(tls / "server.pem"), "-key", str(tls / "server.key")]
        trust = {"SSL_CERT_FILE": str(authority / "ca.pem"), "SSL_CERT_DIR": str(tmp_path)}
        starting = on_linux("https", tmp_path)("-listen", "127.0.0.1:{port}", *files, **trust)
        host = "127.0.0.1"
    else:
        config = {"ROOTFS_DIR": str(authority / "files"), "CA_BUNDLE": str(authority / "ca.pem")}
        starting = as_kernel("https", kernels, 8443, config)()
        host = "10.0.2.2"
    trusting = ssl.create_default_context(cafile=authority / "ca.pem")
    with starting as server, tls_server(authority) as other:
        assert _get(server.port, "/", trusting) == (200, "hello over TLS 1.3 and HTTP/1.1\n")
        with pytest.raises(ssl.SSLCertVerificationError):
            _get(server.port, "/", ssl.create_default_context(cafile=None))
        assert _get(server.port, f"/fetch?url=https://{host}:{other}/x", trusting) == (200, "page /x\n")
        stranger = tmp_path / "stranger"
        stranger.mkdir()
        go = find_go()
        command = [str(go.binary), "run", ".", str(stranger)]
        subprocess.run(command, cwd=ROOT / "tests" / "boot" / "authority", env=go.environment(), check=True)
        with tls_server(stranger) as unknown:
            status, text = _get(server.port, f"/fetch?url=https://{host}:{unknown}/x", trusting)
        assert status == http.client.BAD_GATEWAY
        assert "certificate signed by unknown authority" in text


# -- kvstore


@dataclass
class Journal:
    """What clients know of the store: the last value that was acknowledged for each key, and those tried since."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    tried: dict[str, list[str]] = field(default_factory=dict)

    def allows(self, key: str, value: str | None) -> bool:
        """Say whether a key may have this value now."""
        return value == self.acknowledged.get(key) or value in self.tried.get(key, [])


def _request(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _write_until_killed(port: int, journal: Journal, writer: int, count: Iterator[int]) -> int:
    """Put values until the store is gone; return how many were acknowledged."""
    done = 0
    for n in count:
        key = f"w{writer}-{n % 25}"
        value = f"{n}-" + "x" * (n * 37 % 3000)
        journal.tried.setdefault(key, []).append(value)
        try:
            status, _ = _request(port, "PUT", f"/keys/{key}", value)
        except (OSError, http.client.HTTPException):
            return done
        assert status == http.client.NO_CONTENT
        journal.acknowledged[key] = value
        journal.tried[key] = []
        done += 1
    return done


def _compare(port: int, journal: Journal) -> None:
    """Every key has the value that was acknowledged last, or one that was tried after it."""
    _, listed = _request(port, "GET", "/keys")
    for key in set(json.loads(listed)) | set(journal.acknowledged):
        status, value = _request(port, "GET", f"/keys/{key}")
        got = value if status == http.client.OK else None
        assert journal.allows(key, got), f"{key} is {got!r:.40}, not {journal.acknowledged.get(key)!r:.40}"
        if got is not None:
            journal.acknowledged[key] = got
        journal.tried[key] = []


@pytest.mark.parametrize("where", ["linux", "kernel"])
def test_kvstore(where: str, kernels: Kernels, tmp_path: Path) -> None:
    """Whenever the store is killed, every value that it has acknowledged is there when it starts again."""
    image = tmp_path / "disk.img"
    if where == "linux":
        build = on_linux("kvstore", tmp_path)

        def start() -> AbstractContextManager[Server]:
            return build("-listen", "127.0.0.1:{port}", "-file", str(tmp_path / "kv.db"))
    else:
        make = ["mke2fs", "-q", "-t", "ext3", str(image), "32M"]
        subprocess.run(make, check=True, env={**os.environ, "PATH": f"{os.environ['PATH']}:{SYSTEM_FOLDERS}"})
        boot = as_kernel("kvstore", kernels, 8080, {"BLOCK": "y", "EXT3": "y"})

        def start() -> AbstractContextManager[Server]:
            return boot("-drive", f"file={image},format=raw,if=virtio")

    journal = Journal()
    chance = random.Random(7)  # noqa: S311 - any moments
    written = 0
    counts = [iter(range(1 << 30)) for _ in range(4)]
    for _ in range(KILLS):
        with start() as server, ThreadPoolExecutor(4) as pool:
            _compare(server.port, journal)
            writers = [pool.submit(_write_until_killed, server.port, journal, w, counts[w]) for w in range(4)]
            time.sleep(chance.uniform(0.1, 1.2))  # a moment in the middle of writes
            server.kill()
            written += sum(w.result() for w in writers)
    with start() as server:
        _compare(server.port, journal)
    assert written > KILLS
    if where == "kernel":
        checked = subprocess.run(
            ["e2fsck", "-fp", str(image)], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{os.environ['PATH']}:{SYSTEM_FOLDERS}"},
        )  # fmt: skip
        assert checked.returncode in {0, 1}, checked.stdout


# -- sshd


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a client's key, and the files of a server that knows it."""
    folder = tmp_path_factory.mktemp("identity")
    for name in ("client", "stranger", "host_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    files = folder / "files" / "etc" / "ssh"
    files.mkdir(parents=True)
    shutil.copy(folder / "client.pub", files / "authorized_keys")
    shutil.copy(folder / "host_key", files / "host_key")
    return folder


def _ssh(
    port: int, key: Path, known: Path, *command: str, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    options = ["StrictHostKeyChecking=yes", f"UserKnownHostsFile={known}", "IdentitiesOnly=yes", "BatchMode=yes"]
    arguments = ["ssh", "-F", "none", "-p", str(port), "-i", str(key)]
    arguments += [part for option in options for part in ("-o", option)]
    arguments += ["-tt"] if typed is not None and not command else []
    return subprocess.run(
        [*arguments, "user@127.0.0.1", *command], input=typed, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("where", ["linux", "kernel"])
def test_sshd(where: str, kernels: Kernels, identity: Path, tmp_path: Path) -> None:
    """A client that is known logs in by OpenSSH, runs commands and has a shell; a stranger is refused."""
    files = identity / "files" / "etc" / "ssh"
    if where == "linux":
        keys = ["-keys", str(files / "authorized_keys"), "-host-key", str(files / "host_key")]
        starting = on_linux("sshd", tmp_path)("-listen", "127.0.0.1:{port}", *keys)
    else:
        starting = as_kernel("sshd", kernels, 2222, {"ROOTFS_DIR": str(identity / "files")})()
    with starting as server:
        known = tmp_path / "known_hosts"
        host_key = (identity / "host_key.pub").read_text(encoding="utf-8")
        known.write_text(f"[127.0.0.1]:{server.port} {host_key}", encoding="utf-8")

        def ssh(*command: str, typed: str | None = None, key: str = "client") -> subprocess.CompletedProcess[str]:
            return _ssh(server.port, identity / key, known, *command, typed=typed)

        assert ssh("cat", "/etc/hostname").stdout.strip()
        listed = ssh("ls", "/proc/self")
        assert listed.returncode == 0
        assert "cmdline" in listed.stdout
        assert str(time.gmtime().tm_year) in ssh("date").stdout
        used = ssh("top").stdout
        assert "MemTotal" in used
        assert "goroutines" in used
        assert " x " in ssh("cpuinfo").stdout
        missing = ssh("cat", "/no/such/file")
        assert (missing.returncode, missing.stderr) == (1, "cat: open /no/such/file: no such file or directory\n")
        assert ssh("format", "c:").returncode == 127
        shell = ssh(typed="help\rcpuinfo\rexit\r")
        assert shell.returncode == 0, shell
        assert "cat cpuinfo date help ls top exit" in shell.stdout
        assert "eggcup> " in shell.stdout
        refused = ssh("date", key="stranger")
        assert refused.returncode == 255
        assert "Permission denied" in refused.stderr
