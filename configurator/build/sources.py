"""The Go files that stand for a configuration, and how a build lays them over the tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.files import write_if_changed
from configurator.generate import (
    CONFIG_GEN,
    FILE_NAME,
    UNITS_GEN,
    init_order,
    read_init_file,
    render_config_gen,
    render_units_gen,
    render_zz_init,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from configurator.build.program import Program
    from configurator.model import Configuration


@dataclass(frozen=True)
class GeneratedSources:
    """The text of the generated files, and the digest of the configuration that they are made from.

    `zz_init` starts the units from package main, `units_gen` from package eggcup, and `config_gen` holds the constants.
    `modules` are the folders of those enabled units that are Go modules of their own.
    """

    zz_init: str
    units_gen: str
    config_gen: str
    digest: str
    modules: tuple[Path, ...] = ()


def generated_sources(configuration: Configuration, *, reverse_ties: bool = False) -> GeneratedSources:
    """Render the files for `configuration`.

    Args:
        configuration: the configuration to build.
        reverse_ties: start units that could go in any order the other way round, for tests.

    Raises:
        UsageError: the Kconfig tree is faulty.
    """
    order = init_order(configuration, reverse_ties=reverse_ties)
    folders = (configuration.root.resolve() / one.unit.folder for one in order)
    return GeneratedSources(
        zz_init=render_zz_init(configuration, order, editable=False),
        units_gen=render_units_gen(configuration, order),
        config_gen=render_config_gen(configuration),
        digest=configuration.digest(),
        modules=tuple(folder for folder in folders if (folder / "go.mod").is_file()),
    )


class Overlay:
    """A file for go's -overlay: other text for files of the tree, and files that are not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._replaced: dict[str, str] = {}
        self.path = folder / "overlay.json"

    def add(self, shown: Path, source: Path) -> None:
        """Let go see the file `source` at `shown`."""
        self._replaced[str(shown)] = str(source)

    def add_text(self, shown: Path, name: str, text: str | bytes) -> None:
        """Let go see `text`, kept in the build folder as `name`, at `shown`."""
        source = self._folder / name
        write_if_changed(source, text)
        self.add(shown, source)

    def write(self) -> None:
        """Write the overlay file."""
        write_if_changed(self.path, json.dumps({"Replace": self._replaced}, indent=1, sort_keys=True) + "\n")


def lay_over(overlay: Overlay, sources: GeneratedSources, kernel_root: Path, extra: Mapping[Path, Path]) -> None:
    """Put into `overlay` what does not depend on the program's own files."""
    for shown, source in extra.items():
        overlay.add(shown, source)
    overlay.add_text(kernel_root / CONFIG_GEN, "config_gen.go", sources.config_gen)
    overlay.add_text(kernel_root / UNITS_GEN, "units_gen.go", sources.units_gen)
    overlay.write()


def inject_init(overlay: Overlay, sources: GeneratedSources, program: Program, module: str) -> str | None:
    """Add zz_init.go to the program, unless it starts the units itself.

    Returns:
        A warning when the program's own zz_init.go was generated from another configuration.
    """
    if FILE_NAME in program.files:
        own = read_init_file(program.folder / FILE_NAME)
        if own and own.digest not in (None, sources.digest):
            return f"{own.path} was generated from another configuration (eggcup generate brings it up to date)"
        return None
    if module not in program.imports:
        overlay.add_text(program.folder / FILE_NAME, FILE_NAME, sources.zz_init)
        overlay.write()
    return None
