"""The init order: every kind of edge, ties, and every way in which a tree can be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.generate import init_order
from configurator.model import Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeTree

ROOT_KCONFIG = 'osource "kernel/*/Kconfig"\nosource "drivers/*/Kconfig"\n'


def _unit(name: str, *lines: str) -> str:
    return f'config {name}\n\tbool "{name}"\n\tdefault y\n' + "".join(f"\t{line}\n" for line in lines)


def _tree(make_tree: MakeTree, extra: str = "", **units: str) -> Path:
    files = {f"drivers/{name.lower()}/Kconfig": text for name, text in units.items()}
    return make_tree({"Kconfig": extra + ROOT_KCONFIG, **files}, go=tuple(path.rpartition("/")[0] for path in files))


def _order(kconfig: Path, *, reverse_ties: bool = False) -> list[str]:
    return [one.unit.symbol for one in init_order(Configuration.load(kconfig), reverse_ties=reverse_ties)]


def test_ties_go_by_name_or_backwards(make_tree: MakeTree) -> None:
    """Units without edges are in the order of their names, whatever their folders; the option turns it round."""
    kconfig = _tree(make_tree, B=_unit("B"), A=_unit("A"), C=_unit("C"))
    assert _order(kconfig) == ["A", "B", "C"]
    assert _order(kconfig, reverse_ties=True) == ["C", "B", "A"]


def test_a_unit_follows_what_it_depends_on(make_tree: MakeTree) -> None:
    """`depends on` is an edge, through AND and OR, and holds with ties reversed."""
    kconfig = _tree(make_tree, A=_unit("A", "depends on Z && (Y || X)"), X=_unit("X"), Y=_unit("Y"), Z=_unit("Z"))
    assert _order(kconfig) == ["X", "Y", "Z", "A"]
    assert _order(kconfig, reverse_ties=True) == ["Z", "Y", "X", "A"]


def test_enclosing_if_and_menu_are_dependencies(make_tree: MakeTree) -> None:
    """A dependency of the `if` or `menu` around a unit counts as the unit's own."""
    inner = f'if Z\nmenu "M"\n\tdepends on Y\n{_unit("A")}endmenu\nendif\n'
    assert _order(_tree(make_tree, A=inner, Y=_unit("Y"), Z=_unit("Z"))) == ["Y", "Z", "A"]


def test_not_is_no_edge(make_tree: MakeTree) -> None:
    """What must be off comes neither before nor after."""
    kconfig = _tree(make_tree, A=_unit("A", "depends on !Z"), Z='config Z\n\tbool "Z"\n')
    assert _order(kconfig) == ["A"]


def test_optional_order(make_tree: MakeTree) -> None:
    """`depends on Z || !Z` orders when both are there, and does not require."""
    kconfig = _tree(make_tree, A=_unit("A", "depends on Z || !Z"), Z=_unit("Z"))
    assert _order(kconfig) == ["Z", "A"]
    configuration = Configuration.load(kconfig)
    configuration.set("Z", "n")
    assert [one.unit.symbol for one in init_order(configuration)] == ["A"]


def test_a_provider_precedes_the_users_of_its_capability(make_tree: MakeTree) -> None:
    """What selects HAVE_X starts before everything that depends on HAVE_X, and the reason says so."""
    extra = "config HAVE_NETDEV\n\tbool\n"
    kconfig = _tree(
        make_tree, extra, Z=_unit("Z", "select HAVE_NETDEV"), Y=_unit("Y", "select HAVE_NETDEV"),
        INET=_unit("INET", "depends on HAVE_NETDEV"),
    )  # fmt: skip
    order = init_order(Configuration.load(kconfig))
    assert [one.unit.symbol for one in order] == ["Y", "Z", "INET"]
    assert [before.reason for before in order[2].after] == [
        "Y provides HAVE_NETDEV, INET depends on HAVE_NETDEV",
        "Z provides HAVE_NETDEV, INET depends on HAVE_NETDEV",
    ]


