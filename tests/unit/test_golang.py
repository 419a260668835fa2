"""Go's spelling: string literals, names and values."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.errors import UsageError
from configurator.generate import golang
from configurator.generate.goscan import scan_file, scan_package
from configurator.generate.render import render_config_gen
from configurator.model import Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeTree


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ('say "hi"\\', '"say \\"hi\\"\\\\"'),
        ("a\nb\r\tc\0", '"a\\nb\\r\\tc\\x00"'),
        ("\x7f\x85\u2028\ufeff", '"\\x7f\\u0085\\u2028\\ufeff"'),
        ("\U000e0001\u00e4\U0001f95a", '"\\U000e0001\u00e4\U0001f95a"'),
    ],
)
def test_quoted(text: str, literal: str) -> None:
    """Quotes, backslashes and what cannot be printed are escaped, the rest stays readable."""
    assert golang.quoted(text) == literal


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_is_one_printable_line(text: str) -> None:
    """Whatever the text, the literal has no line break, no control character and no mark that Go refuses."""
    assert golang.quoted(text).isprintable()


@pytest.mark.slow
def test_go_reads_back_every_character(tmp_path: Path) -> None:
    """Go takes a literal with every character but surrogates for the text that it stands for."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go in PATH")
    text = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    program = f'package main\n\nimport "os"\n\nfunc main() {{ os.Stdout.WriteString({golang.quoted(text)}) }}\n'
    (tmp_path / "main.go").write_text(program, encoding="utf-8")
    ended = subprocess.run([go, "run", "main.go"], cwd=tmp_path, capture_output=True, check=True, timeout=120)
    assert ended.stdout.decode() == text


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("UART_BAUD", "UartBaud"), ("NR_CPUS", "NrCpus"), ("GOMAXPROCS", "Gomaxprocs"), ("PS2", "Ps2"), ("A_1_B", "A1B")],
)
def test_constant_name(symbol: str, name: str) -> None:
    """A symbol's name in Go is its words, capitalised."""
    assert golang.constant_name(symbol) == name


@pytest.mark.parametrize(
    ("kconfig", "message"),
    [
        ('config A_1\n\tbool "a"\nconfig A1\n\tbool "b"\n', "the symbols A1 and A_1 have the same name in Go"),
        ('config 9P\n\tbool "a"\n', "the symbol 9P has no name in Go"),
        ('config N\n\tint "n"\n\tdefault 9223372036854775808\n', "does not fit into 64 bits"),
    ],
)
def test_what_go_cannot_hold_is_refused(make_tree: MakeTree, kconfig: str, message: str) -> None:
    """Names that collide or are none, and numbers beyond 64 bits, are errors of the tree."""
    with pytest.raises(UsageError, match=message):
        render_config_gen(Configuration.load(make_tree({"Kconfig": kconfig})))


@pytest.mark.parametrize(
    ("text", "name", "imports"),
    [
        ("package a\n", "a", []),
        ('// Copyright\n\n/* import "x" */\npackage a; import "b"\n', "a", [("b", 4)]),
        ('package a\n\nimport (\n\tx "b" // c\n\t. `c`\n\t_ "d"\n)\nimport "e"\nvar s = "import"\n', "a",
         [("b", 4), ("c", 5), ("d", 6), ("e", 8)]),
        ('package a\n\nfunc f() {}\n\nimport "late"\n', "a", []),
        ('\ufeffpackage a\nimport ()\nimport ("b"; "c")\n', "a", [("b", 3), ("c", 3)]),
        ("", None, []),
        ("func main() {}\n", None, []),
        ("package", None, []),
        ('package a\nimport "unclosed\n', "a", []),
    ],
)  # fmt: skip
def test_scan_file(text: str, name: str | None, imports: list[tuple[str, int]]) -> None:
    """Package clause and imports are found in every spelling that Go allows, and nowhere else."""
    assert scan_file(text) == (name, imports)


def test_scan_package_leaves_tests_out(tmp_path: Path) -> None:
    """Test files, and files that Go ignores, count for neither imports nor Init."""
    (tmp_path / "a.go").write_text('package a\n\nimport "one"\n', encoding="utf-8")
    for name in ("a_test.go", "_b.go", ".c.go"):
        text = 'package b\n\nimport "two"\n\nfunc Init() error { return nil }\n'
        (tmp_path / name).write_text(text, encoding="utf-8")
    package = scan_package(tmp_path)
    assert (package.name, list(package.imports), package.has_init) == ("a", ["one"], False)


@given(text=st.text(max_size=100))
def test_scan_file_takes_anything(text: str) -> None:
    """Text at random never makes the scanner fail."""
    scan_file("package a\nimport " + text)
