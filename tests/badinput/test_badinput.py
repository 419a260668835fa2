"""Broken input of every kind: each case asserts message and exit code, and that nothing was written.

A case is a table in a TOML file of cases/ (a new file is found by itself):

- `args`: the command line;
- `stderr`: what the message must contain, each entry;
- `code`: the exit code, 2 unless given;
- `files`, `hex`: files to make first, as text or as bytes in hexadecimal; `folders`, `pipes`: likewise;
- `go`: folders that get an ordinary unit package;
- `env`: environment variables.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Eggcup

CASES = sorted(Path(__file__).with_name("cases").glob("*.toml"))
KEYS = {"args", "stderr", "code", "files", "hex", "folders", "pipes", "go", "env"}


def _all_cases() -> list[Any]:
    found = []
    for path in CASES:
        for name, case in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert case.keys() <= KEYS, f"{path.name}: [{name}] has unknown keys"
            found.append(pytest.param(case, id=f"{path.stem}-{name}"))
    return found


def _prepare(folder: Path, case: dict[str, Any]) -> None:
    for name in case.get("folders", []):
        (folder / name).mkdir(parents=True)
    for name in case.get("pipes", []):
        os.mkfifo(folder / name)
    contents = {name: text.encode() for name, text in case.get("files", {}).items()}
    contents |= {name: bytes.fromhex(digits) for name, digits in case.get("hex", {}).items()}
    for unit in case.get("go", []):
        package = unit.rpartition("/")[2]
        contents[f"{unit}/{package}.go"] = f"package {package}\n\nfunc Init() error {{ return nil }}\n".encode()
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _state(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("case", _all_cases())
def test_bad_input(case: dict[str, Any], eggcup: Eggcup, workdir: Path) -> None:
    """The message names the fault, the exit code fits, stdout stays empty, no file changes, nobody sees a traceback."""
    _prepare(workdir, case)
    before = _state(workdir)
    ended = eggcup(*case["args"], env=case.get("env"))
    assert ended.code == case.get("code", 2), ended.err
    for part in case["stderr"]:
        assert part in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert _state(workdir) == before
