"""A web server in a guest behind a tap device, loaded by wrk; and TCP within a guest.

Needs root, for a network namespace of its own (tests/load/network.py), and wrk.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import targets
from compare import Spread, progress
from guests import BEFORE, EGGCUP

from configurator.run.machine import Machine
from tests.load import network

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from guests import Bench, Kernel

MODELS = ("virtio-net-pci", "e1000")
CONNECTIONS = (1, 16, 64)
MEMORY_MB, LITTLE_MEMORY_MB = 256, 32
PORT = 8080
REQUEST = b"GET / HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n"
FIRST_SECONDS = 30
CONNECT_SECONDS = 0.03
"""How long an attempt to connect may take: what is sent before the guest is up is lost, and TCP repeats it late."""
LOOPBACK_SECONDS = 120
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
HARDWARE = "52:54:00:12:34:56"
"""The hardware address that QEMU gives the first card."""

ADDRESS = f"ip={network.GUEST}::{network.HOST}:255.255.255.0::eth0:off"
"""How a Linux kernel gets the address that the configuration gives eggcup."""

SETTINGS = ("NET=y", "NET_DHCP=n", f"NET_ADDRESS={network.GUEST}/24", f"NET_GATEWAY={network.HOST}", "PCI=y",
            "VIRTIO=y", "VIRTIO_NET=y", "E1000=y")  # fmt: skip


@dataclass
class Figures:
    """The figures of all runs, by guest and name."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, guest: str, name: str, value: float) -> None:
        """Take the figure of one run."""
        self.values.setdefault((guest, name), []).append(value)

    def row(self, ours: str, theirs: str, name: str, label: str, *, judged: bool = True) -> str:
        """Return a line of the table: both, and the median of the ratios of neighbouring runs."""
        one, two = self.values.get((ours, name), []), self.values.get((theirs, name), [])
        ratios = [a / b for a, b in zip(one, two, strict=False) if b]
        ratio = statistics.median(ratios) if ratios else None
        target = targets.NETWORK.get(name.partition(" ")[0]) if judged else None
        shown = f"{ratio:.2f}" if ratio else ""
        return f"| {label} | {Spread(tuple(one))} | {Spread(tuple(two))} | {shown} | {targets.verdict(target, ratio)} |"


@contextmanager
def tap() -> Iterator[None]:
    """Be in a namespace with the tap device, behind which the guest's address is known.

    Otherwise the host asks for it once a second while the guest boots, and the next question decides.
    """
    with network.namespace():
        network.add_tap()
        network.ip(f"neigh replace {network.GUEST} lladdr {HARDWARE} nud permanent dev {network.TAP}")
        yield


