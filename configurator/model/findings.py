"""What was asked for in a configuration file and did not come about: nothing of it is dropped without a word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from configurator.model import values
from configurator.model.expressions import value_of
from configurator.model.places import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import kconfiglib

    from configurator.errors import Location
    from configurator.model.dotconfig import Assignment
    from configurator.model.views import Condition


class FindingKind(Enum):
    """What is wrong with a line of a configuration; the value is its name in JSON."""

    UNKNOWN = "unknown-symbol"
    INVALID = "invalid-value"
    RANGE = "out-of-range"
    WITHOUT_EFFECT = "without-effect"
    PROMPTLESS = "promptless"
    UNMET_SELECT = "unmet-select"
    DUPLICATE = "duplicate"
    OVERRIDDEN = "overridden"
    REMOVED = "removed"


@dataclass(frozen=True)
class Finding:
    """A line that asked for something else than what holds now.

    Attributes:
        kind: what is wrong.
        name: the symbol, as the line names it, without the prefix.
        asked: the value the line gives; None for `UNMET_SELECT`, which no line asks for.
        became: the value that holds; None where there is no such symbol.
        reason: what happened and why, one sentence that says everything but the place.
        unmet: the conditions that are not met, with the values that make them so.
        hints: what was probably meant: the nearest names, or a value that would do.
        location: the line; for `UNMET_SELECT` the select, where no line sets the selecting symbol.
    """

    kind: FindingKind
    name: str
    asked: str | None
    became: str | None
    reason: str
    unmet: tuple[Condition, ...] = ()
    hints: tuple[str, ...] = ()
    location: Location | None = None

    def __str__(self) -> str:
        return self.reason if self.location is None else f"{self.location}: {self.reason}"

    def with_became(self, value: str) -> Finding:
        """Return the finding with the value that holds at the end, also in its sentence."""
        return replace(self, became=value, reason=f"{self.reason}; it becomes {value or 'a symbol without value'}")


@dataclass(frozen=True)
class Migration:
    """A line that names a symbol by a former name, and was taken for the new one.

    `asked` and `became` are the values of the line and of its translation; `overridden` says that the file sets the new
    name too, which counts.
    """

    old: str
    new: str
    asked: str
    became: str
    location: Location | None
    overridden: bool = False

    def __str__(self) -> str:
        place = "" if self.location is None else f"{self.location}: "
        if self.overridden:
            return f"{place}{self.old} is called {self.new} now, which the file sets itself; this line is not needed"
        return (
            f"{place}{self.old} is called {self.new} now: {self.old}={self.asked} is taken as {self.new}={self.became}"
        )


def unmet_selects(tree: kconfiglib.Kconfig, root: Path, lines: Mapping[str, Assignment]) -> Iterator[Finding]:
    """Yield the symbols that are selected although what they depend on is not there.

    Args:
        tree: the tree with its values.
        root: its folder, for places in it.
        lines: the line that set each symbol, for the place of the one that selects.
    """
    for symbol in tree.unique_defined_syms:
        if symbol.rev_dep is tree.n or value_of(symbol.rev_dep) <= value_of(symbol.direct_dep):
            continue
        unmet = tuple(one for one in values.conditions(symbol.direct_dep) if not one.holds)
        selecting = values.selected_by(symbol)
        needs = " and ".join(map(str, unmet)) or "what does not hold"
        reason = (
            f"{symbol.name} is {symbol.str_value} though it needs {needs}: it is selected by {', '.join(selecting)}"
        )
        asking = next((lines[name].location for name in selecting if name in lines), None)
        place = asking or _select_place(tree, root, symbol, selecting)
        yield Finding(FindingKind.UNMET_SELECT, symbol.name, None, symbol.str_value, reason, unmet, location=place)


def _select_place(
    tree: kconfiglib.Kconfig, root: Path, symbol: kconfiglib.Symbol, selecting: tuple[str, ...]
) -> Location | None:
    for name in selecting:
        for node in tree.syms[name].nodes:
            if any(target is symbol for target, *_ in node.selects):
                return shown(root, node.filename, node.linenr)
    return None
