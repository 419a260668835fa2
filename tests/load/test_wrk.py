"""Many requests at once by wrk: no answer is wrong, missing or late."""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from .capture import longest_wait
from .conftest import PORT, TAP, Amount, Guest, guest, say

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.load

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}

# Counts the answers that are not as they should be; wrk itself counts none but those with another status.
SCRIPT = """
wrong, right = 0, 0
local thread
function setup(t) thread = t end
function response(status, headers, body)
  if status == 200 and body == "hello from eggcup\\n" then right = right + 1 else wrong = wrong + 1 end
end
function done() io.write(string.format("right %d wrong %d\\n", thread:get("right"), thread:get("wrong"))) end
"""


def wrk(server: Guest, connections: int, seconds: int, folder: Path, *, late: bool = False) -> tuple[int, float, float]:
    """Load the server; return the right answers, the 99th percentile and the longest time to an answer, in seconds.

    With `late` an answer that takes longer than the run is no error.
    """
    script = folder / "count.lua"
    script.write_text(SCRIPT)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s", str(script)]
    done = subprocess.run(
        [*command, f"http://{server.host}:{server.port}/"], capture_output=True, text=True, check=True
    ).stdout
    counted = re.search(r"right (\d+) wrong (\d+)", done)
    assert counted, done
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done)
    assert errors is None or (late and errors.groups()[:3] == ("0", "0", "0")), done
    assert int(counted[2]) == 0, done
    percentile = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", done)
    longest = re.search(r"Latency\s+\S+\s+\S+\s+([\d.]+)(us|ms|s|m)\b", done)
    assert percentile, done
    assert longest, done
    return int(counted[1]), float(percentile[1]) * UNITS[percentile[2]], float(longest[1]) * UNITS[longest[2]]


MODELS = ("virtio-net-pci", "e1000")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.usefixtures("tapped")
def test_tap(model: str, kernel: Path, amount: Amount, tmp_path: Path) -> None:
    """Through a tap device every answer comes, and soon; afterwards nothing is left in use.

    The bounds are far from what is usual, also on a busy host, and below what a lost wake-up costs.
    """
    with guest(kernel, TAP, model) as server:
        before = server.state()
        for connections in amount.connections:
            right, percentile, longest = wrk(server, connections, amount.seconds, tmp_path)
            say(f"{model} tap {connections}: {right / amount.seconds:.0f}/s, p99 {percentile:.3f}, max {longest:.3f}")
            assert right > 100 * amount.seconds, f"{connections} connections: {right} answers"
            if connections <= 64:
                assert percentile < 1, f"{connections} connections: the 99th percentile is {percentile} s"
                assert longest < 5, f"{connections} connections: an answer took {longest} s"
        after = server.settled(before, 30)
        assert (after["descriptors"], after["goroutines"]) == (before["descriptors"], before["goroutines"])


@pytest.mark.parametrize("model", MODELS)
def test_user(model: str, kernel: Path, amount: Amount, tmp_path: Path) -> None:
    """Through QEMU's user network every answer comes, and soon after the request has reached the guest's card.

    When wrk sees it says nothing about the guest: the user network listens with a queue of one connection. Of many that
    come at once Linux drops the last step of the handshake, and the client's request is sent again after a time that
    doubles (docs/load.md).
    """
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    net = f"user,id=net0,hostfwd=tcp:127.0.0.1:{port}-:{PORT}"
    seen = tmp_path / "card.pcap"
    with guest(kernel, net, model, at=("127.0.0.1", port), capture=seen) as server:
        right = 0
        for connections in amount.connections:
            count, percentile, longest = wrk(server, connections, amount.seconds, tmp_path, late=True)
            say(f"{model} user {connections}: {count / amount.seconds:.0f}/s, p99 {percentile:.3f}, max {longest:.3f}")
            assert count > 100 * amount.seconds, f"{connections} connections: {count} answers"
            right += count
    waited, answered = longest_wait(seen, PORT)
    say(f"{model} user: {answered} requests at the card, the longest wait {waited:.3f} s")
    assert answered >= right
    assert waited < 10, f"at the card an answer took {waited} s"
