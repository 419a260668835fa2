"""Run popular servers and stores on Linux and in the guest, and write down what they did: docs/servers.md.

Each folder of tests/servers is a program of its own with pinned requirements. A line "ok MODULE WHAT" is something that
worked; anything else it says of a module is in the table as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from configurator.build.toolchain import find_go  # noqa: E402 - the checkout has to be in the path first
from configurator.files import write_if_changed  # noqa: E402

DOCUMENT = ROOT / "docs" / "servers.md"
PROGRAMS = ROOT / "tests" / "servers"
EGGCUP = [sys.executable, "-m", "configurator.cli.main"]
ANSWER = re.compile(r"(ok|FAIL) (\S+) (.+)")
DISK_MIB = 256
SETTINGS = {"web": ["NET=y", "VFS=y"], "stores": ["NET=y", "VFS=y", "BLOCK=y", "EXT3=y"]}
INTRODUCTION = """# Servers and stores that were tried

<!-- Written by `make try-servers` from tests/servers; do not edit. -->

Programs on top of popular modules, unmodified, on Linux and in the guest: QEMU's `pc` under TCG with one processor. The
stores are in a folder in memory and on a disk with ext3 (`/data`). What the guest does is done over its loopback
interface.

| Module | Version | What it did | Linux | Guest |
|---|---|---|---|---|
"""


def main() -> int:
    """Run all of them; return 1 if the guest fails at something that works on Linux."""
    rows: list[tuple[str, str, str, str, str]] = []
    for name in sorted(SETTINGS):
        print(f"{name}: building, then Linux and the guest", file=sys.stderr)
        folder = PROGRAMS / name
        with tempfile.TemporaryDirectory(prefix="eggcup-servers-") as scratch:
            linux = on_linux(folder, Path(scratch))
            guest = in_guest(folder, Path(scratch))
        versions = versions_of(folder)
        for module, what in dict.fromkeys([*linux, *guest]):
            key = (module, what)
            rows.append((module, versions.get(module, ""), what, linux.get(key, "not run"), guest.get(key, "not run")))
    lines = "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
    write_if_changed(DOCUMENT, INTRODUCTION + lines)
    print(lines, end="")
    return int(not rows or any(guest != linux for *_, linux, guest in rows))


def on_linux(folder: Path, scratch: Path) -> dict[tuple[str, str], str]:
    """Build and run the program here."""
    go = find_go()
    environment = {**go.environment(), "GOWORK": "off"}
    subprocess.run([go.binary, "build", "-o", str(scratch / "program"), "."], cwd=folder, env=environment, check=True)
    folders = [str(scratch / "disk"), str(scratch / "memory")] if folder.name == "stores" else []
    done = subprocess.run(
        [str(scratch / "program"), *folders], cwd=scratch, capture_output=True, text=True, timeout=300, check=False
    )
    text = done.stdout.replace(f"in {scratch}/disk", "in /data/x").replace(f"in {scratch}/memory", "in /root/x")
    return answers(text)


def in_guest(folder: Path, scratch: Path) -> dict[tuple[str, str], str]:
    """Build the program as a kernel and boot it."""
    config = str(scratch / "config")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOWORK": "off"}
    kernel = str(scratch / "kernel.elf")
    run = [*EGGCUP, "run", kernel, "--config", config, "--mem", "1024", "--timeout", "300"]
    if folder.name == "stores":
        disk = scratch / "disk.img"
        subprocess.run(["mke2fs", "-q", "-t", "ext3", str(disk), f"{DISK_MIB}M"], check=True)
        run += ["--append", "/data/x /root/x", "--", "-drive", f"file={disk},format=raw,if=virtio"]
    for command in (
        [*EGGCUP, "defconfig", "--config", config],
        [*EGGCUP, "set", *SETTINGS[folder.name], "--config", config],
        [*EGGCUP, "build", str(folder), "--config", config, "-o", kernel],
    ):
        subprocess.run(command, env=environment, capture_output=True, check=True)
    done = subprocess.run(run, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return answers(done.stdout.replace("\r\n", "\n"))


def answers(text: str) -> dict[tuple[str, str], str]:
    """Return what became of each module and what was done with it."""
    found = {}
    for verdict, module, rest in ANSWER.findall(text):
        what, _, error = rest.partition(": ")
        found[module, what] = "yes" if verdict == "ok" else f"no: {error}"
    return found


def versions_of(folder: Path) -> dict[str, str]:
    """Return the versions that the program is pinned to."""
    text = (folder / "go.mod").read_text(encoding="utf-8")
    return dict(re.findall(r"^\s+(\S+) (v\S+)", text, re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
