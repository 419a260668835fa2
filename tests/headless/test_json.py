"""`--json` of every command: one document on stdout, with the keys that docs/json.md names, errors included."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from configurator.cli.main import verb_names

if TYPE_CHECKING:
    from tests.headless.conftest import Here

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "json.md"

WRITTEN = {"config", "written", "findings", "migrations"}
SYMBOL = {
    "symbol", "type", "value", "prompt", "help", "visible", "assignable", "range", "set_by_user", "depends_on",
    "selected_by", "choice", "file", "line",
}  # fmt: skip
CASES: list[tuple[str, int, set[str]]] = [
    ("defconfig all", 0, WRITTEN),
    ("olddefconfig", 0, WRITTEN),
    ("merge all none", 0, WRITTEN),
    ("savedefconfig", 0, WRITTEN),
    ("alldefconfig", 0, WRITTEN),
    ("allyesconfig", 0, WRITTEN),
    ("allnoconfig", 0, WRITTEN),
    ("randconfig --seed 1", 0, WRITTEN),
    ("set RATE=3", 0, WRITTEN | {"changes"}),
    ("oldconfig --defaults", 0, WRITTEN | {"changes", "answered"}),
    ("oldconfig --check", 1, {"config", "fresh", "new", "difference"}),
    ("savedefconfig --check given", 1, {"file", "fresh", "difference"}),
    ("get RATE", 0, SYMBOL),
    ("listnewconfig", 1, SYMBOL),
    ("helpnewconfig", 1, SYMBOL),
    ("diff all none", 1, {"before", "after", "symbols", "product"}),
    ("why RATE", 0, {"symbol", "value", "origin", "because", "blocked_by", "blockers"}),
    ("fix RATE=5", 0, {"goal", "written", "plans"}),
    ("trace all", 0, {"symbol", "value", "origin", "is_default"}),
    ("search rate", 0, {"kind", "symbol", "value", "prompt", "help", "visible", "file", "line"}),
    ("presets", 0, {"name", "file", "description"}),
    ("defconfig --list", 0, {"name", "file", "description"}),
    ("presets --check given", 1, {"name", "file", "difference", "findings", "migrations"}),
    ("lint", 1, {"rule", "message", "file", "line"}),
    ("lint --rules", 0, {"rule", "meaning"}),
    ("order", 0, {"config", "units"}),
    ("generate", 0, {"files"}),
    ("completion bash", 0, {"shell", "script"}),
    ("completion bash --line x", 0, {"shell", "words"}),
]
"""Commands in the small tree, their exit codes, the keys of what they print or of each entry of the list."""

NOT_HERE = {
    "build": "tests/build",
    "run": "tests/run",
    "doctor": "tests/run",
    "serve": "test_serve.py",
    "allmodconfig": "below",
    "menuconfig": "below",
}

OWN_TREE = {"generate", "run"}
"""Commands that need symbols of our own tree."""


def _document(text: str) -> Any:
    return json.loads(text)


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(("command", "code", "keys"), CASES, ids=[case[0] for case in CASES])
def test_every_command_has_a_document(
    run_here: Here, command: str, code: int, keys: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stdout holds one document with exactly the keys that are promised."""
    if command in OWN_TREE:
        monkeypatch.delenv("srctree")
        command += " --config /dev/null"
    Path("given").write_text("CONFIG_RATE=10\nCONFIG_ALARM=y\n", encoding="utf-8")
    Path(".config").write_text("CONFIG_RATE=7\n", encoding="utf-8")
    ended = run_here(*command.split(), "--json")
    assert ended.returncode == code, ended.stderr
    document = _document(ended.stdout)
    entry = document[0] if isinstance(document, list) else document
    assert set(entry) == keys


def _documented() -> dict[str, set[str]]:
    """Return the words in code style of each row of the table in docs/json.md, by command."""
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    found: dict[str, set[str]] = {}
    same: set[str] = set()
    for commands, text in rows:
        words = set(re.findall(r"`([a-z_]+)`", text))
        words |= same if text.startswith("the same") else SYMBOL if "such symbols" in text else set()
        same = words
        found |= dict.fromkeys(re.findall(r"`([^`]+)`", commands), words)
    return found


def test_every_command_is_documented() -> None:
    """The table of docs/json.md has a row for each verb, and the table above a case."""
    assert {command.split()[0] for command in _documented() if not command.startswith("-")} == set(verb_names())
    assert {command.split()[0] for command, *_ in CASES} | set(NOT_HERE) == set(verb_names())


@pytest.mark.parametrize(("command", "keys"), [(case[0], case[2]) for case in CASES], ids=[case[0] for case in CASES])
def test_the_document_names_the_keys(command: str, keys: set[str]) -> None:
    """What a command prints stands in its row."""
    rows = _documented()
    verb, *options = command.split()
    special = f"{verb} {' '.join(one for one in options if one.startswith('--'))}".strip()
    assert keys <= rows.get(special, rows[verb])


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("allmodconfig", 2, "this tree has no modules: no symbol has the keyword 'modules'"),
        ("menuconfig", 2, "menuconfig draws on the terminal and has no JSON"),
        ("build nowhere", 2, "there is no folder nowhere"),
        ("run nowhere", 2, "there is no folder nowhere"),
        ("generate -o -", 2, "-o - and --json both go to stdout"),
        ("generate --check", 4, "there is no such file"),
        ("merge all none -o -", 2, "-o - and --json both go to stdout"),
        ("savedefconfig -", 2, "- as FILE goes neither with --check nor with --json"),
        ("fix RATE=101", 1, "no way was found to RATE=101: it goes from 1 to 100"),
        ("oldconfig", 1, "the input ended before ALARM was answered; nothing was written"),
        ("get NOPE", 2, "there is no symbol 'NOPE'"),
        ("get", 2, "the following arguments are required: SYM"),
        ("olddefconfig --config nope", 2, "there is no such file"),
        ("olddefconfig --stirct", 2, "unrecognized arguments: --stirct"),
        ("olddefconfg", 2, "there is no command 'olddefconfg'"),
    ],
)
def test_every_error_is_a_document(
    run_here: Here, command: str, code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error has message, place, hints and exit code on stdout; stderr says the same in words."""
    if command.split(maxsplit=1)[0] in OWN_TREE:
        monkeypatch.delenv("srctree")
    ended = run_here(*command.split(), "--json")
    document = _document(ended.stdout)
    assert (ended.returncode, document["exit_code"], document["error"]["message"]) == (code, code, message)
    assert set(document["error"]) == {"message", "file", "line", "hints"}
    assert message in ended.stderr


def test_what_stands_behind_two_hyphens_is_not_ours(run_here: Here) -> None:
    """`--json` among QEMU's arguments makes no document."""
    assert not run_here("run", "nowhere", "--", "--json").stdout
