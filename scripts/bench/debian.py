"""Debian's cloud kernel: fetched with apt as a package file and unpacked beside the benchmark, never installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

METAPACKAGE = "linux-image-cloud-amd64"


class NoDebianKernelError(Exception):
    """apt does not know the package, or cannot fetch it."""


def _image_package() -> str:
    """Return the name of the package that the metapackage's newest version depends on."""
    if shutil.which("apt-cache") is None or shutil.which("dpkg-deb") is None:
        raise NoDebianKernelError("there is no apt on this machine")
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", METAPACKAGE], capture_output=True, text=True, check=False
    )
    match = re.search(r"^Depends:.*?(linux-image-\S+-cloud-amd64)", shown.stdout, re.MULTILINE)
    if match is None:
        raise NoDebianKernelError(f"apt does not know {METAPACKAGE}")
    return match[1]


def cloud_kernel(cache: Path) -> Path:
    """Return the path of the kernel image, after fetching it into `cache` unless it is there.

    Raises:
        NoDebianKernelError: not a Debian, or the archive cannot be reached.
    """
    package = _image_package()
    unpacked = cache / package
    if not unpacked.is_dir():
        fetched = subprocess.run(
            ["apt-get", "download", package], cwd=cache, capture_output=True, text=True, check=False
        )
        archives = sorted(cache.glob(f"{package}_*.deb"))
        if fetched.returncode != 0 or not archives:
            raise NoDebianKernelError(f"apt-get download {package}: {fetched.stderr.strip()}")
        partial = unpacked.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        subprocess.run(["dpkg-deb", "--extract", archives[-1], partial], check=True)
        partial.rename(unpacked)
        archives[-1].unlink()
    return next((unpacked / "boot").glob("vmlinuz-*"))
