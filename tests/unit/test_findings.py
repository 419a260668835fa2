"""What a configuration asks for and does not get: each kind of finding, with its place, in words and under --strict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from configurator.errors import Location
from configurator.model import Configuration, FindingKind

if TYPE_CHECKING:
    from pathlib import Path

    from configurator.model import Finding
    from tests.conftest import Eggcup, MakeTree

KCONFIG = """\
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
config N
	int "N"
	range 1 64
	default 7
config H
	hex "H"
	range 0x10 0xff
	default 0x20
config S
	string "S"
	depends on A
config FORCED
	bool "Forced"
	depends on C
config FORCING
	bool "Forcing"
	select FORCED
"""


@pytest.fixture
def kconfig(make_tree: MakeTree) -> Path:
    """Return the root of a small tree."""
    return make_tree({"Kconfig": KCONFIG})


def _read(kconfig: Path, text: str) -> tuple[Configuration, Path]:
    path = kconfig.parent / "config"
    path.write_text(text, encoding="utf-8")
    return Configuration.load(kconfig, path), path


def _only(configuration: Configuration) -> Finding:
    (finding,) = configuration.findings
    return finding


@pytest.mark.parametrize(
    ("text", "kind", "name", "asked", "became", "reason"),
    [
        ("CONFIG_NOPE=y", "UNKNOWN", "NOPE", "y", None, "there is no symbol 'NOPE', the line is dropped"),
        ("# CONFIG_NOPE is not set", "UNKNOWN", "NOPE", "n", None, "there is no symbol 'NOPE', the line is dropped"),
        ("CONFIG_N=abc", "INVALID", "N", "abc", "7",
         "N cannot be 'abc': it is a whole decimal number; it becomes 7"),
        ("CONFIG_A=m", "INVALID", "A", "m", "y", "A cannot be 'm': it is y or n; it becomes y"),
        ("CONFIG_N=999", "RANGE", "N", "999", "64", "N=999 is out of range: it goes from 1 to 64; it becomes 64"),
        ("CONFIG_N=-5", "RANGE", "N", "-5", "1", "N=-5 is out of range: it goes from 1 to 64; it becomes 1"),
        ("CONFIG_H=0x100", "RANGE", "H", "0x100", "0xff",
         "H=0x100 is out of range: it goes from 0x10 to 0xff; it becomes 0xff"),
        ("CONFIG_C=y\nCONFIG_B=y", "WITHOUT_EFFECT", "B", "y", "n", "B=y has no effect, it is n: it needs !C (C=y)"),
        ('CONFIG_A=n\nCONFIG_S="x"', "WITHOUT_EFFECT", "S", "x", "",
         "S=x has no effect, it is no value: it needs A (A=n)"),
        ("CONFIG_RED=y\nCONFIG_BLUE=y", "WITHOUT_EFFECT", "RED", "y", "n",
         "RED=y has no effect, it is n: BLUE was chosen instead, and only one of the two can be"),
        ("CONFIG_RED=n\nCONFIG_BLUE=n", "WITHOUT_EFFECT", "RED", "n", "y",
         "RED=n has no effect, it is y: one of its choice must be y, and the file says n to all that can be"),
        ("CONFIG_HAVE_X=y", "PROMPTLESS", "HAVE_X", "y", "n",
         "HAVE_X=y has no effect, it is n now: it has no prompt, its value follows from other symbols"),
        ("CONFIG_HAVE_X=n", "PROMPTLESS", "HAVE_X", "n", "n",
         "HAVE_X=n has no effect, it is n anyway: it has no prompt, its value follows from other symbols"),
        ("CONFIG_FORCING=y", "UNMET_SELECT", "FORCED", None, "y",
         "FORCED is y though it needs C (C=n): it is selected by FORCING"),
        ("CONFIG_N=3\nCONFIG_N=4", "DUPLICATE", "N", "4", "4", "N is set again, line 1 says '3'"),
        ("CONFIG_N=3\nCONFIG_N=3", "DUPLICATE", "N", "3", "3", "N is set again, as on line 1"),
    ],
)  # fmt: skip
def test_each_kind_is_found(  # noqa: PLR0913, PLR0917 - the columns of the table
    kconfig: Path, text: str, kind: str, name: str, asked: str | None, became: str | None, reason: str
) -> None:
    """A finding says what was asked for, what became of it and why."""
    configuration, _ = _read(kconfig, text)
    finding = _only(configuration)
    assert (finding.kind, finding.name, finding.asked) == (FindingKind[kind], name, asked)
    assert (finding.became, finding.reason) == (became, reason)
    if became is not None:
        assert configuration.get(name) == became


def test_a_finding_has_its_line(kconfig: Path) -> None:
    """The place is the line, also behind comments and empty lines."""
    configuration, path = _read(kconfig, "# mine\n\nCONFIG_A=y\nCONFIG_NOPE=y\n")
    assert _only(configuration).location == Location(str(path), 4)


def test_an_unmet_select_is_placed_at_the_line_that_asks_for_it(kconfig: Path, tmp_path: Path) -> None:
    """It is the selecting symbol's line that can be mended; without one, the select in Kconfig is named."""
    configuration, path = _read(kconfig, "CONFIG_FORCING=y\n")
    assert _only(configuration).location == Location(str(path), 1)
    always = tmp_path / "always"
    always.write_text(KCONFIG.replace('bool "Forcing"', "def_bool y"), encoding="utf-8")
    finding = _only(Configuration.load(always))
    assert str(finding.location).endswith("always:34")


