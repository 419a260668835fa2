"""`eggcup serve`: docs/serve.md is a transcript, and the tool is held to it; and what editors send by mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")


def _talk(folder: Path, requests: Sequence[str | bytes], *options: str) -> tuple[int, list[Any], str]:
    """Send requests and return exit code, answers and narration."""
    sent = b"".join(line if isinstance(line, bytes) else line.encode() + b"\n" for line in requests)
    ended = subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", "serve", *options],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, input=sent, capture_output=True, check=False,
        timeout=60,
    )  # fmt: skip
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr.decode()


@pytest.fixture
def lamp(workdir: Path) -> Path:
    """Return a folder with the tree of the document."""
    match = re.search(r"```kconfig\n(.*?)```", DOCUMENT, re.DOTALL)
    assert match
    (workdir / "Kconfig").write_text(match[1], encoding="utf-8")
    return workdir


def test_the_document_is_a_transcript(lamp: Path) -> None:
    """Every request of docs/serve.md gets the answer that stands below it."""
    lines = "".join(re.findall(r"```transcript\n(.*?)```", DOCUMENT, re.DOTALL)).splitlines()
    requests = [line[2:] for line in lines if line.startswith("> ")]
    expected = [json.loads(line[2:]) for line in lines if line.startswith("< ")]
    code, answers, _ = _talk(lamp, requests, "--kconfig", "Kconfig")
    assert code == 0
    assert len(answers) == len(requests) + 1
    answers[0]["version"] = expected[0]["version"]
    for answer, wanted in zip(answers, expected, strict=True):
        assert answer == wanted


def test_every_method_is_in_the_document() -> None:
    """The document shows each method that the tool's own list names."""
    hints = re.search(r'there is no method \'paint\'.*?"hints": (\[.*?\])', DOCUMENT)
    assert hints
    used = set(re.findall(r'"method": "(\w+)"', DOCUMENT))
    assert set(json.loads(hints[1])) == used - {"paint"}


def test_the_conversation_ends_with_the_input(lamp: Path) -> None:
    """Without quit, the end of the input is the end, without an error."""
    code, answers, _ = _talk(lamp, ['{"id": 1, "method": "visible"}'], "--kconfig", "Kconfig")
    assert (code, len(answers)) == (0, 2)


def test_a_last_line_without_its_end_is_answered(lamp: Path) -> None:
    """A request counts although the input ends right behind it."""
    _, answers, _ = _talk(lamp, [b'{"id": 1, "method": "ranges"}'], "--kconfig", "Kconfig")
    assert answers[-1] == {"id": 1, "ranges": {"WATTS": ["1", "60"]}}


@pytest.mark.parametrize(
    ("request_line", "message"),
    [
        (b"\xff\xfe\n", "a request must be a line of JSON"),
        ("{", "a request must be a line of JSON"),
        ("null", "a request must be an object"),
        ("[" * 100_000, "a request must be a line of JSON"),
        ('{"id": 7}', "there is no method None"),
        ('{"method": ["get"]}', "there is no method ['get']"),
        ('{"method": "get"}', "symbols must be a list of names"),
        ('{"method": "get", "symbols": [1]}', "symbols must be a list of names"),
        ('{"method": "get", "symbols": "LAMP"}', "symbols must be a list of names"),
        ('{"method": "set", "values": {"LAMP": true}}', "values must be an object of texts"),
        ('{"method": "set"}', "values must be an object of texts"),
        ('{"method": "set", "values": {"NOPE": null, "LAMP": "n"}}', "there is no symbol 'NOPE'"),
        ('{"method": "why"}', "symbol must be a text"),
        ('{"method": "fix", "symbol": "LAMP", "value": 1}', "value must be a text"),
        ('{"method": "save", "config": "missing/folder"}', "cannot write the file"),
        ('{"method": "load", "config": "."}', "is a folder, not a configuration"),
    ],
)
def test_a_wrong_request_is_answered_with_an_error(lamp: Path, request_line: str | bytes, message: str) -> None:
    """Nothing an editor sends ends the conversation or changes a value."""
    requests = [request_line, '{"id": 2, "method": "get", "symbols": ["LAMP"]}']
    code, answers, err = _talk(lamp, requests, "--kconfig", "Kconfig")
    assert code == 0
    assert message in answers[1]["error"]["message"]
    assert answers[2]["symbols"][0]["value"] == "y"
    assert "Traceback" not in err


def test_the_file_is_there_at_the_start(lamp: Path) -> None:
    """The greeting has the findings of the .config, --strict refuses it as everywhere."""
    (lamp / ".config").write_text("CONFIG_LAMB=y\nCONFIG_WATTS=30\n", encoding="utf-8")
    _, (greeting,), _ = _talk(lamp, [], "--kconfig", "Kconfig")
    assert [(one["kind"], one["line"]) for one in greeting["findings"]] == [("unknown-symbol", 1)]
    assert greeting["changed"]["WATTS"]["value"] == "30"
    assert _talk(lamp, [], "--kconfig", "Kconfig", "--strict")[:2] == (1, [])
