"""The generated files that are committed, made from a preset so that `go vet`, `go test` and editors work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.generate.order import init_order
from configurator.generate.render import render_config_gen, render_units_gen
from configurator.model import Configuration
from configurator.source import presets_folder

if TYPE_CHECKING:
    from pathlib import Path

PRESET = "qemu"
CONFIG_GEN = "kernel/config/config_gen.go"
UNITS_GEN = "units_gen.go"


def committed_files(root: Path) -> dict[Path, str]:
    """Return path and wanted text of each committed generated file of the tree at `root`.

    Raises:
        UsageError: the tree is faulty.
    """
    configuration = Configuration.load(root / "Kconfig", presets_folder(root) / PRESET)
    return {
        root / CONFIG_GEN: render_config_gen(configuration),
        root / UNITS_GEN: render_units_gen(configuration, init_order(configuration)),
    }
