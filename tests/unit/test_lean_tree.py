"""What `Tree` reads in its own, faster and leaner way is what kconfiglib reads."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import kconfiglib
from hypothesis import given
from hypothesis import strategies as st

from configurator.errors import Location, UsageError
from configurator.model import Configuration
from configurator.model.commands import NOBODY
from configurator.model.describe import help_of
from configurator.model.engine import load_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.conftest import MakeTree

_INDENTS = st.sampled_from(["", " ", "\t", "\t  ", "  \t", "\t\t", "        ", "          "])
_HELP_LINES = st.tuples(_INDENTS, st.sampled_from(["", "word", "two words", "a\tb", "word  ", "config X", "\\"])).map(
    "".join
)
_ENTRIES = st.sampled_from([
    "config A", "config  B ", "menuconfig C", "config if", "config y", "config D # comment", "config", "config 1A",
    "\tbool", '\tbool "text"', '\tbool "text" if A', "\tbool 'text'", '\tint "a $(b)"', '\thex "a\\"b"', '\tstring ""',
    '\tprompt "text" # comment', "\tdefault y", "\tdepends on A", 'menu "text"', '  tristate   "x"  ',
    '\tbool "text', "\tmodules", "",
])  # fmt: skip


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _helps(tree: kconfiglib.Kconfig) -> list[tuple[str, int, object]]:
    return [
        (node.item.name, node.linenr, help_of(node) if type(tree) is not kconfiglib.Kconfig else node.help or "")
        for node in tree.node_iter()
        if isinstance(node.item, kconfiglib.Symbol)
    ]


@given(lines=st.lists(_HELP_LINES, max_size=8), end=st.sampled_from(["\n", ""]))
def test_help_is_kconfiglibs(lines: list[str], end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any lines behind `help` give the text, and the line numbers behind it, that kconfiglib gives."""
    folder = tmp_path_factory.mktemp("tree")
    text = (
        "\n".join(["config FIRST", "\tbool", "\thelp", *lines, "config LAST", "\tbool", "\thelp", "\t  The end."]) + end
    )
    (folder / "Kconfig").write_text(text, encoding="utf-8")
    with _in(folder):
        try:
            expected: object = _helps(kconfiglib.Kconfig("Kconfig", warn=False))
        except kconfiglib.KconfigError:
            expected = None
        try:
            found: object = _helps(load_tree(folder / "Kconfig", folder, NOBODY))
        except UsageError:
            found = None
    assert found == expected


@given(line=_ENTRIES, end=st.sampled_from(["\n", ""]))
def test_tokens_are_kconfiglibs(line: str, end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A line's tokens are kconfiglib's, or both refuse it."""
    folder = tmp_path_factory.mktemp("tree")
    (folder / "Kconfig").write_text("config A\n\tbool\n", encoding="utf-8")
    tree = load_tree(folder / "Kconfig", folder, NOBODY)
    tree._parsing_kconfigs = True  # type: ignore[attr-defined]  # noqa: SLF001 - as while a file is read
    tree.filename, tree.linenr = "Kconfig", 1

    def tokens(of: type[kconfiglib.Kconfig]) -> object:
        try:
            return [*of._tokenize(tree, line + end)]  # noqa: SLF001 - what is compared
        except (kconfiglib.KconfigError, IndexError) as problem:
            return type(problem)

    if line.strip() == "modules":  # C's keyword, which kconfiglib does not know
        assert tokens(type(tree)) == [None]
    else:
        assert tokens(type(tree)) == tokens(kconfiglib.Kconfig)


def test_what_depends_on_a_symbol_is_kept(make_tree: MakeTree) -> None:
    """Lists that became tuples, and sets that were never made, hold what kconfiglib's do."""
    text = """
config A
	bool "a"
	default y
	select S if B
	imply I

config B
	bool "b"
	default y

config S
	bool

config I
	bool "i"
	depends on A

config N
	int "n"
	range 1 5 if B
	default 3

config A
	default n if B
"""
    kconfig = make_tree({"Kconfig": text})
    tree = load_tree(kconfig, kconfig.parent, NOBODY)
    with _in(kconfig.parent):
        plain = kconfiglib.Kconfig("Kconfig", warn=False)
    for name in ("A", "B", "S", "I", "N"):
        one, other = tree.syms[name], plain.syms[name]
        assert {item.name for item in one._dependents} >= {item.name for item in other._dependents}  # noqa: SLF001
        for kind in ("defaults", "selects", "implies", "ranges"):
            assert _text(getattr(one, kind)) == _text(getattr(other, kind)), (name, kind)
        assert [node.linenr for node in one.nodes] == [node.linenr for node in other.nodes]


def _text(entries: object) -> list[list[str]]:
    return [[kconfiglib.expr_str(part) for part in entry] for entry in entries]  # type: ignore[attr-defined]


def test_lines_that_count_are_found_again(make_tree: MakeTree, tmp_path: Path) -> None:
    """A line is known with its value in the symbol's own form and its place, for those symbols alone that have one."""
    kconfig = make_tree({"Kconfig": 'config A\n\tbool "a"\nconfig N\n\tint "n"\nconfig O\n\tbool "o"\n'})
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("CONFIG_A=y\n\nCONFIG_N=007\n")
    second.write_text("# CONFIG_A is not set\n")
    configuration = Configuration.load(kconfig)
    configuration.read(first, second)
    lines = configuration.lines
    assert {name: (one.value, one.location) for name, one in lines.items()} == {
        "A": ("n", Location(str(second), 1)),
        "N": ("7", Location(str(first), 3)),
    }
    assert len(lines) == 2
    assert "O" not in lines
    assert "NOT_THERE" not in lines
