"""The model: values, their checks, what follows from them, and the files they are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Assignment, Configuration, NodeKind, SymbolType

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeTree

KCONFIG = """\
mainmenu "Test"
config HAVE_X
	bool
config A
	bool "A"
	default y
config B
	bool "B"
	depends on A && !C
	select HAVE_X
config C
	bool "C"
choice
	prompt "Colour"
	default RED
config RED
	bool "Red"
config BLUE
	bool "Blue"
endchoice
config DERIVED
	int
	default 1 if RED
	default 2
config N
	int "N"
	range -1 10 if RED
	range 5 20
	default 7
config H
	hex "H"
	depends on A
	range 0x10 0xff
	default 0x20
config S
	string "S"
	default "s"
menu "Sub"
	visible if A
config M
	bool "M"
endmenu
"""


@pytest.fixture
def kconfig(make_tree: MakeTree) -> Path:
    """Return the root of a small tree with a symbol of each kind."""
    return make_tree({"Kconfig": KCONFIG})


@pytest.fixture
def configuration(kconfig: Path) -> Configuration:
    """Return the small tree with its defaults."""
    return Configuration.load(kconfig)


def test_defaults_hold_without_a_file(kconfig: Path, tmp_path: Path) -> None:
    """A configuration that does not exist is the defaults."""
    configuration = Configuration.load(kconfig, tmp_path / "missing")
    assert configuration.path is None
    assert configuration.values() == {
        "HAVE_X": "n", "A": "y", "B": "n", "C": "n", "RED": "y", "BLUE": "n", "DERIVED": "1", "N": "7", "H": "0x20",
        "S": "s", "M": "n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "message", "hints"),
    [
        ("A", "m", "A cannot be 'm': it is y or n", ("A=y: a bool has no m",)),
        ("A", "yes", "A cannot be 'yes': it is y or n", ("A=y",)),
        ("A", "", "A cannot be '': it is y or n", ()),
        ("N", "0x5", "N cannot be '0x5': it is a whole decimal number", ("N=-1, or up to 10",)),
        ("N", "1_0", "N cannot be '1_0'", ("N=-1, or up to 10",)),
        ("N", "\u0663", "N cannot be '\u0663'", ("N=-1, or up to 10",)),
        ("N", "9" * 5000, "whole decimal number", ("N=-1, or up to 10",)),
        ("N", "11", "N=11 is out of range: it goes from -1 to 10", ()),
        ("N", "-2", "N=-2 is out of range", ()),
        ("H", "0xg", "H cannot be '0xg': it is a hexadecimal number", ("H=0x10, or up to 0xff",)),
        ("H", "-0x20", "H cannot be '-0x20'", ("H=0x10, or up to 0xff",)),
        ("H", "0x100", "H=0x100 is out of range: it goes from 0x10 to 0xff", ()),
        ("S", "a\nb", "it is one line of UTF-8 text", ()),
        ("S", "\udcff", "it is one line of UTF-8 text", ()),
        ("BLEU", "y", "there is no symbol 'BLEU'", ("BLUE",)),
    ],
)
def test_set_refuses(configuration: Configuration, name: str, value: str, message: str, hints: tuple[str, ...]) -> None:
    """A wrong value, one out of range and an unknown name are errors, and change nothing."""
    before = configuration.text()
    with pytest.raises(UsageError) as caught:
        configuration.set(name, value)
    assert message in caught.value.message
    assert caught.value.hints == hints
    assert configuration.text() == before


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [("N", "007", "7"), ("N", "-0", "0"), ("H", "FF", "0xff"), ("H", "0X1F", "0x1f"), ("S", ' "\\', ' "\\')],
)
def test_set_keeps_one_spelling(configuration: Configuration, name: str, value: str, stored: str) -> None:
    """Numbers are stored in one form, text as it is."""
    assert configuration.set(name, value) is None
    assert configuration.get(name) == stored


def test_names_may_carry_the_prefix(configuration: Configuration) -> None:
    """CONFIG_A and A are the same symbol."""
    configuration.set("CONFIG_A", "n")
    assert configuration.get("A") == configuration.get("CONFIG_A") == "n"


@pytest.mark.parametrize(
    ("first", "name", "value", "reason"),
    [
        ("C=y", "B", "y", "B=y has no effect, it is n: it needs !C (C=y)"),
        ("A=n", "B", "y", "B=y has no effect, it is n: it needs A (A=n)"),
        ("A=n", "H", "0x30", "H=0x30 has no effect, it is no value: it needs A (A=n)"),
        ("A=n", "M", "y", "M=y has no effect, it is n: it needs A (A=n)"),
        ("B=y", "HAVE_X", "n", "it has no prompt, its value follows from other symbols"),
        ("A=y", "RED", "n", "one of its choice must be y; set another one, such as BLUE=y"),
    ],
)
def test_a_value_that_does_not_hold_says_why(
    configuration: Configuration, first: str, name: str, value: str, reason: str
) -> None:
    """An assignment without effect is reported with the condition that is not met."""
    configuration.set(*first.split("="))
    missed = configuration.set(name, value)
    assert missed is not None
    assert reason in str(missed)


def test_a_selected_symbol_cannot_be_n(make_tree: MakeTree) -> None:
    """The symbols that force a value are named."""
    kconfig = make_tree({"Kconfig": 'config A\n\tbool "A"\n\tdefault y\n\tselect B\nconfig B\n\tbool "B"\n'})
    missed = Configuration.load(kconfig).set("B", "n")
    assert str(missed) == "B=n has no effect, it is y: it is selected by A"


def test_values_set_together_have_no_order(configuration: Configuration) -> None:
    """What a value needs may come later in the same assignment."""
    configuration.set("C", "y")
    assert configuration.set_all([Assignment("B", "y"), Assignment("C", "n")]) == []
    assert configuration.get("HAVE_X") == "y"


def test_the_active_range_counts(configuration: Configuration) -> None:
    """Of several ranges, the first whose condition holds after all assignments decides."""
    assert configuration.set_all([Assignment("N", "20"), Assignment("BLUE", "y")]) == []
    assert configuration.symbol("N").range == ("5", "20")


def test_restore_returns_to_a_snapshot(configuration: Configuration) -> None:
    """Values and the selection of a choice come back, whatever was set in between."""
    configuration.set("BLUE", "y")
    configuration.set("N", "6")
    snapshot, text = configuration.snapshot(), configuration.text()
    configuration.set("RED", "y")
    configuration.unset("N")
    configuration.set("A", "n")
    configuration.restore(snapshot)
    assert configuration.text() == text
    assert configuration.snapshot() == snapshot


def test_unset_brings_the_default_back(configuration: Configuration) -> None:
    """Unsetting a number or a member of a choice returns to what Kconfig says."""
    text = configuration.text()
    configuration.set("N", "6")
    configuration.set("BLUE", "y")
    configuration.unset("N")
    configuration.unset("BLUE")
    assert configuration.text() == text


def test_text_has_the_form_of_kconfig(configuration: Configuration) -> None:
    """Menus are headed and closed, what is off is a comment, invisible symbols are left out."""
    configuration.set("A", "n")
    assert configuration.text().split("#\n", 2)[2] == (
        "# CONFIG_A is not set\n# CONFIG_C is not set\nCONFIG_RED=y\n# CONFIG_BLUE is not set\nCONFIG_DERIVED=1\n"
        'CONFIG_N=7\nCONFIG_S="s"\n'
    )


def test_minimal_text_gives_the_same_configuration(configuration: Configuration, kconfig: Path, tmp_path: Path) -> None:
    """What differs from the defaults is enough to get everything back."""
    configuration.set("BLUE", "y")
    configuration.set("B", "y")
    path = tmp_path / "minimal"
    assert configuration.write_minimal(path)
    assert path.read_text(encoding="utf-8") == "CONFIG_B=y\nCONFIG_BLUE=y\n"
    assert Configuration.load(kconfig, path).text() == configuration.text()


def test_write_keeps_the_former_file_and_leaves_an_equal_one(configuration: Configuration, tmp_path: Path) -> None:
    """A change keeps `.old`; writing the same again touches nothing."""
    path = tmp_path / ".config"
    path.write_text("former", encoding="utf-8")
    assert configuration.write(path)
    assert path.with_name(".config.old").read_text(encoding="utf-8") == "former"
    stamp = path.stat().st_mtime_ns
    assert not configuration.write(path)
    assert path.stat().st_mtime_ns == stamp


def test_digest_follows_the_values_alone(kconfig: Path) -> None:
    """Equal values have equal digests; any change shows, one of a symbol without prompt too."""
    one, other = Configuration.load(kconfig), Configuration.load(kconfig)
    assert one.digest() == other.digest()
    other.set("N", "6")
    assert one.digest() != other.digest()
    other.unset("N")
    assert one.digest() == other.digest()


def test_symbol_view(configuration: Configuration) -> None:
    """The view of a symbol holds what a menu shows."""
    view = configuration.symbol("H")
    assert (view.type, view.value, view.range, view.prompt) == (SymbolType.HEX, "0x20", ("0x10", "0xff"), "H")
    assert [str(one) for one in view.depends_on] == ["A (A=y)"]
    assert configuration.symbol("A").assignable == ("n", "y")
    assert configuration.symbol("BLUE").choice == ("RED", "BLUE")


def test_menu_view(configuration: Configuration) -> None:
    """The menu tree is flat, with depth, kind and visibility, and follows the values."""
    configuration.set("A", "n")
    nodes = configuration.nodes()
    by_prompt = {node.prompt: node for node in nodes if node.prompt}
    assert by_prompt["Colour"].kind is NodeKind.CHOICE
    assert by_prompt["Colour"].selection == "RED"
    assert nodes[by_prompt["Blue"].parent].prompt == "Colour"
    assert by_prompt["Sub"].kind is NodeKind.MENU
    assert [by_prompt[name].visible for name in ("A", "B", "C", "Sub", "M")] == [True, False, True, False, False]


def test_the_environment_does_not_change_the_meaning(kconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of kconfiglib, a stray kconfigfunctions.py and the current folder have no say."""
    (kconfig.parent / "kconfigfunctions.py").write_text("raise SystemExit('ran')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(kconfig.parent))
    expected = Configuration.load(kconfig).text()
    for name, value in {"CONFIG_": "X_", "srctree": "/nowhere", "KCONFIG_CONFIG_HEADER": "# x\n"}.items():
        monkeypatch.setenv(name, value)
    assert Configuration.load(kconfig).text() == expected
