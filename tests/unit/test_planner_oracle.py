"""The planner beside brute force: what some assignments reach, it reaches, with no more changes, and nothing else."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from configurator.errors import EggcupError
from configurator.model import Assignment, Configuration, SymbolType
from configurator.model.answers import Probability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeTree

ROOT = Path(__file__).resolve().parents[2]
TREES = int(os.environ.get("EGGCUP_PLANNER_TREES", "100"))
"""How many random trees there are. Of 1500, four have a goal that is missed: only conditions that contradict
themselves, or a default beyond its range, lead to it."""
SYMBOLS = 7
MOST_COMBINATIONS = 2500
DOMAINS = {"bool": ("y", "n"), "int": ("1", "2", "5", "8", "9"), "string": ("a", "b", "")}
"""The values that brute force tries, and that are goals; all comparisons in the trees are with some of them."""


class RandomTree:
    """Writes a Kconfig tree in which everything depends on what stands before it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.kinds: dict[str, str] = {}
        self._text = ""
        while len(self.kinds) < SYMBOLS:
            left = SYMBOLS - len(self.kinds)
            if left > 1 and rng.random() < 0.2:
                self._add_choice(min(left, rng.choice([2, 2, 3])))
            else:
                self._add_symbol()

    @property
    def text(self) -> str:
        """Return the Kconfig file."""
        return self._text

    def _condition(self) -> str:
        parts = [self._comparison() for _ in range(self._rng.choice([1, 1, 2, 3]))]
        expression = parts[0] + "".join(f" {self._rng.choice(['&&', '||'])} {part}" for part in parts[1:])
        return f"!({expression})" if self._rng.random() < 0.15 else expression

    def _comparison(self) -> str:
        name = self._rng.choice([*self.kinds])
        match self.kinds[name]:
            case "int":
                return f"{name} {self._rng.choice(['=', '!=', '<', '>', '<=', '>='])} {self._rng.choice([1, 5, 9])}"
            case "string":
                return f'{name} {self._rng.choice(["=", "!="])} "{self._rng.choice("ab")}"'
            case _:
                return self._rng.choice(["", "!"]) + name

    def _if(self, probability: float) -> str:
        return f" if {self._condition()}" if self.kinds and self._rng.random() < probability else ""

    def _depends(self, probability: float) -> str:
        return f"\tdepends on {self._condition()}\n" if self.kinds and self._rng.random() < probability else ""

    def _add_choice(self, size: int) -> None:
        start = len(self.kinds)
        members = [f"S{number}" for number in range(start, start + size)]
        entries = [f'config {name}\n\tbool "{name}"\n{self._depends(0.3)}' for name in members]
        self._text += f'choice\n\tprompt "C{start}"{self._if(0.3)}\n{"".join(entries)}endchoice\n'
        self.kinds |= dict.fromkeys(members, "bool")

    def _add_symbol(self) -> None:
        rng, name = self._rng, f"S{len(self.kinds)}"
        kind = rng.choice(["bool"] * 5 + ["int", "string"])
        has_prompt = rng.random() < 0.75
        lines = [f"config {name}\n\t{kind}" + (f' "{name}"{self._if(0.2)}' if has_prompt else "") + "\n"]
        lines += [self._depends(0.6), self._depends(0.2)]
        if kind == "int":
            limit = self._if(0.3)
            lines += [f"\trange 1 5{limit}\n"] * bool(limit) + ["\trange 1 9\n"]
        for _ in range(rng.choice([0, 1, 1, 2]) + (not has_prompt)):
            value = rng.choice({"bool": ["y", "y", "n"], "int": ["1", "5", "9"], "string": ['"a"', '"b"']}[kind])
            if kind == "bool" and self.kinds and rng.random() < 0.15:
                value = self._condition()
            lines.append(f"\tdefault {value}{self._if(0.5)}\n")
        bools = [other for other, its_kind in self.kinds.items() if its_kind == "bool"]
        if kind == "bool" and bools:
            lines += [f"\t{word} {rng.choice(bools)}\n" for word in ("select", "imply") if rng.random() < 0.25]
        self._text += "".join(lines)
        self.kinds[name] = kind


class Case(NamedTuple):
    """A configuration of a random tree, with the kinds of its symbols."""

    configuration: Configuration
    kinds: dict[str, str]
    settable: list[str]


