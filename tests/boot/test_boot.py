"""Every case boots on each of its machines with each of its Go versions. No boot is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .case import Case, faults, load_cases
from .conftest import boot, keep_log

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kernels

pytestmark = pytest.mark.boot


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each case, machine and Go version, so often as `--boot-count` says."""
    times = range(1, metafunc.config.getoption("boot_count", 1) + 1)
    metafunc.parametrize(
        ("case", "machine", "go", "time"),
        [
            pytest.param(case, machine, go, time, id="-".join([case.name, machine, f"go{go}", *_repeat(time)]))
            for time in times
            for case in load_cases()
            for go in case.go
            for machine in case.machines
        ],
    )


def _repeat(time: int) -> list[str]:
    return [f"again{time}"] if time > 1 else []


def test_boot(  # noqa: PLR0913, PLR0917 - the parts of a case's name, and pytest's own
    case: Case, machine: str, go: str, time: int, kernels: Kernels, request: pytest.FixtureRequest
) -> None:
    """The console fits the case, and the guest's exit code is that of `eggcup run`."""
    _skip_without_memory(case.host_memory)
    kernel: Path = kernels.get(case, go)
    console = boot(kernel, machine, case)
    found = faults(case, console.lines)
    if console.code != case.exit:
        found.insert(0, f"the exit code is {console.code}, not {case.exit}")
    if found:
        path = keep_log(request.node.callspec.id, console)
        last = "\n".join(line.text for line in console.lines[-25:])
        pytest.fail(f"boot {time}:\n  " + "\n  ".join(found) + f"\n\n{last}\n{console.messages}\n{path}", pytrace=False)


def _skip_without_memory(needed: int) -> None:
    with open("/proc/meminfo", encoding="ascii") as meminfo:  # noqa: PTH123 - a kernel interface, no path of ours
        available = next(int(line.split()[1]) // 1024 for line in meminfo if line.startswith("MemAvailable"))
    if available < needed:
        pytest.skip(f"the host has {available} MiB available, the case needs {needed}")
