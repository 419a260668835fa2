"""What gVisor's network stack takes of an image: the program for Linux, linked with that stack as well."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from configurator.build.toolchain import GoToolchain

USE = "scripts/bench/_gvisor/stack.go"
"""Makes the stack as kernel/inet does, and uses it by gVisor's own adapter to package net."""


def build(toolchain: GoToolchain, root: Path, package: Path, folder: Path) -> Path:
    """Build `package` for Linux with the stack, by the module requirements of kernel/inet."""
    work, overlay, output = folder / "go.work", folder / "stack.json", folder / f"{package.name}-stack"
    work.write_text(f"go {toolchain.version}\n\nuse (\n\t{root}\n\t{root / 'kernel' / 'inet'}\n)\n")
    overlay.write_text(json.dumps({"Replace": {str(package / "zz_stack.go"): str(root / USE)}}))
    flags = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w"]
    subprocess.run(
        [toolchain.binary, "build", *flags, "-overlay", overlay, "-o", output, "."],
        cwd=package,
        env={**toolchain.environment(go_work=work), "CGO_ENABLED": "0"},
        check=True,
    )
    return output
