"""The language: what C kconfig 6.12 and its successors know and kconfiglib does not, and the rules of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Assignment, Configuration, FindingKind, SymbolType

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeTree

MODULES = """\
config M
	bool "Modules"
	default y
	modules
config A
	tristate "A"
config B
	tristate "B"
	depends on A
	default m
config C
	bool "C"
	depends on A
config D
	tristate
	default m if m
config E
	tristate "E"
	select F
config F
	tristate "F"
config G
	tristate "G"
	imply H
config H
	tristate "H"
"""


@pytest.fixture
def modules(make_tree: MakeTree) -> Configuration:
    """Return a tree with modules."""
    return Configuration.load(make_tree({"Kconfig": MODULES}))


def _load(make_tree: MakeTree, text: str) -> Configuration:
    return Configuration.load(make_tree({"Kconfig": text}))


def _read(make_tree: MakeTree, tmp_path: Path, text: str, config: str) -> Configuration:
    path = tmp_path / "config"
    path.write_text(config, encoding="utf-8")
    return Configuration.load(make_tree({"Kconfig": text}), path)


# modules, tristate


def test_a_tristate_has_three_values(modules: Configuration) -> None:
    """Where there are modules a tristate can be m, and limits what depends on it."""
    assert modules.symbol("A").type is SymbolType.TRISTATE
    assert modules.symbol("A").assignable == ("n", "m", "y")
    assert modules.set("A", "m") is None
    assert modules.values() | {"M": "", "E": "", "F": "", "G": "", "H": ""} == {
        "A": "m", "B": "m", "C": "n", "D": "m", "M": "", "E": "", "F": "", "G": "", "H": "",
    }  # fmt: skip
    assert modules.symbol("B").assignable == ("n", "m")
    assert "CONFIG_A=m\n" in modules.text()


def test_m_counts_for_a_bool_as_y(modules: Configuration) -> None:
    """A bool that depends on a module can be y: it is part of the module."""
    modules.set("A", "m")
    assert modules.symbol("C").assignable == ("n", "y")
    assert modules.set("C", "y") is None


def test_without_modules_a_tristate_is_a_bool(modules: Configuration) -> None:
    """When the `modules` symbol is n, m becomes y as a value, and n in a condition."""
    modules.set("A", "m")
    modules.set("M", "n")
    assert [modules.get(name) for name in "ABD"] == ["y", "y", "n"]
    assert modules.symbol("A").type is SymbolType.BOOL
    assert modules.symbol("A").assignable == ("n", "y")


def test_select_of_a_module_is_a_lower_bound(modules: Configuration) -> None:
    """What a module selects is m at least; imply leaves the choice free."""
    modules.set_all([Assignment("E", "m"), Assignment("G", "y")])
    assert modules.symbol("F").assignable == ("m", "y")
    assert modules.get("H") == "y"
    assert modules.symbol("H").assignable == ("n", "m", "y")


@pytest.mark.parametrize("spelling", ["modules", "option modules", "modules  # the keyword"])
def test_the_keyword_may_stand_on_any_symbol(make_tree: MakeTree, spelling: str) -> None:
    """It need not be called MODULES, and the old spelling is understood; conditions may come before the entry."""
    configuration = _load(
        make_tree, f'config T\n\ttristate "T"\n\tdepends on m\nconfig ANY\n\tbool "Any"\n\tdefault y\n\t{spelling}\n'
    )
    assert configuration.has_modules
    assert configuration.symbol("T").assignable == ("n", "m")
    configuration.set("ANY", "n")
    assert [str(one) for one in configuration.symbol("T").depends_on] == ["ANY"]


def test_the_name_alone_makes_no_modules(make_tree: MakeTree) -> None:
    """A symbol MODULES without the keyword is one like others, as in C kconfig since 5.13."""
    configuration = _load(make_tree, 'config MODULES\n\tbool "M"\n\tdefault y\nconfig T\n\ttristate "T"\n')
    assert not configuration.has_modules
    assert configuration.symbol("T").type is SymbolType.BOOL


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("config A\n\tbool\n\tmodules\nconfig B\n\tbool\n\tmodules\n", 6, "A has the keyword 'modules' already"),
        ('menu "x"\n\tmodules\nendmenu\n', 2, "'modules' belongs to a symbol"),
        ("modules\nconfig A\n\tbool\n", 1, "'modules' belongs to a symbol"),
        ("config A\n\tbool\n\nif y\nmodules\nendif\n", 5, "'modules' belongs to a symbol"),
        ('config A\n\tbool "A"\n\ttransitional\n', 3, "a transitional symbol has a type and a help text"),
        ("config A\n\tbool\n\ttransitional\n\tdefault y\n", 3, "a transitional symbol has a type and a help text"),
        ("config A\n\tbool\n\tdepends on B if C D\n", 3, "extra tokens at end of line"),
        ('menu "x"\n\tvisible if A B\nendmenu\n', 2, "extra tokens at end of line"),
    ],
)
def test_misplaced_keywords(make_tree: MakeTree, text: str, line: int, message: str) -> None:
    """A keyword in a place where it has no meaning is an error with its line."""
    with pytest.raises(UsageError) as caught:
        _load(make_tree, text)
    assert message in caught.value.message
    assert caught.value.location is not None
    assert caught.value.location.line == line


def test_modules_may_not_depend_on_themselves(make_tree: MakeTree) -> None:
    """The value m in a condition of the `modules` symbol is a circle, and not an endless one."""
    with pytest.raises(UsageError, match="in a circle"):
        _load(make_tree, "config M\n\tbool\n\tdefault y if m\n\tmodules\n")


def test_modules_may_follow_from_a_tristate(make_tree: MakeTree) -> None:
    """While it is found out whether there are modules there are none."""
    configuration = _load(
        make_tree, 'config T\n\ttristate "T"\n\tdefault y\nconfig M\n\tbool\n\tdefault T = y\n\tmodules\n'
    )
    assert configuration.values() == {"T": "y", "M": "y"}


# transitional


def test_a_transitional_symbol_is_read_and_not_written(make_tree: MakeTree, tmp_path: Path) -> None:
    """A former name passes its value on to the new one, and is gone from the file that is written."""
    text = 'config NEW\n\tbool "New"\n\tdefault OLD\nconfig OLD\n\tbool\n\ttransitional\n\thelp\n\t  Former name.\n'
    configuration = _read(make_tree, tmp_path, text, "CONFIG_OLD=y\n")
    assert configuration.findings == ()
    assert configuration.get("NEW") == "y"
    assert "OLD" not in configuration.text()
    assert configuration.minimal_text() == ""
    assert _load(make_tree, text).get("NEW") == "n"


# depends on A if B


@pytest.mark.parametrize(
    ("a", "b", "can_be"),
    [
        ("n", "n", "y"),
        ("m", "n", "y"),
        ("n", "m", ""),
        ("n", "y", ""),
        ("m", "y", "m"),
        ("m", "m", "m"),
        ("y", "y", "y"),
    ],
)
def test_a_conditional_dependency(make_tree: MakeTree, a: str, b: str, can_be: str) -> None:
    """`depends on A if B` limits the symbol by A where B is not n, and not at all where it is."""
    configuration = _load(
        make_tree,
        'config M\n\tbool "M"\n\tdefault y\n\tmodules\nconfig A\n\ttristate "A"\nconfig B\n\ttristate "B"\n'
        'config S\n\ttristate "S"\n\tdepends on A if B\n',
    )
    configuration.set_all([Assignment("A", a), Assignment("B", b)])
    assert (configuration.symbol("S").assignable or ("",))[-1] == can_be


@pytest.mark.parametrize("condition", ["B && C", "B || C", "!B", "!(B && !C)", "B = C", "!(B != C)"])
def test_a_conditional_dependency_on_an_expression(make_tree: MakeTree, condition: str) -> None:
    """The condition may be any expression; it counts as what it is worth."""
    configuration = _load(
        make_tree,
        'config A\n\tbool "A"\nconfig B\n\tbool "B"\nconfig C\n\tbool "C"\n'
        f'config S\n\tbool "S"\n\tdepends on A if {condition}\nconfig T\n\tdef_bool {condition}\n',
    )
    for b in "ny":
        for c in "ny":
            configuration.set_all([Assignment("B", b), Assignment("C", c)])
            assert configuration.symbol("S").visible == (configuration.get("T") == "n"), (b, c)


# Values


def test_a_number_out_of_range_goes_to_the_bound(make_tree: MakeTree, tmp_path: Path) -> None:
    """The bound is written as Kconfig has it, the finding says so, and the number comes back when its range does."""
    text = 'config B\n\tbool "B"\nconfig H\n\thex "H"\n\trange 0x10 0xFF if !B\n\tdefault 0x20\n'
    configuration = _read(make_tree, tmp_path, text, "CONFIG_H=0x1000\n")
    assert configuration.get("H") == "0xFF"
    (finding,) = configuration.findings
    assert (finding.kind, finding.asked, finding.became) == (FindingKind.RANGE, "0x1000", "0xFF")
    configuration.set("B", "y")
    assert configuration.get("H") == "0x1000"


def test_a_default_out_of_range_goes_to_the_bound(make_tree: MakeTree) -> None:
    """A default that its own range does not allow is a warning of the tree."""
    configuration = _load(
        make_tree, 'config N\n\tint "N"\n\trange 5 9\n\tdefault 3\nconfig O\n\tint "O"\n\trange 4 9\n'
    )
    assert (configuration.get("N"), configuration.get("O")) == ("5", "4")
    assert ["default value 3 of N" in str(one) for one in configuration.tree_warnings] == [True]


def test_a_number_without_a_value_counts_as_zero(make_tree: MakeTree) -> None:
    """What nothing gives a value has none to show, and is 0 in a comparison."""
    configuration = _load(
        make_tree, 'config A\n\tbool "A"\nconfig N\n\tint "N"\n\tdepends on A\nconfig Z\n\tdef_bool N = 0\n'
    )
    assert (configuration.get("N"), configuration.get("Z")) == ("", "y")
    configuration.set("A", "y")
    assert configuration.get("N") == "0"
    assert "CONFIG_N=0\n" in configuration.text()


CHOICE = """\
config HIDE
	bool "Hide"
