"""Plans: the smallest changes that give a symbol a value, what follows from them, and when there is none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Configuration, SymbolType

if TYPE_CHECKING:
    from configurator.model.planner import Plan
    from tests.conftest import MakeTree

ROOT = Path(__file__).resolve().parents[2]

KCONFIG = """\
config BUS
	bool "Bus"
config OTHER_BUS
	bool "Other bus"
config CARD
	bool "Card"
	depends on BUS || OTHER_BUS
	depends on !LEGACY
config LEGACY
	bool "Legacy"
	default y
config NIC
	bool "Network card"
	depends on CARD && SPEED > 10
	select HAVE_NET
config HAVE_NET
	bool
config SERVER
	bool "Server"
	depends on HAVE_NET
config SPEED
	int "Speed"
	range 1 50 if LEGACY
	range 1 100
	default 10
choice
	prompt "Mode"
	default FAST
config FAST
	bool "Fast"
config SLOW
	bool "Slow"
endchoice
config MODE
	string
	default "fast" if FAST
	default "slow"
config TUNING
	hex "Tuning"
	depends on SLOW
	range 0x1 0xff
config NEVER
	bool "Never"
	depends on FAST && SLOW
config FORCING
	bool "Forcing"
	default y
	select FORCED
config FORCED
	bool "Forced"
config UNIT
	bool "Unit"
	depends on MODE = "slow"
config LEFT
	bool "Left"
	default y
	depends on !RIGHT
config RIGHT
	bool "Right"
	depends on !CORNER
config CORNER
	bool "Corner"
"""


@pytest.fixture
def configuration(make_tree: MakeTree) -> Configuration:
    """Return a small tree in which much is blocked."""
    return Configuration.load(make_tree({"Kconfig": KCONFIG}))


def _changes(plans: list[Plan]) -> list[dict[str, str]]:
    return [{change.name: change.after for change in plan.changes} for plan in plans]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BUS", "y", [{"BUS": "y"}]),
        ("CARD", "y", [{"CARD": "y", "BUS": "y", "LEGACY": "n"}, {"CARD": "y", "OTHER_BUS": "y", "LEGACY": "n"}]),
        ("TUNING", "0x10", [{"TUNING": "0x10", "SLOW": "y"}]),
        ("MODE", "slow", [{"SLOW": "y"}]),
        ("FORCED", "n", [{"FORCING": "n"}]),
        ("FAST", "n", [{"SLOW": "y"}]),
        ("UNIT", "y", [{"UNIT": "y", "SLOW": "y"}]),
        ("SPEED", "60", [{"SPEED": "60", "LEGACY": "n"}]),
        ("SPEED", "200", []),
        ("NEVER", "y", []),
        ("MODE", "medium", []),
        ("LEFT", "y", [{}]),
        ("HAVE_NET", "n", [{}]),
    ],
)
def test_the_smallest_plans(
    configuration: Configuration, name: str, value: str, expected: list[dict[str, str]]
) -> None:
    """Each way of getting a value is a plan of its own, with nothing in it that is not needed."""
    assert _changes(configuration.analysis.plans(name, value)) == expected


def test_a_chain_is_followed_to_its_end(configuration: Configuration) -> None:
    """A symbol that nobody can set is reached through what selects it, a number through a comparison."""
    plan = _changes(configuration.analysis.plans("SERVER", "y"))[0]
    speed = int(plan.pop("SPEED"))
    assert 10 < speed <= 50
    assert plan in ({"SERVER": "y", "NIC": "y", "CARD": "y", bus: "y", "LEGACY": "n"} for bus in ("BUS", "OTHER_BUS"))


def test_making_settable_needs_less_than_setting(configuration: Configuration) -> None:
    """Without a value, only what keeps the prompt hidden is changed."""
    assert _changes(configuration.analysis.plans("TUNING", None)) == [{"SLOW": "y"}]
    assert _changes(configuration.analysis.plans("BUS", None)) == [{}]


def test_consequences_are_told_with_their_reason(configuration: Configuration) -> None:
    """What changes besides is listed, each with where its new value comes from."""
    (plan,) = configuration.analysis.plans("TUNING", "0x10")
    assert [(one.name, one.before, one.after, one.reason.partition(", ")[0]) for one in plan.consequences] == [
        ("FAST", "y", "n", "SLOW is chosen instead"),
        ("MODE", "fast", "slow", 'default "slow"'),
    ]


def test_looking_for_plans_changes_nothing(configuration: Configuration) -> None:
    """Values, what the user has set and the selection of choices are as before."""
    configuration.set("SLOW", "y")
    configuration.set("SPEED", "3")
    text, snapshot = configuration.text(), configuration.snapshot()
    for symbol in configuration.symbols():
        configuration.analysis.plans(symbol.name, None)
        for value in ("y", "n") if symbol.type is SymbolType.BOOL else ():
            configuration.analysis.plans(symbol.name, value)
    assert (configuration.text(), configuration.snapshot()) == (text, snapshot)


def test_applying_a_plan_reaches_the_goal(configuration: Configuration) -> None:
    """After it, the symbol has the value, and exactly the consequences foretold have come about."""
    before = configuration.values()
    plan = configuration.analysis.plans("SERVER", "y")[0]
    configuration.apply(plan)
    assert configuration.get("SERVER") == "y"
    foretold = {change.name: change.after for change in (*plan.changes, *plan.consequences)}
    assert foretold == {name: value for name, value in configuration.values().items() if value != before[name]}


@pytest.mark.parametrize(("name", "value"), [("NOPE", "y"), ("BUS", "maybe"), ("SPEED", "fast")])
def test_a_senseless_goal_is_an_error(configuration: Configuration, name: str, value: str) -> None:
    """An unknown symbol or a value that is not of its type is no goal."""
    with pytest.raises(UsageError):
        configuration.analysis.plans(name, value)


def test_tristates(make_tree: MakeTree) -> None:
    """In a tree with modules m is a goal of its own, and what m needs is enough for it."""
    kconfig = make_tree(
        {
            "Kconfig": 'config MODULES\n\tbool "Modules"\n\tmodules\nconfig BUS\n\ttristate "Bus"\n'
            'config CARD\n\ttristate "Card"\n\tdepends on BUS\nconfig SWITCH\n\tbool "Switch"\n\tdepends on BUS=y\n'
        }
    )
    configuration = Configuration.load(kconfig)
    configuration.set("MODULES", "y")
    assert _changes(configuration.analysis.plans("CARD", "m")) == [{"CARD": "m", "BUS": "m"}]
    assert _changes(configuration.analysis.plans("CARD", "y")) == [{"CARD": "y", "BUS": "y"}]
    assert _changes(configuration.analysis.plans("SWITCH", "y")) == [{"SWITCH": "y", "BUS": "y"}]
    configuration.set("MODULES", "n")
    assert [plan["MODULES"] for plan in _changes(configuration.analysis.plans("CARD", "m"))] == ["y"]


def test_a_large_tree_is_searched_quickly(make_tree: MakeTree) -> None:
    """The cost of a plan does not grow with the tree: only what it concerns is looked at."""
    lines = ['config S0\n\tbool "S0"\n']
    lines += [f'config S{n}\n\tbool "S{n}"\n\tdepends on S{n - 1}\n' for n in range(1, 8)]
    lines += [f'config T{n}\n\tbool "T{n}"\n\tdefault y\n' for n in range(5000)]
    configuration = Configuration.load(make_tree({"Kconfig": "".join(lines)}))
    started = time.perf_counter()
    (plan,) = configuration.analysis.plans("S7", "y")
    assert len(plan.changes) == 8
    assert time.perf_counter() - started < 2