@pytest.mark.parametrize(("name", "near"), [("BLEU", "BLUE"), ("FORCNG", "FORCING"), ("HAVE_Y", "HAVE_X")])
def test_the_nearest_name_is_told(kconfig: Path, name: str, near: str) -> None:
    """An unknown symbol comes with the names it may be a misspelling of."""
    configuration, _ = _read(kconfig, f"CONFIG_{name}=y\n")
    assert near in _only(configuration).hints


def test_unmet_conditions_come_with_their_values(kconfig: Path) -> None:
    """A program can read which condition failed, and by which values."""
    configuration, _ = _read(kconfig, "CONFIG_C=y\nCONFIG_B=y\n")
    (unmet,) = _only(configuration).unmet
    assert (unmet.text, unmet.holds, unmet.values) == ("!C", False, (("C", "y"),))


def test_findings_come_in_the_order_of_the_lines(kconfig: Path) -> None:
    """Whatever their kind, they are sorted by line; a wrong select comes last."""
    text = "CONFIG_FORCING=y\nCONFIG_N=99\nCONFIG_NOPE=y\nCONFIG_HAVE_X=y\nCONFIG_H=z\nCONFIG_N=98\n"
    configuration, _ = _read(kconfig, text)
    found = [(one.kind.name, one.location.line) for one in configuration.findings if one.location]
    assert found == [
        ("UNKNOWN", 3), ("PROMPTLESS", 4), ("INVALID", 5), ("DUPLICATE", 6), ("RANGE", 6), ("UNMET_SELECT", 1),
    ]  # fmt: skip


def test_lines_of_a_complete_file_for_derived_symbols_are_records(kconfig: Path) -> None:
    """After an edit by hand, a value that only follows is out of date; nobody asked for it."""
    configuration = Configuration.load(kconfig)
    configuration.set("B", "y")
    text = configuration.text()
    assert "CONFIG_HAVE_X=y" in text
    edited, _ = _read(kconfig, text.replace("CONFIG_B=y", "# CONFIG_B is not set"))
    assert (edited.findings, edited.get("HAVE_X")) == ((), "n")
    bare = "\n".join(line for line in text.splitlines() if line.startswith("CONFIG_"))
    fragment, _ = _read(kconfig, bare)
    assert [one.kind for one in fragment.findings] == [FindingKind.PROMPTLESS]


def test_a_file_that_holds_has_no_findings(kconfig: Path) -> None:
    """What eggcup writes comes back without a finding, whatever is set."""
    configuration = Configuration.load(kconfig)
    for name, value in {"B": "y", "BLUE": "y", "N": "9", "S": "x", "H": "0x30"}.items():
        configuration.set(name, value)
    again, _ = _read(kconfig, configuration.text())
    assert again.findings == ()
    assert again.values() == configuration.values()


def test_reading_again_forgets_everything_before(kconfig: Path, tmp_path: Path) -> None:
    """One tree serves for several files: neither values nor findings of the former one stay."""
    configuration, _ = _read(kconfig, "CONFIG_BLUE=y\nCONFIG_N=99\nCONFIG_FORCING=y\n")
    other = tmp_path / "other"
    other.write_text("CONFIG_C=y\n", encoding="utf-8")
    configuration.read(other)
    assert configuration.findings == ()
    assert configuration.values() == Configuration.load(kconfig, other).values()
    configuration.read()
    assert configuration.values() == Configuration.load(kconfig).values()
    assert configuration.path is None