choice
	prompt "One of"
	default B
config A
	bool "A"
config B
	bool "B"
config C
	bool "C"
	depends on !HIDE
endchoice
"""


@pytest.mark.parametrize(
    ("config", "chosen"),
    [
        ("", "B"),
        ("CONFIG_A=y\nCONFIG_C=y\n", "C"),
        ("CONFIG_C=y\nCONFIG_A=y\n", "A"),
        ("CONFIG_C=y\nCONFIG_HIDE=y\n", "B"),
        ("CONFIG_A=y\nCONFIG_C=y\nCONFIG_HIDE=y\n", "A"),
        ("# CONFIG_B is not set\n", "A"),
        ("# CONFIG_A is not set\n# CONFIG_B is not set\n", "C"),
        ("# CONFIG_B is not set\n# CONFIG_A is not set\n# CONFIG_C is not set\n", "B"),
        ("# CONFIG_A is not set\n# CONFIG_C is not set\n# CONFIG_B is not set\n", "A"),
    ],
)
def test_what_a_file_chooses(make_tree: MakeTree, tmp_path: Path, config: str, chosen: str) -> None:
    """The last y that can be; else the default unless it has an n; else what has none; else what had n first."""
    configuration = _read(make_tree, tmp_path, CHOICE, config)
    assert [name for name in "ABC" if configuration.get(name) == "y"] == [chosen]


def test_a_choice_follows_when_its_members_hide(make_tree: MakeTree) -> None:
    """What was chosen before comes back into force when the later one is hidden, and goes when it is shown."""
    configuration = _load(make_tree, CHOICE)
    configuration.set("A", "y")
    configuration.set("C", "y")
    values = []
    for hide in "yn":
        configuration.set("HIDE", hide)
        values.append([name for name in "ABC" if configuration.get(name) == "y"])
    assert values == [["A"], ["C"]]


def test_members_are_not_hidden_with_the_prompt_of_their_choice(make_tree: MakeTree) -> None:
    """A choice whose prompt does not show still has a chosen member; one whose dependency is not met has none."""
    text = 'choice\n\tprompt "P" if n\nconfig A\n\tbool "A"\nendchoice\nchoice\n\tprompt "Q"\n\tdepends on n\nconfig B\n\tbool "B"\nendchoice\n'  # noqa: E501 - a tree
    assert _load(make_tree, text).values() == {"A": "y", "B": "n"}


def test_a_member_may_not_depend_on_another(make_tree: MakeTree) -> None:
    """Which one is chosen would depend on which one is chosen."""
    text = 'choice\n\tprompt "P"\nconfig A\n\tbool "A"\nconfig B\n\tbool "B"\n\tdepends on A\nendchoice\n'
    with pytest.raises(UsageError, match="in a circle"):
        _load(make_tree, text)


def test_imply_is_limited_by_dependencies(make_tree: MakeTree) -> None:
    """An implied symbol that its dependencies do not allow is n, and is written, as C kconfig does."""
    configuration = _load(
        make_tree,
        'config A\n\tbool "A"\n\tdefault y\n\timply B\nconfig C\n\tbool "C"\nconfig B\n\tbool "B"\n\tdepends on C\n',
    )
    assert configuration.get("B") == "n"
    assert "# CONFIG_B is not set\n" in configuration.text()
    configuration.set("C", "y")
    assert configuration.get("B") == "y"


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [
        ("N = 10", "y"), ("N = 0xa", "y"), ("N = 012", "y"), ("N < 9", "n"), ('S = "10"', "y"), ("N = S", "y"),
        ("S < 9", "n"), ('S < "9"', "n"), ("S < T", "y"), ("NEG < 0", "y"), ("NEG < HEX", "n"), ("HEX = 16", "y"),
        ("N > X", "n"), ("T = 9", "y"), ("B = y", "y"), ('B = "y"', "y"), ("B > n", "y"),
    ],
)  # fmt: skip
def test_comparisons(make_tree: MakeTree, comparison: str, holds: str) -> None:
    """Numbers are compared as C's strtoll reads them, texts by their letters, hexadecimals without a sign."""
    configuration = _load(
        make_tree,
        "config N\n\tint\n\tdefault 10\nconfig NEG\n\tint\n\tdefault -1\nconfig HEX\n\thex\n\tdefault 0x10\n"
        'config S\n\tstring\n\tdefault "10"\nconfig T\n\tstring\n\tdefault "9"\nconfig B\n\tdef_bool y\n'
        f"config R\n\tdef_bool {comparison}\n",
    )
    assert configuration.get("R") == holds


def test_spelling_of_numbers_in_a_file_is_kept(make_tree: MakeTree, tmp_path: Path) -> None:
    """A hexadecimal number stays as it was written, and a file of C kconfig's stays the same."""
    text = 'config H\n\thex "H"\nconfig I\n\thex "I"\nconfig N\n\tint "N"\n'
    configuration = _read(make_tree, tmp_path, text, "CONFIG_H=0XaB\nCONFIG_I=ff\nCONFIG_N=007\n")
    assert configuration.values() == {"H": "0XaB", "I": "ff", "N": "7"}


def test_headings_of_empty_menus(make_tree: MakeTree) -> None:
    """A menu that is there is headed and ended, with or without entries."""
    configuration = _load(make_tree, 'menu "Empty"\nendmenu\nmenu "Hidden"\n\tvisible if n\nendmenu\n')
    assert configuration.text().split("#\n", 2)[2] == "\n#\n# Empty\n#\n# end of Empty\n"
