"""Where things are: the tree of kernel and drivers, and the folder that builds are kept in."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from configurator.errors import Location, UsageError


@dataclass(frozen=True)
class KernelTree:
    """A Go module that carries the kernel; the defaults are eggcup's own, tests build smaller ones.

    `root` is the module's folder without symbolic links, because Go compares paths as text. `entry` is the linker
    symbol of the 32-bit entry point, `core` the pattern of the packages in kernel context, both below `module`.
    `text_address` is where the code starts; the file's headers are loaded on the page before it.
    """

    root: Path
    module: str = "eggcup"
    entry: str = "kernel/core/boot.entry32"
    core: str = "kernel/core/..."
    text_address: int = 0x101000

    def check(self) -> None:
        """Make sure that the folder holds a Go module and the kernel's entry point.

        Raises:
            UsageError: it does not; the root Kconfig belongs to something else.
        """
        for needed in ("go.mod", self.entry.rpartition(".")[0]):
            if not (self.root / needed).exists():
                raise UsageError(
                    f"there is no {needed} beside the Kconfig file, so no kernel can be built from this tree",
                    location=Location(str(self.root / "Kconfig")),
                    hints=["eggcup build without --kconfig"],
                )

    def linker_flags(self, *, debug_info: bool) -> str:
        """Return the value of `-ldflags`.

        Functions are aligned to 16 bytes, as C compilers do: Go's 32 cost about 20 KiB in a small kernel. The linker
        lets assembly refer to variables of the runtime's internal packages (kernel/atexit).
        """
        stripped = "" if debug_info else " -s -w"
        return f"-E {self.module}/{self.entry} -T {self.text_address:#x} -funcalign=16 -checklinkname=0{stripped}"

    def compiler_flags(self) -> str:
        """Return the value of `-gcflags`: the kernel's packages get the checks of Go's runtime, no write barriers."""
        return f"{self.module}/{self.core}=-+ -wb=false"


def cache_folder() -> Path:
    """Return eggcup's folder for what can be made again: $XDG_CACHE_HOME/eggcup, else ~/.cache/eggcup.

    A process without a home gets a folder of its user's below the folder for temporary files.
    """
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen / "eggcup"
    home = Path(os.environ.get("HOME", ""))
    if home.is_absolute():
        return home / ".cache" / "eggcup"
    return Path(tempfile.gettempdir()) / f"eggcup-{os.getuid()}"


def build_folder(package: Path, go_version: str) -> Path:
    """Return the folder that a package's builds with one version of Go are kept in."""
    return kernel_folder(package) / f"go{go_version}"


def kernel_folder(package: Path) -> Path:
    """Return the folder for a package's kernel when the user names no place for it."""
    key = hashlib.sha256(os.fsencode(package)).hexdigest()[:16]
    return cache_folder() / "build" / f"{package.name or 'root'}-{key}"
