"""Why a symbol has its value, as lines with links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.model.origin import OriginKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from configurator.model.why import Why as Explanation


@dataclass(frozen=True, slots=True)
class WhyLine:
    """A line of an explanation.

    Attributes:
        depth: how far down the chain of reasons it is.
        text: what it says.
        link: the symbol that it is about, to jump to.
        is_unmet: whether it is a condition that does not hold.
    """

    depth: int
    text: str
    link: str
    is_unmet: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation: `is_blocked` says that the symbol has a prompt and cannot be set, so that plans are of use."""

    name: str
    value: str
    is_blocked: bool
    lines: tuple[WhyLine, ...]


def explained(explanation: Explanation) -> Why:
    """Return an explanation as lines."""
    return Why(explanation.name, explanation.value, bool(explanation.blocked_by), tuple(_lines(explanation, 0)))


def _lines(why: Explanation, depth: int) -> Iterator[WhyLine]:
    yield WhyLine(depth, f"{why.name} is {why.value or 'without a value'}: {why.origin.text}", why.name)
    for deeper in why.because:
        yield from _lines(deeper, depth + 1)
    if why.origin.kind is not OriginKind.DEPENDENCY:
        for condition in why.blocked_by:
            link = condition.values[0][0] if condition.values else why.name
            yield WhyLine(depth + 1, f"it cannot be set: it needs {condition}", link, is_unmet=True)
    for deeper in why.blockers:
        yield from _lines(deeper, depth + 1)