STRICT_COMMANDS = [
    ["olddefconfig"], ["get", "UART"], ["order"], ["generate", "-o", "-"], ["savedefconfig", "out"], ["set", "VGA=n"],
]  # fmt: skip


@pytest.mark.parametrize("command", STRICT_COMMANDS, ids=lambda command: command[0])
def test_every_command_takes_strict(eggcup: Eggcup, workdir: Path, command: list[str]) -> None:
    """--strict ends any command that reads the configuration with 1, before it has written anything."""
    (workdir / ".config").write_text("CONFIG_UART_BUAD=9600\nCONFIG_KBD=y\nCONFIG_PS2=n\n", encoding="utf-8")
    ended = eggcup(*command, "--strict")
    assert (ended.code, ended.out) == (1, "")
    assert "eggcup: .config:1: there is no symbol 'UART_BUAD', the line is dropped\n  try: UART_BAUD\n" in ended.err
    assert "eggcup: .config:2: KBD=y has no effect, it is n: it needs PS2 (PS2=n)\n" in ended.err
    assert "eggcup: 2 findings under --strict; nothing was written\n" in ended.err
    assert [path.name for path in workdir.iterdir()] == [".config"]


@pytest.mark.parametrize("command", STRICT_COMMANDS, ids=lambda command: command[0])
def test_without_strict_findings_are_warnings(eggcup: Eggcup, workdir: Path, command: list[str]) -> None:
    """The same lines are warned about, and the command does its work."""
    (workdir / ".config").write_text("CONFIG_UART_BUAD=9600\nCONFIG_NR_CPUS=999\n", encoding="utf-8")
    ended = eggcup(*command)
    assert ended.code == 0
    assert "eggcup: warning: .config:1: there is no symbol 'UART_BUAD'" in ended.err
    assert "  try: UART_BAUD\n" in ended.err
    assert "eggcup: warning: .config:2: NR_CPUS=999 is out of range: it goes from 1 to 64; it becomes 64\n" in ended.err


def test_findings_as_json(eggcup: Eggcup, workdir: Path) -> None:
    """A script reads kind, symbol, what was asked, what became, conditions and place; also when --strict refuses."""
    (workdir / ".config").write_text("CONFIG_KBD=y\n# CONFIG_PS2 is not set\n", encoding="utf-8")
    expected = {
        "kind": "without-effect", "symbol": "KBD", "asked": "y", "became": "n",
        "message": "KBD=y has no effect, it is n: it needs PS2 (PS2=n)",
        "unmet": [{"condition": "PS2", "holds": False, "values": {"PS2": "n"}}],
        "hints": [], "file": ".config", "line": 1,
    }  # fmt: skip
    refused = eggcup("olddefconfig", "--json", "--strict")
    document = json.loads(refused.out)
    assert (refused.code, document["exit_code"], document["findings"]) == (1, 1, [expected])
    done = eggcup("olddefconfig", "--json")
    document = json.loads(done.out)
    assert (done.code, document["written"], document["findings"]) == (0, True, [expected])


def test_a_usage_error_as_json(eggcup: Eggcup) -> None:
    """With --json an error is a document too, with its place and what to try."""
    ended = eggcup("get", "HOSTNAM", "--json")
    assert ended.code == 2
    message = {"message": "there is no symbol 'HOSTNAM'", "file": None, "line": None, "hints": ["HOSTNAME"]}
    assert json.loads(ended.out) == {"error": message, "exit_code": 2}


def test_a_tree_with_many_warnings_does_not_bury_findings(eggcup: Eggcup, make_tree: MakeTree, workdir: Path) -> None:
    """A few faults of the tree are told one by one, very many in one line."""
    few, many = ("".join(f'config A{n}\n\tbool "A"\n\tdepends on B{n}\n' for n in range(number)) for number in (3, 300))
    (workdir / ".config").write_text("CONFIG_NOPE=y\n", encoding="utf-8")
    told = eggcup("olddefconfig", "--kconfig", str(make_tree({"Kconfig": few}))).err
    assert told.count("undefined symbol B") == 3
    (workdir / ".config").write_text("CONFIG_NOPE=y\n", encoding="utf-8")
    told = eggcup("olddefconfig", "--kconfig", str(make_tree({"Kconfig": many}))).err
    assert "eggcup: warning: the Kconfig tree has 300 doubtful places; `eggcup lint` lists them\n" in told
    assert "there is no symbol 'NOPE'" in told
    assert len(told.splitlines()) < 6
