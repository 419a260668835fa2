"""Configurations made by one rule for all symbols: everything on, everything off, modules, or at random.

These are the targets allyesconfig, allnoconfig, allmodconfig and randconfig of C kconfig. What the user has set already
(from the file that KCONFIG_ALLCONFIG names) stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import UsageError
from configurator.model.symbols import in_turn
from configurator.model.values import user_value

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from configurator.model.tree import Tree

_HUNDRED = 100


@dataclass(frozen=True)
class Probability:
    """How likely a random answer is, in percent: y for a bool, and y and m for a tristate."""

    bool_y: int = 50
    tristate_y: int = 33
    tristate_m: int = 33

    @classmethod
    def parse(cls, text: str) -> Probability:
        """Read what KCONFIG_PROBABILITY holds.

        One number is that of y for a bool, of which a tristate's y and m have half each; two are y and m of a tristate,
        their sum the y of a bool; three are y of a bool, y and m of a tristate. They are separated by colons.

        Raises:
            UsageError: these are no percentages.
        """
        numbers = (
            [int(part) for part in text.split(":")] if re.fullmatch(r"[0-9]{1,3}(?::[0-9]{1,3}){0,2}", text) else []
        )
        if not numbers:
            raise UsageError(f"{text!r} is no probability", hints=["--probability 50", "--probability 40:20:30"])
        if len(numbers) == 1:
            found = cls(numbers[0], numbers[0] - numbers[0] // 2, numbers[0] // 2)
        elif len(numbers) == 2:  # noqa: PLR2004 - the second form
            found = cls(numbers[0] + numbers[1], *numbers)
        else:
            found = cls(*numbers)
        if max(found.bool_y, found.tristate_y + found.tristate_m) > _HUNDRED:
            raise UsageError(f"the probability {text!r} is more than 100 percent")
        return found


def answer_all(tree: Tree, value: str) -> None:
    """Give every bool and tristate that the user has not set the value y, m or n; choices keep their default."""
    for symbol in _unanswered(tree):
        symbol.set_value("y" if value == "m" and symbol.orig_type == kconfiglib.BOOL else value)


def answer_at_random(tree: Tree, seed: int, probability: Probability) -> None:
    """Give every bool, tristate and choice that the user has not set a random value.

    The same seed gives the same values on every machine: Python promises that of `Random.random` alone, so nothing else
    of that module is used.
    """
    import random  # here: no other command needs it, and it is slow to import

    generator = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    answered = in_turn(symbol for choice in tree.unique_choices for symbol in choice.syms)
    for node in tree.node_iter():
        if isinstance(node.item, kconfiglib.Choice):
            if node is node.item.nodes[0]:
                _choose(node.item, generator)
        elif isinstance(node.item, kconfiglib.Symbol) and _is_open(node):
            node.item.set_value(_random_value(node.item, generator, probability))
    for symbol in answered:  # what the user chose goes before what chance chose
        symbol.set_value(user_value(symbol))


def _unanswered(tree: Tree) -> Iterator[kconfiglib.Symbol]:
    for node in tree.node_iter():
        if isinstance(node.item, kconfiglib.Symbol) and _is_open(node):
            yield node.item


def _is_open(node: kconfiglib.MenuNode) -> bool:
    """Return whether the entry is one that asks for a y, m or n which the user has not given."""
    symbol = node.item
    if not isinstance(symbol, kconfiglib.Symbol) or not node.prompt or symbol.user_value is not None:
        return False
    return symbol.orig_type in (kconfiglib.BOOL, kconfiglib.TRISTATE) and not symbol.choice


def _random_value(symbol: kconfiglib.Symbol, generator: random.Random, probability: Probability) -> str:
    number = generator.random() * _HUNDRED
    if symbol.orig_type == kconfiglib.BOOL:
        return "y" if number < probability.bool_y else "n"
    if number < probability.tristate_y:
        return "y"
    return "m" if number < probability.tristate_y + probability.tristate_m else "n"


def _choose(choice: kconfiglib.Choice, generator: random.Random) -> None:
    """Put the members into a random order of preference, as it is not known yet which of them can be chosen."""
    members = [member for member in choice.syms if member.user_value is None]
    while members:  # the last one that is set y is the first in preference
        members.pop(int(generator.random() * len(members))).set_value("y")