@contextmanager
def running(bench: Bench, kernel: Kernel, model: str, memory_mb: int) -> Iterator[tuple[float, int]]:
    """Boot a guest behind the tap device and yield when QEMU was started, and its process."""
    device = ("-netdev", f"tap,id=net0,ifname={network.TAP},script=no,downscript=no")
    with bench.command(kernel, Machine.PC, memory_mb, (*device, "-device", f"{model},netdev=net0"), ADDRESS) as (
        command,
        fds,
    ):
        began = time.monotonic()
        process = subprocess.Popen(
            command, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield began, process.pid
        finally:
            process.kill()
            process.wait()


def first_answer(began: float) -> float | None:
    """Ask until the guest answers; return the seconds since it was started."""
    while time.monotonic() - began < FIRST_SECONDS:
        try:
            with socket.create_connection((network.GUEST, PORT), CONNECT_SECONDS) as one:
                one.settimeout(2)
                one.sendall(REQUEST)
                if one.recv(4096).startswith(b"HTTP/1.1 200"):
                    return time.monotonic() - began
        except OSError:
            time.sleep(0.002)
    return None


def processor_seconds(process: int) -> float:
    """Return the processor time that all threads of a process have had."""
    spent = 0
    for thread in Path(f"/proc/{process}/task").iterdir():
        spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e9


def wrk(connections: int, seconds: int) -> tuple[float, float, int]:
    """Return requests a second, the 99th percentile in ms, and how many requests there were."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://{network.GUEST}:{PORT}/"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, percentile = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", said)
    count = re.search(r"(\d+) requests in", said)
    if not rate or not percentile or not count or "Socket errors" in said:
        raise SystemExit(f"wrk at {connections} connections:\n{said}")
    return float(rate[1]), float(percentile[1]) * UNITS[percentile[2]], int(count[1])


def measure_web(bench: Bench, kernels: Sequence[Kernel], runs: int, seconds: int) -> dict[str, Figures]:
    """Load each guest in turn, with each card."""
    found = {}
    with tap():
        for model in MODELS:
            figures = found[model] = Figures()
            for run in range(runs):
                for kernel in kernels:
                    with running(bench, kernel, model, MEMORY_MB) as (began, process):
                        first = first_answer(began)
                        if first is None:
                            progress(f"{model} {run + 1} {kernel.name}: no answer")
                            continue
                        figures.add(kernel.name, "first", first)
                        for connections in CONNECTIONS:
                            spent = processor_seconds(process)
                            rate, percentile, count = wrk(connections, seconds)
                            cost = (processor_seconds(process) - spent) / count * 1e6
                            figures.add(kernel.name, f"rate {connections}", rate)
                            figures.add(kernel.name, f"p99 {connections}", percentile)
                            figures.add(kernel.name, f"cost {connections}", cost)
                            said = f"{rate:.0f}/s, p99 {percentile:.1f} ms, {cost:.0f} us"
                            progress(f"{model} {run + 1} {kernel.name} {connections}: {said}")
    return found


def serves_in_little(bench: Bench, kernel: Kernel) -> bool:
    """Say whether the guest serves with little memory."""
    with tap(), running(bench, kernel, MODELS[0], LITTLE_MEMORY_MB) as (began, _):
        return first_answer(began) is not None and wrk(64, 3)[0] > 0


def measure_loopback(bench: Bench, kernels: Sequence[Kernel], runs: int) -> Figures:
    """Run the program loopback in each guest in turn."""
    figures = Figures()
    for run in range(runs):
        for kernel in kernels:
            # Linux brings its loopback interface up when it sets up the other.
            card = ("-nic", f"user,model={MODELS[0]}")
            said = bench.boot(kernel, Machine.PC, MEMORY_MB, "loopback DONE", LOOPBACK_SECONDS, card, ADDRESS)
            for line in said.texts:
                if line.startswith("figure "):
                    _, name, value, unit = line.split()
                    figures.add(kernel.name, name, float(value))
                    progress(f"loopback {run + 1} {kernel.name}: {name} {value} {unit}")
    return figures


def web_rows(figures: Figures, theirs: str, *, judged: bool = True) -> list[str]:
    """Return the lines of a card's table."""
    rows = [figures.row(EGGCUP, theirs, "first", "first answer, s", judged=judged)]
    labels = {"rate": "requests/s", "p99": "99th percentile, ms", "cost": "QEMU's processor time, us a request"}
    for connections in CONNECTIONS:
        for name, what in labels.items():
            label = f"{what}, {connections} connections"
            rows.append(figures.row(EGGCUP, theirs, f"{name} {connections}", label, judged=judged))
    return rows


def tables(web: dict[str, Figures], loopback: Figures, linux: str, sizes: list[str]) -> list[str]:
    """Return the section of the document."""
    head = [f"| | {EGGCUP} | {linux} | ratio | target | |", "|---|---|---|---|---|---|"]
    lines = []
    for model, figures in web.items():
        lines += [f"### httpd, {model}", "", *head, *web_rows(figures, linux), ""]
        if (BEFORE, "first") in figures.values:
            lines += [f"### httpd, {model}, beside the kernel before", ""]
            lines += [f"| | {EGGCUP} | before | ratio | | |", head[1], *web_rows(figures, BEFORE, judged=False), ""]
    lines += ["### TCP within the guest", "", *head]
    lines.append(loopback.row(EGGCUP, linux, "rtt", "round trip of a byte, us"))
    lines.append(loopback.row(EGGCUP, linux, "stream", "64 KiB blocks one way, MiB/s"))
    lines.append(loopback.row(EGGCUP, linux, "connect", "connect and close, us"))
    return [*lines, "", *sizes]
