"""The rules, each a function from a configuration to what breaks it.

They hold for the tree, whatever the values are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError
from configurator.generate.checks import unit_faults
from configurator.lint import portable
from configurator.model import NodeKind, SymbolType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from configurator.model import Configuration, TreeWarning

_SAYS_WHEN_NOT = re.compile(r"\bsay\s+n\b", re.IGNORECASE)


@dataclass(frozen=True)
class Offence:
    """A place where the tree breaks a rule."""

    rule: str
    message: str
    location: Location | None

    def __str__(self) -> str:
        place = "" if self.location is None else f"{self.location}: "
        return f"{place}{self.message} [{self.rule}]"


@dataclass(frozen=True)
class Rule:
    """A rule: its name, what it asks for, and what finds the places that break it."""

    name: str
    meaning: str
    find: Callable[[Configuration], Iterator[tuple[str, Location | None]]]


def lint(configuration: Configuration) -> list[Offence]:
    """Return what breaks a rule, by file and line."""
    found = [Offence(rule.name, message, location) for rule in RULES for message, location in rule.find(configuration)]
    return sorted(set(found), key=_by_place)


def _by_place(offence: Offence) -> tuple[str, int, str, str]:
    place = offence.location
    return (place.path if place else "", place.line or 0 if place else 0, offence.rule, offence.message)


def _help(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    for node in configuration.nodes():
        if node.prompt and node.kind in (NodeKind.SYMBOL, NodeKind.CHOICE) and not node.help.strip():
            what = node.name or f"the choice {node.prompt!r}"
            yield f"{what} has a prompt and no help", configuration.shown(node.location)


def _say_n(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    for symbol in configuration.symbols():
        is_switch = symbol.prompt and symbol.type is SymbolType.BOOL and symbol.help
        if is_switch and not _SAYS_WHEN_NOT.search(symbol.help) and symbol.location:
            yield f"the help of {symbol.name} does not tell when to say n", configuration.shown(symbol.location)


def _ranges(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    for symbol in configuration.symbols():
        is_number = symbol.type in (SymbolType.INT, SymbolType.HEX)
        if is_number and symbol.prompt and not symbol.has_range and symbol.location:
            yield f"{symbol.name} is a number without a range", configuration.shown(symbol.location)


def _undefined(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    yield from _warnings(configuration, [one for one in configuration.tree_warnings if _is_undefined(one)])


def _doubtful(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    yield from _warnings(configuration, [one for one in configuration.tree_warnings if not _is_undefined(one)])


def _is_undefined(warning: TreeWarning) -> bool:
    return warning.message.startswith("undefined symbol ")


def _warnings(configuration: Configuration, warnings: list[TreeWarning]) -> Iterator[tuple[str, Location | None]]:
    for warning in warnings:
        yield warning.message, configuration.shown(warning.location) if warning.location else None


def _units(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    try:
        for fault in unit_faults(configuration):
            yield fault.message, fault.location
    except UsageError as problem:  # the units themselves are not known then
        yield problem.message, problem.location


def _unreachable(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    for warning in configuration.analysis.unreachable():
        yield warning.message, warning.location


def _dead_defaults(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    for warning in configuration.analysis.dead_defaults():
        yield warning.message, warning.location


def _renames(configuration: Configuration) -> Iterator[tuple[str, Location | None]]:
    renames = configuration.analysis.renames()
    types = {symbol.name: symbol.type for symbol in configuration.symbols()}
    for rename in renames.values():
        if rename.old in types:
            yield f"{rename.old} is renamed and still defined", rename.location
        if rename.new is None or rename.new in renames:
            continue
        if rename.new not in types:
            yield f"{rename.old} is renamed to {rename.new}, which is not defined", rename.location
        elif rename.inverted and types[rename.new] is not SymbolType.BOOL:
            yield f"{rename.old} is renamed to !{rename.new}, which is no bool", rename.location


RULES = (
    Rule("help", "every prompt has help", _help),
    Rule("say-n", "the help of a bool tells when to say n", _say_n),
    Rule("range", "every number that can be set has a range", _ranges),
    Rule("portable", "only constructs that C kconfig, kconfiglib and its forks all read", portable.find),
    Rule("undefined", "no symbol is used that is not defined", _undefined),
    Rule("doubtful", "no warning from the reader of Kconfig files", _doubtful),
    Rule("unit", "a unit's folder has its symbol and a Go package with an Init; imports are dependencies", _units),
    Rule("unreachable", "every symbol can be switched on, every prompt can show", _unreachable),
    Rule("dead-default", "every default can count", _dead_defaults),
    Rule("rename", "former names lead to symbols that are there", _renames),
)
