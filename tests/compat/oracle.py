"""C kconfig's `conf`: finding it, running it, and what of its output is compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SKIP = "EGGCUP_SKIP_ORACLE"
"""Set it to leave out the comparisons where C kconfig cannot be had, as on a system without apt."""


@dataclass(frozen=True)
class Conf:
    """A `conf` program.

    Attributes:
        program: its path.
        linux: the Linux tree that it comes from, None for the frontends' own.
    """

    program: Path
    linux: Path | None = None

    def run(
        self,
        kconfig: Path,
        work: Path,
        *options: str,
        config: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run it on a tree and return the .config that it writes.

        Args:
            kconfig: the root of the tree.
            work: an empty folder, or that of an earlier run.
            options: the target, such as ``--olddefconfig``.
            config: what is in the .config before; None for no such file.
            env: environment variables besides.

        Raises:
            AssertionError: it failed.
        """
        path = work / ".config"
        path.unlink(missing_ok=True)
        if config is not None:
            path.write_text(config, encoding="utf-8")
        ended = subprocess.run(
            [self.program, *options, kconfig.name],
            cwd=work,
            # auto.conf is of no interest: a file that is there already is left alone
            env={**os.environ, "srctree": str(kconfig.parent), "KCONFIG_AUTOCONFIG": os.devnull, **(env or {})},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr.decode(errors="replace")
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def minimal(self, kconfig: Path, work: Path, config: str) -> str:
        """Return what `savedefconfig` makes of a .config."""
        self.run(kconfig, work, f"--savedefconfig={work / 'minimal'}", config=config)
        return (work / "minimal").read_text(encoding="utf-8")


def frontends_conf() -> Conf | None:
    """Return Debian's kconfig-frontends, the C kconfig of 2018, None where it is not installed."""
    program = shutil.which("kconfig-conf")
    return Conf(Path(program)) if program else None


def linux_conf() -> Conf | None:
    """Return the `conf` of Linux 6.12 that scripts/oracle builds, None before it has."""
    cache = os.environ.get("EGGCUP_CACHE")
    folder = Path(cache) if cache else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "eggcup")
    program = folder / "kconfig-6.12" / "conf"
    return Conf(program, program.parent / "linux") if program.exists() else None


def settings(text: str) -> list[str]:
    """Return the lines of a .config that give a symbol a value, in alphabetical order."""
    return sorted(line for line in text.splitlines() if re.match(r"(# )?CONFIG_", line))


def body(text: str) -> list[str]:
    """Return all lines of a .config but the four of the comment at its head."""
    return text.split("\n")[4:]
