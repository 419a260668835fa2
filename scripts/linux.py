"""Compare eggcup with C kconfig on the Linux 6.12 tree, line by line, and write the table in docs/kconfig.md.

Ends with 1 when a line differs. The C program and the tree are those that scripts/oracle makes.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.compat.oracle import Conf, body, linux_conf  # noqa: E402 - after the path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCUMENT = ROOT / "docs" / "kconfig.md"
BEGIN, END = "<!-- made by scripts/linux.py: begin -->\n", "<!-- end -->\n"
TOOLS = {"CC": "gcc", "HOSTCC": "gcc", "LD": "ld", "AR": "ar", "NM": "nm", "OBJCOPY": "objcopy", "OBJDUMP": "objdump"}
"""What the tree's $(shell) lines ask for their version, as its Makefile names them. Both programs see the same."""


class Row(NamedTuple):
    """A line of the table."""

    architecture: str
    what: str
    lines: int
    differing: int


class Comparison:
    """Runs both programs on the tree for one architecture."""

    def __init__(self, conf: Conf, linux: Path, architecture: str, folder: Path) -> None:
        self._conf = conf
        self._kconfig = linux / "Kconfig"
        self._folder = folder
        self.architecture = architecture
        self.environment = linux_environment(linux, architecture)

    def theirs(self, *options: str, config: str | None = None, env: Mapping[str, str] | None = None) -> str:
        """Return the .config that C kconfig writes."""
        environment = {**self.environment, **(env or {})}
        return self._conf.run(self._kconfig, self._folder, *options, config=config, env=environment)

    def minimal(self, config: str) -> str:
        """Return what C kconfig's savedefconfig makes of a .config."""
        self.theirs(f"--savedefconfig={self._folder / 'minimal'}", config=config)
        return (self._folder / "minimal").read_text(encoding="utf-8")

    def ours(self, *arguments: str, config: str | None = None, env: Mapping[str, str] | None = None) -> str:
        """Return the .config that eggcup leaves, or what it prints."""
        path = self._folder / "ours"
        path.unlink(missing_ok=True)
        if config is not None:
            path.write_text(config, encoding="utf-8")
        options = ["--kconfig", str(self._kconfig), "--config", str(path)]
        ended = subprocess.run(
            [sys.executable, "-m", "configurator.cli.main", *arguments, *options],
            cwd=self._folder,
            env={**os.environ, **self.environment, **(env or {}), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        if ended.returncode != 0:
            sys.exit(f"eggcup {arguments[0]} failed:\n{ended.stderr.decode()[-2000:]}")
        return ended.stdout.decode() if "-" in arguments else path.read_text(encoding="utf-8")

    def row(self, what: str, theirs: list[str], ours: list[str]) -> Row:
        """Compare two outputs, and show what differs on stderr."""
        changes = difflib.unified_diff(theirs, ours, "C", "eggcup", lineterm="", n=0)
        differing = [line for line in changes if line[:1] in "+-" and not line.startswith(("+++", "---"))]
        for line in differing:
            print(f"{self.architecture} {what}: {line}", file=sys.stderr)
        return Row(self.architecture, what, len(theirs), len(differing))


def linux_environment(linux: Path, architecture: str) -> dict[str, str]:
    """Return the variables that the Linux Makefile sets for its Kconfig files."""
    version = subprocess.run([TOOLS["CC"], "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[
        0
    ]
    return TOOLS | {
        "srctree": str(linux), "EGGCUP_TRUST": str(linux), "ARCH": architecture, "SRCARCH": architecture,
        "KERNELVERSION": "6.12",
        "CC_VERSION_TEXT": version, "RUSTC": "rustc", "BINDGEN": "bindgen", "PAHOLE": "pahole", "CLANG_FLAGS": "",
    }  # fmt: skip


def rows(comparison: Comparison, defconfig: Path) -> Iterator[Row]:
    """Compare the targets for one architecture."""
    for target in ("alldefconfig", "allnoconfig", "allyesconfig", "allmodconfig"):
        yield comparison.row(target, body(comparison.theirs(f"--{target}")), body(comparison.ours(target)))
    theirs = comparison.theirs(f"--defconfig={defconfig}")
    yield comparison.row(defconfig.name, body(theirs), body(comparison.ours("defconfig", str(defconfig))))
    yield comparison.row(
        f"olddefconfig of {defconfig.name}",
        body(comparison.theirs("--olddefconfig", config=theirs)),
        body(comparison.ours("olddefconfig", config=theirs)),
    )
    yield comparison.row(
        f"savedefconfig of {defconfig.name}",
        comparison.minimal(theirs).splitlines(),
        comparison.ours("savedefconfig", "-", config=theirs).splitlines(),
    )
    seed = {"KCONFIG_ALLCONFIG": "kernel/configs/tiny-base.config"}
    yield comparison.row(
        "allnoconfig from tiny-base.config",
        body(comparison.theirs("--allnoconfig", env=seed)),
        body(comparison.ours("allnoconfig", env=seed)),
    )


def table(found: list[Row]) -> str:
    """Return the rows in Markdown."""
    lines = [f"| {row.architecture} | {row.what} | {row.lines:,} | {row.differing} |\n" for row in found]
    return "".join(["| `ARCH` | Target | Lines | Lines that differ |\n", "|---|---|--:|--:|\n", *lines])


def main() -> int:
    """Compare, print the table and keep it in the document."""
    conf = linux_conf()
    if conf is None or conf.linux is None:
        sys.exit("no C kconfig 6.12: make oracle")
    if shutil.which(TOOLS["CC"]) is None:
        sys.exit("no gcc, whose version the Linux tree asks for: scripts/apt-install gcc")
    found = []
    for architecture, name in (("x86", "x86_64_defconfig"), ("arm64", "defconfig"), ("riscv", "defconfig")):
        with tempfile.TemporaryDirectory() as folder:
            comparison = Comparison(conf, conf.linux, architecture, Path(folder))
            for row in rows(comparison, conf.linux / "arch" / architecture / "configs" / name):
                print(f"{row.architecture:7} {row.what:35} {row.lines:6} lines, {row.differing} differ", flush=True)
                found.append(row)
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    return 1 if any(row.differing for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
