"""Holds the tree to the rules for units before anything is generated from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.generate.goscan import GoPackage, scan_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from configurator.errors import Location
    from configurator.model import Configuration, Edge, Unit

MODULE = "eggcup"


def check_tree(configuration: Configuration) -> None:
    """Refuse a tree from which no trustworthy order can be made.

    Raises:
        UsageError: the first of the tree's `faults`.
    """
    for fault in faults(configuration):
        raise fault


def faults(configuration: Configuration) -> Iterator[UsageError]:
    """Yield what keeps the tree from having a trustworthy order.

    That is a warning of kconfiglib, an undefined symbol, one selected without what it needs, a unit without a Go
    package with an Init, or one that imports another without saying in its Kconfig that it comes after it.
    """
    for warning in configuration.tree_warnings:
        place = configuration.shown(warning.location) if warning.location else None
        yield UsageError(f"the Kconfig tree has a fault: {warning.message}", location=place)
    for unmet in configuration.unmet_selects():
        yield UsageError(unmet.reason, location=unmet.location)
    yield from unit_faults(configuration)


def unit_faults(configuration: Configuration) -> Iterator[UsageError]:
    """Yield the units whose Go package is not what their Kconfig says.

    Raises:
        UsageError: a unit's Kconfig breaks the rules, so that the units are not known.
    """
    units = configuration.units()
    packages = Packages(configuration.root)
    for unit in units:
        yield from _package_faults(unit, packages, configuration)
    yield from _import_faults(units, packages, configuration)


def import_path(folder: str) -> str:
    """Return the import path of a folder of the tree."""
    return f"{MODULE}/{folder}"


class Packages:
    """The tree's Go packages, each read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, GoPackage] = {}

    def get(self, folder: str) -> GoPackage:
        """Return the package in a folder of the tree; its name is None when there is none."""
        if folder not in self._read:
            self._read[folder] = scan_package(self._root / folder)
        return self._read[folder]

    def units_imported(self, folder: str, unit_folders: set[str]) -> dict[str, Location]:
        """Return the folders of the units that a package imports, itself or through packages that are no units."""
        found: dict[str, Location] = {}
        seen = {folder}
        waiting = [folder]
        while waiting:
            for path, place in self.get(waiting.pop()).imports.items():
                imported = path.removeprefix(f"{MODULE}/")
                if imported == path or imported in seen:
                    continue
                seen.add(imported)
                if imported in unit_folders:
                    found[imported] = place
                else:
                    waiting.append(imported)
        return found


def _package_faults(unit: Unit, packages: Packages, configuration: Configuration) -> Iterator[UsageError]:
    package = packages.get(unit.folder)
    if package.name is None:
        problem = f"the unit {unit.symbol} has no Go package: there is no Go file in {unit.folder}"
    elif package.name != unit.package:
        problem = f"the Go package in {unit.folder} is called {package.name}, not {unit.package}"
    elif not package.has_init:
        problem = f"the unit {unit.symbol} cannot be started: {unit.folder} has no `func Init() error`"
    else:
        return
    yield UsageError(problem, location=configuration.shown(unit.location))


def _import_faults(units: list[Unit], packages: Packages, configuration: Configuration) -> Iterator[UsageError]:
    """Compare imports with the graph of the whole tree: an import that Go proves must be an edge in Kconfig too.

    All symbols count here, enabled or not, so that a missing dependency shows in every configuration.
    """
    by_folder = {unit.folder: unit for unit in units}
    edges = configuration.edges(enabled_only=False)
    for unit in units:
        earlier = _all_before(unit.symbol, edges)
        for folder, place in packages.units_imported(unit.folder, set(by_folder)).items():
            other = by_folder[folder].symbol
            if other not in earlier:
                yield UsageError(
                    f"{unit.folder} imports {folder} ({configuration.shown(place)}), "
                    f"but {unit.symbol} does not depend on {other}",
                    location=configuration.shown(unit.location),
                    hints=[f"depends on {other}", f"depends on {other} || !{other}, if it also works without"],
                )


def _all_before(symbol: str, edges: list[Edge]) -> set[str]:
    earlier: set[str] = set()
    waiting = [symbol]
    while waiting:
        after = waiting.pop()
        for edge in edges:
            if edge.after == after and edge.before not in earlier:
                earlier.add(edge.before)
                waiting.append(edge.before)
    return earlier
