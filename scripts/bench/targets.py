"""What is expected of eggcup, as ratios to the Linux guest in the same run; nothing fails when one is missed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound for a ratio eggcup / Linux, or for a value of its own."""

    bound: float
    at_least: bool = False
    unit: str = ""

    def met(self, value: float) -> bool:
        """Say whether `value` keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}{self.unit and ' ' + self.unit}"


def verdict(target: Target | None, value: float | None) -> str:
    """Return the two last cells of a table's row: target and verdict."""
    if target is None:
        return " | "
    if value is None:
        return f"{target} | not measured"
    return f"{target} | {'met' if target.met(value) else '**not met**'}"


BOOT = Target(5, at_least=True)
"""How many times sooner than the minimal Linux guest the first line of main() appears."""

MICRO = {
    "getpid_raw": Target(0.6),
    "time_now": Target(1.0),
    "locked_M_pingpong_rt": Target(0.6),
    "futex_pingpong_rt": Target(0.6),
    "sleep_overshoot_1ms": Target(1.0),
    "first_touch_rate": Target(3.0, at_least=True),
    "mmap_munmap_64k": Target(0.2),
}

NETWORK = {
    "first": Target(0.25),
    "rate": Target(1.0, at_least=True),
    "p99": Target(1.0),
    "rtt": Target(1.0),
    "stream": Target(1.0, at_least=True),
}
"""Ratios to the minimal Linux guest behind the same card."""

IMAGE_OVERHEAD = Target(256, unit="KiB")
SERVER_OVERHEAD = Target(512, unit="KiB")
"""Of a kernel with a server over its Go binary linked with gVisor's stack (scripts/bench/stack.py)."""

HELLO_MEMORY = Target(16, unit="MiB")

TOOL = {
    "olddefconfig": Target(0.1, unit="s"),
    "no-op build": Target(1.0, unit="s"),
    "one-symbol change to a new kernel": Target(5.0, unit="s"),
}