def _case(make_tree: MakeTree, rng: random.Random) -> Case:
    """Return a tree that is small enough to try all assignments, where something has been set already."""
    while True:
        tree = RandomTree(rng)
        try:
            configuration = Configuration.load(make_tree({"Kconfig": tree.text}))
        except EggcupError:  # a circle
            continue
        settable = [symbol.name for symbol in configuration.symbols() if symbol.prompt]
        combinations = 1
        for name in settable:
            combinations *= len(DOMAINS[tree.kinds[name]]) + 1
        if combinations > MOST_COMBINATIONS:
            continue
        for name in settable:
            if rng.random() < 0.4:
                _try(configuration, [Assignment(name, rng.choice(DOMAINS[tree.kinds[name]]))])
        return Case(configuration, tree.kinds, settable)


def _try(configuration: Configuration, assignments: list[Assignment]) -> bool:
    """Set values if all of them hold then, as `eggcup set` does."""
    before = configuration.snapshot()
    try:
        if not configuration.set_all(assignments):
            return True
    except EggcupError:  # out of range
        pass
    configuration.restore(before)
    return False


def _reachable(case: Case) -> dict[tuple[str, str], int]:
    """Return, by trying all assignments, how many changes at least bring each symbol to each value."""
    configuration, start = case.configuration, case.configuration.snapshot()
    least: dict[tuple[str, str], int] = {}
    for combination in itertools.product(*([None, *DOMAINS[case.kinds[name]]] for name in case.settable)):
        assignments = [
            Assignment(name, value) for name, value in zip(case.settable, combination, strict=True) if value is not None
        ]
        if _try(configuration, assignments):
            for reached in configuration.values().items():
                least[reached] = min(least.get(reached, SYMBOLS), len(assignments))
            configuration.restore(start)
    return least


@pytest.mark.parametrize("seed", range(TREES))
def test_what_can_be_reached_is_reached(make_tree: MakeTree, seed: int) -> None:
    """A plan is found for a goal exactly when assignments reach it; it reaches it, with as few changes."""
    case = _case(make_tree, random.Random(seed))  # noqa: S311 - to be repeated
    configuration, start = case.configuration, case.configuration.snapshot()
    least = _reachable(case)
    for name, kind in case.kinds.items():
        for value in DOMAINS[kind]:
            if kind == "int" and not value:
                continue
            plans = configuration.analysis.plans(name, value)
            assert bool(plans) == ((name, value) in least), (name, value)
            assert not plans or len(plans[0].changes) <= least[name, value] + 1, (name, value)
            for plan in plans:
                configuration.apply(plan)
                assert configuration.get(name) == value
                configuration.restore(start)


def _configurations() -> Iterator[tuple[str, Configuration]]:
    """Yield our tree with its presets, with everything on and off, and at random."""
    for preset in sorted((ROOT / "configs").iterdir()):
        yield preset.name, Configuration.load(ROOT / "Kconfig", preset)
    for letter in "yn":
        configuration = Configuration.load(ROOT / "Kconfig")
        configuration.answer_all(letter)
        yield f"all {letter}", configuration
    for seed, percent in enumerate((10, 30, 50, 70, 90)):
        configuration = Configuration.load(ROOT / "Kconfig")
        configuration.answer_at_random(seed, Probability.parse(str(percent)))
        yield f"seed {seed}", configuration


CONFIGURATIONS = dict(_configurations())


def _goals(configuration: Configuration, name: str) -> list[str | None]:
    """Return both values of a bool, a number in its range, and that a prompt shows."""
    symbol = configuration.symbol(name)
    goals: list[str | None] = [None] if symbol.prompt else []
    if symbol.type is SymbolType.BOOL:
        goals += ["y", "n"]
    elif symbol.prompt and symbol.range:
        goals += [*symbol.range]
    return goals


@pytest.mark.parametrize("start", CONFIGURATIONS)
def test_every_symbol_of_our_tree(start: str) -> None:
    """Each value of each symbol of our tree is reached, wherever one starts, and the configuration is as before."""
    configuration = CONFIGURATIONS[start]
    before, snapshot = configuration.text(), configuration.snapshot()
    for name in configuration.values():
        for goal in _goals(configuration, name):
            plans = configuration.analysis.plans(name, goal)
            assert plans, (name, goal)
            for plan in plans:
                configuration.apply(plan)
                symbol = configuration.symbol(name)
                assert symbol.visible if goal is None else symbol.value == goal, (name, goal, plan)
                configuration.restore(snapshot)
    assert configuration.text() == before
