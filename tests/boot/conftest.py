"""Builds each kernel once a session, boots it through `eggcup run`, and keeps the console of a boot that failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .case import Case, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).with_name("programs")
LOGS = ROOT / "build" / "boot-logs"
OTHER_GO = ROOT / ".cache" / "go1.26" / "go" / "bin" / "go"

# For building and for QEMU's own start, beside the guest's time.
GRACE_SECONDS = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--boot-count N`, to look for what fails now and then."""
    parser.addoption("--boot-count", type=int, default=1, help="boot every case this many times")


@dataclass(frozen=True)
class Console:
    """What a boot left: the lines, the exit code of `eggcup run`, and what it said on stderr."""

    lines: list[Line]
    code: int
    messages: str

    def log(self) -> str:
        """Return the console as text."""
        return "".join(f"{line.text}\n" for line in self.lines) + f"--- exit code {self.code}\n{self.messages}"


class Kernels:
    """The kernels of a session, each built once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: dict[str, Path] = {}

    def get(self, case: Case, go: str) -> Path:
        """Return the kernel for a case and a version of Go."""
        key = repr((case.program, case.preset, sorted(case.config.items()), case.generate, case.reverse_ties, go))
        if key not in self._built:
            # Cases of one name may differ in their configuration.
            folder = self._folder / f"{case.name}-go{go}-{len(self._built)}"
            folder.mkdir(exist_ok=True)  # it is there when the build failed for another machine
            self._built[key] = _build(case, go, folder)
        return self._built[key]


def _build(case: Case, go: str, folder: Path) -> Path:
    program = program_folder(case)
    environment = go_environment(go)
    eggcup(["defconfig", case.preset], folder, environment)
    if case.config:
        settings = [f"{name}={value.replace('{program}', str(program))}" for name, value in case.config.items()]
        eggcup(["set", *settings], folder, environment)
    options = ["--reverse-ties"] if case.reverse_ties else []
    if not case.generate:
        eggcup(["build", str(program), *options, "-o", "kernel.elf"], folder, environment)
        return folder / "kernel.elf"
    # Beside the programs, so that it may import what is internal to them; go's patterns pass over dotted folders.
    copy = PROGRAMS / f".{case.name}-go{go}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(program, copy)
    try:
        eggcup(["generate", "-o", str(copy / "zz_init.go")], folder, environment)
        eggcup(["build", str(copy), *options, "-o", "kernel.elf"], folder, environment)
    finally:
        shutil.rmtree(copy)
    return folder / "kernel.elf"


def program_folder(case: Case) -> Path:
    """Return the program's folder; a case whose program lies outside the repository is skipped where that is not."""
    if "/" not in case.program:
        return PROGRAMS / case.program
    folder = (ROOT / case.program).resolve()
    if not folder.is_dir() and not folder.is_relative_to(ROOT):
        pytest.skip(f"{case.program} is not beside the repository")
    return folder


def eggcup(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run a verb; a failure fails the test with what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"eggcup {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}"


def go_environment(go: str) -> dict[str, str]:
    """Return the environment in which eggcup uses a version of Go: 1.27 is this Python environment's own."""
    environment = {name: value for name, value in os.environ.items() if name != "EGGCUP_GO"}
    environment["PYTHONPATH"] = str(ROOT)
    if go == "1.26":
        assert OTHER_GO.exists(), f"{OTHER_GO} is missing: make go1.26"
        environment["EGGCUP_GO"] = str(OTHER_GO)
    else:
        assert go == "1.27", f"no Go {go} is set up for tests"
    return environment


def boot(kernel: Path, machine: str, case: Case) -> Console:
    """Boot a kernel under TCG, whose results do not depend on the host, and read its console to the end."""
    command = [sys.executable, "-m", "configurator.cli.main", "run", str(kernel), "--machine", machine]
    command += ["--accel", "tcg", "--mem", str(case.memory), "--smp", "1", "--timeout", str(case.timeout)]
    command += ["--append", case.append] if case.append else []
    command += ["--", *case.qemu] if case.qemu else []
    return read_console(command, go_environment("1.27"), case.timeout + GRACE_SECONDS)


def read_console(command: list[str], environment: Mapping[str, str], limit: float) -> Console:
    """Run `command` and note when each line of its output arrives."""
    lines: list[Line] = []
    end = time.monotonic() + limit
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        for raw in process.stdout:
            lines.append(Line(raw.decode(errors="replace").rstrip("\r\n"), time.monotonic(), time.time()))
            if time.monotonic() > end:
                process.kill()
        messages = process.stderr.read().decode(errors="replace")
    return Console(lines, process.returncode, messages)


def keep_log(name: str, console: Console) -> Path:
    """Save the console of a failed boot and return the file."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name.replace('/', '_')}.log"
    path.write_text(console.log(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Kernels:
    """Return the session's kernels."""
    return Kernels(tmp_path_factory.mktemp("kernels"))
