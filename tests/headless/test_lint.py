"""`eggcup lint`: each rule finds what breaks it, with its place, and nothing else; our own tree keeps them all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.lint import RULES, lint
from configurator.model import Configuration

if TYPE_CHECKING:
    from tests.conftest import Eggcup, MakeTree

ROOT = Path(__file__).resolve().parents[2]
RANGES = "\trange 1 9 if A\n\trange 1 5\n"
HELP = "\thelp\n\t  What it is. Say n if not.\n"


def _found(kconfig: Path) -> list[tuple[str, int | None, str]]:
    offences = lint(Configuration.load(kconfig))
    return [(one.rule, one.location.line if one.location else None, one.message) for one in offences]


@pytest.mark.parametrize(
    ("text", "rule", "line", "message"),
    [
        ('config A\n\tbool "A"\n', "help", 1, "A has a prompt and no help"),
        (f'choice\n\tprompt "C"\nconfig A\n\tbool "A"\n{HELP}endchoice\n', "help", 1,
         "the choice 'C' has a prompt and no help"),
        ('config A\n\tbool "A"\n\thelp\n\t  What it is.\n', "say-n", 1, "the help of A does not tell when to say n"),
        ('config A\n\tint "A"\n\thelp\n\t  How many.\n', "range", 1, "A is a number without a range"),
        (f'config A\n\tbool "A"\n\tdepends on B\n{HELP}', "undefined", 1, "undefined symbol B"),
        (f'config A\n\tbool "A"\n\tdefault y\n\tdefault n\n{HELP}', "dead-default", 1,
         "the default n of A never counts: an earlier one holds whenever it does"),
        (f'config A\n\tbool "A"\n{HELP}config B\n\tbool "B"\n\tdepends on A && !A\n{HELP}', "unreachable", 5,
         "B can never be y: A && !A cannot hold"),
        ("config A\n\tbool\n", "unreachable", 1, "A can never be y: it has no prompt, and nothing selects it"),
        (f'config A\n\ttristate "A"\n{HELP}', "portable", 2,
         "'tristate' is outside the portable subset: there are no modules"),
        (f'config A\n\tbool "A"\n\toption allnoconfig_y\n{HELP}', "portable", 3,
         "'option' is outside the portable subset: C kconfig has no options any more"),
        (f'choice NAMED\n\tprompt "C"\n\thelp\n\t  C.\nconfig A\n\tbool "A"\n{HELP}endchoice\n', "portable", 1,
         "'NAMED' is outside the portable subset: C kconfig refuses names of choices"),
        ('rsource "x"\n', "portable", 1, "'rsource' is outside the portable subset: C kconfig has only source"),
        ('config S\n\tdef_string "x"\n', "portable", 2,
         "'def_string' is outside the portable subset: C kconfig does not read it"),
        ("config N\n\tint\n\tdefault many\n", "doubtful", 1, "many"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_offence(make_tree: MakeTree, text: str, rule: str, line: int, message: str) -> None:
    """The offence is found once, at its line."""
    found = _found(make_tree({"Kconfig": text, "x": ""}))
    assert [(one[0], one[1]) for one in found if one[0] == rule] == [(rule, line)], found
    assert any(message in one[2] for one in found)


@pytest.mark.parametrize(
    "text",
    [
        f'config A\n\tbool "A"\n\tdefault y\n{HELP}',
        f'config A\n\tbool "A"\n{HELP}config N\n\tint "N"\n{RANGES}\tdefault 4 if A\n\tdefault 5\n{HELP}',
        f'config A\n\tbool "A"\n{HELP}config B\n\tbool "B"\n\tselect C if A\n{HELP}config C\n\tbool\n',
        f'config A\n\tbool "A"\n\thelp\n\t  Say n:\n\n\t  rsource "x"\n\t  tristate\nconfig B\n\tbool "B"\n{HELP}',
        f'# tristate\nconfig A\n\tbool "option"\n{HELP}',
        f'config A\n\tbool "A"\n{HELP}config B\n\tbool "B"\n\tdepends on A || !A\n{HELP}',
    ],
)
def test_what_keeps_the_rules(make_tree: MakeTree, text: str) -> None:
    """Ordinary Kconfig has no offences; words in help texts, comments and prompts are no constructs."""
    assert _found(make_tree({"Kconfig": text})) == []


@pytest.mark.parametrize(
    ("condition", "reachable"),
    [
        ("A", True), ("!A", True), ("A && B", True), ("A && !B", False), ("B && !A", True),
        ("RED && BLUE", False),
        ("RED || BLUE", True), ("!RED && !BLUE", True), ("N = 5", True), ("N = 5 && !(N = 5)", False),
        ("A = n && A", False), ("A != y && A = y", False), ("DEAD", False), ("DEAD || A", True),
        ("A && FREE && !B", False),
    ],
)  # fmt: skip
def test_unreachable_is_certain(make_tree: MakeTree, condition: str, *, reachable: bool) -> None:
    """Dependencies of what a condition mentions count, choices exclude, comparisons stay open."""
    text = (
        f'config A\n\tbool "A"\n\tdepends on B\n{HELP}config B\n\tbool "B"\n{HELP}config FREE\n\tbool "Free"\n{HELP}'
        f'choice\n\tprompt "C"\n\thelp\n\t  C.\nconfig RED\n\tbool "R"\n{HELP}'
        f'config BLUE\n\tbool "B"\n{HELP}endchoice\n'
        'config N\n\tint "N"\n\trange 1 9\n\tdefault 1\n\thelp\n\t  How many.\n'
        f'config DEAD\n\tbool\nconfig X\n\tbool "X"\n\tdepends on {condition}\n{HELP}'
    )
    found = [message for rule, _, message in _found(make_tree({"Kconfig": text})) if rule == "unreachable"]
    assert any(message.startswith("X ") for message in found) is not reachable, found


def test_all_faults_of_units_are_found(make_tree: MakeTree) -> None:
    """Not only the first: a missing package and an import without a dependency, each at its place."""
    kconfig = make_tree(
        {
            "Kconfig": 'osource "drivers/*/Kconfig"\n',
            "drivers/a/Kconfig": f'config A\n\tbool "A"\n{HELP}',
            "drivers/b/Kconfig": f'config B\n\tbool "B"\n{HELP}',
            "drivers/c/Kconfig": f'config C\n\tbool "C"\n{HELP}',
            "drivers/b/x.go": 'package b\n\nimport _ "eggcup/drivers/c"\n',
        },
        go=("drivers/b", "drivers/c"),
    )
    found = _found(kconfig)
    assert [one[0] for one in found] == ["unit", "unit"]
    assert "has no Go package" in found[0][2]
    assert "but B does not depend on C" in found[1][2]


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        ("A B\n", "A is renamed and still defined"),
        ("OLD NEW\n", "OLD is renamed to NEW, which is not defined"),
        ("OLD !N\n", "OLD is renamed to !N, which is no bool"),
        ("OLD OLDER\nOLDER B\n", ""),
        ("OLD !B\nGONE - no use\n", ""),
    ],
)
def test_renames_lead_somewhere(make_tree: MakeTree, renames: str, message: str) -> None:
    """A former name must not be in use, and its new one must be."""
    text = f'config A\n\tbool "A"\n{HELP}config B\n\tbool "B"\n{HELP}'
    text += 'config N\n\tint "N"\n\trange 1 9\n\tdefault 1\n\thelp\n\t  How many.\n'
    found = _found(make_tree({"Kconfig": text, "Kconfig.renames": renames}))
    assert [one[2] for one in found] == ([message] if message else [])


def test_our_tree_keeps_the_rules(eggcup: Eggcup) -> None:
    """The tree of this project has no offences."""
    ended = eggcup("lint")
    assert (ended.code, ended.out) == (0, "")


def test_exit_codes_and_json(eggcup: Eggcup, make_tree: MakeTree) -> None:
    """1 with offences, 2 for a tree that cannot be read; JSON has rule and place."""
    kconfig = make_tree({"Kconfig": 'config A\n\tbool "A"\n'})
    ended = eggcup("lint", "--kconfig", str(kconfig))
    assert ended.code == 1
    assert ended.out == f"{kconfig}:1: A has a prompt and no help [help]\n"
    assert json.loads(eggcup("lint", "--json", "--kconfig", str(kconfig)).out) == [
        {"rule": "help", "message": "A has a prompt and no help", "file": str(kconfig), "line": 1}
    ]
    kconfig.write_text("nonsense\n", encoding="utf-8")
    assert eggcup("lint", "--kconfig", str(kconfig)).code == 2
    assert len(eggcup("lint", "--rules").out.splitlines()) == len(RULES)