def test_a_conditional_select_counts_when_its_condition_holds(make_tree: MakeTree) -> None:
    """`select HAVE_X if ...` provides only when the condition is met."""
    extra = 'config HAVE_X\n\tbool\nconfig COND\n\tbool "c"\n'
    units = {"Z": _unit("Z", "select HAVE_X if COND"), "A": _unit("A", "depends on HAVE_X || !HAVE_X")}
    configuration = Configuration.load(_tree(make_tree, extra, **units))
    assert [one.unit.symbol for one in init_order(configuration)] == ["A", "Z"]
    configuration.set("COND", "y")
    assert [one.unit.symbol for one in init_order(configuration)] == ["Z", "A"]


def test_a_selected_unit_comes_first(make_tree: MakeTree) -> None:
    """A unit that selects another one starts after it."""
    assert _order(_tree(make_tree, A=_unit("A", "select Z"), Z=_unit("Z"))) == ["Z", "A"]


def test_edges_pass_through_helpers(make_tree: MakeTree) -> None:
    """A symbol between two units, in no folder of a unit, hands the edge on."""
    extra = 'config HELPER\n\tbool "h"\n\tdefault y\n\tdepends on Z\n'
    assert _order(_tree(make_tree, extra, A=_unit("A", "depends on HELPER"), Z=_unit("Z"))) == ["Z", "A"]


def test_imply_is_no_edge(make_tree: MakeTree) -> None:
    """`imply` suggests a value and says nothing of order."""
    assert _order(_tree(make_tree, A=_unit("A", "imply Z"), Z=_unit("Z"))) == ["A", "Z"]


def test_a_member_of_a_choice_has_the_edges_of_the_choice(make_tree: MakeTree) -> None:
    """What a choice depends on comes before the chosen unit."""
    chosen = 'choice\n\tprompt "c"\n\tdepends on Z\nconfig A\n\tbool "A"\nendchoice\n'
    assert _order(_tree(make_tree, A=chosen, Z=_unit("Z"))) == ["Z", "A"]


def test_a_folder_of_capabilities_is_no_unit(make_tree: MakeTree) -> None:
    """A Kconfig that declares only HAVE_ symbols needs no Go package."""
    kconfig = make_tree({"Kconfig": ROOT_KCONFIG, "drivers/caps/Kconfig": "config HAVE_X\n\tbool\n"})
    assert _order(kconfig) == []


def test_kernel_folders_are_units_too(make_tree: MakeTree) -> None:
    """A folder under kernel/ with a Kconfig is a unit."""
    kconfig = make_tree({"Kconfig": ROOT_KCONFIG, "kernel/tty/Kconfig": _unit("TTY")}, go=("kernel/tty",))
    (one,) = init_order(Configuration.load(kconfig))
    assert (one.unit.symbol, one.unit.folder, one.unit.package) == ("TTY", "kernel/tty", "tty")


def test_an_import_with_its_dependency_is_fine(make_tree: MakeTree) -> None:
    """A unit may import a unit that it comes after, also one that is switched off."""
    kconfig = _tree(make_tree, A=_unit("A", "depends on Z || !Z"), Z='config Z\n\tbool "Z"\n')
    (kconfig.parent / "drivers/a/more.go").write_text('package a\n\nimport _ "eggcup/drivers/z"\n', encoding="utf-8")
    assert _order(kconfig) == ["A"]


def test_a_circle_that_parses_is_refused(make_tree: MakeTree) -> None:
    """Kconfig allows A to depend on B while B selects A; the error names every edge with its place."""
    kconfig = _tree(make_tree, A=_unit("A", "depends on C"), C=_unit("C", "depends on B"), B=_unit("B", "select A"))
    with pytest.raises(UsageError) as caught:
        _order(kconfig)
    assert caught.value.message == (
        "the units A -> B -> C -> A wait for each other: B selects A (drivers/b/Kconfig:1); "
        "C depends on B (drivers/c/Kconfig:1); A depends on C (drivers/a/Kconfig:1)"
    )
    assert str(caught.value.location) == str(kconfig.parent / "drivers/b/Kconfig") + ":1"
