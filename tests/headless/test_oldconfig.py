"""`oldconfig`, `listnewconfig`, `helpnewconfig`: what is new, asking for it, and the end of the input."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.headless.conftest import Here

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def without(lab: Path, run_here: Here) -> Path:
    """Return a .config that lacks RATE, BUS and the choice."""
    assert lab.is_dir()
    run_here("defconfig", "plain")
    path = Path(".config")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(
        "".join(line for line in lines if not any(word in line for word in ("RATE", "BUS", "SLOW", "FAST"))),
        encoding="utf-8",
    )
    Path(".config.old").unlink(missing_ok=True)
    return path


@pytest.mark.usefixtures("without")
def test_new_symbols_are_listed_with_their_values(run_here: Here) -> None:
    """Each line is one that a .config could hold; the exit code tells that there are some."""
    ended = run_here("listnewconfig")
    assert ended.returncode == 1
    assert ended.stdout == "CONFIG_BUS=y\nCONFIG_RATE=10\nCONFIG_SLOW=y\nCONFIG_FAST=n\n"
    document = json.loads(run_here("listnewconfig", "--json").stdout)
    assert [(one["symbol"], one["range"]) for one in document][:2] == [("BUS", None), ("RATE", ["1", "100"])]


@pytest.mark.usefixtures("without")
def test_help_of_new_symbols(run_here: Here) -> None:
    """Each is shown with menu, prompt and help."""
    ended = run_here("helpnewconfig")
    assert ended.returncode == 1
    assert "RATE=10: General > Rate\n  How often.\n\n" in ended.stdout


@pytest.mark.usefixtures("lab")
def test_nothing_new(run_here: Here) -> None:
    """A complete .config has no new symbols, and asks for nothing."""
    run_here("defconfig", "all")
    for verb in ("listnewconfig", "helpnewconfig"):
        ended = run_here(verb)
        assert (ended.returncode, ended.stdout) == (0, "")
    ended = run_here("oldconfig")
    assert ended.returncode == 0
    assert ended.stderr == "eggcup: .config is up to date\n"


def test_as_c_lists_them(without: Path, run_here: Here, lab: Path) -> None:
    """C's `conf --listnewconfig` names the same symbols; older ones leave out the members of choices."""
    conf = shutil.which("kconfig-conf")
    if conf is None:
        pytest.skip("no kconfig-conf: apt-get install kconfig-frontends-nox")
    text = (lab / "Kconfig").read_text(encoding="utf-8")
    plain = "".join(f'source "drivers/{name}/Kconfig"\n' for name in ("alarm", "bus", "zoom"))
    (lab / "Kconfig").write_text(text.replace('osource "drivers/*/Kconfig"\n', plain), encoding="utf-8")
    theirs = subprocess.run(
        [conf, "--listnewconfig", "Kconfig"], cwd=lab, capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "KCONFIG_CONFIG": str(without.absolute())},
    )  # fmt: skip
    names = {line.partition("=")[0] for line in theirs.stdout.splitlines() if line.startswith("CONFIG_")}
    ours = {line.partition("=")[0] for line in run_here("listnewconfig").stdout.splitlines()}
    assert names | {"CONFIG_SLOW", "CONFIG_FAST"} == ours


def test_answers_are_taken_from_the_input(without: Path, run_here: Here) -> None:
    """A line for each question: an empty one takes the default, ? shows the help, a wrong one is asked again."""
    ended = run_here("oldconfig", text="n\n?\nmany\n1000\n55\n\n")
    assert ended.returncode == 0, ended.stderr
    assert "Bus (BUS) [n/Y/?] (new) n\n" in ended.stderr
    assert "How often.\n" in ended.stderr
    assert "eggcup: RATE cannot be 'many': it is a whole decimal number\n" in ended.stderr
    assert "eggcup: RATE=1000 is out of range: it goes from 1 to 100\n" in ended.stderr
    text = without.read_text(encoding="utf-8")
    assert "# CONFIG_BUS is not set\n" in text
    assert "CONFIG_RATE=55\n" in text
    assert "CONFIG_SLOW=y\n" in text


@pytest.mark.parametrize("answer", ["2", "FAST", "config_fast"])
def test_a_member_of_a_choice_by_number_or_name(without: Path, run_here: Here, answer: str) -> None:
    """A choice is one question, its members are numbered."""
    ended = run_here("oldconfig", text=f"\n\n{answer}\n")
    assert "> 1. Slow (SLOW)\n  2. Fast (FAST)\nMode [1-2, 1, ?] " in ended.stderr
    assert "CONFIG_FAST=y\n" in without.read_text(encoding="utf-8")


def test_an_answer_can_bring_new_questions(lab: Path, run_here: Here) -> None:
    """What becomes visible by an answer is asked too; what vanishes is not."""
    others = "CONFIG_RATE=1\nCONFIG_SLOW=y\nCONFIG_FAST=n\nCONFIG_ALARM=n\n"
    Path(".config").write_text(f"{others}CONFIG_NAMED=n\n", encoding="utf-8")
    ended = run_here("oldconfig", text="n\n")
    assert ended.returncode == 0, ended.stderr
    assert "Zoom" not in ended.stderr
    kconfig = lab / "Kconfig"
    kconfig.write_text(kconfig.read_text(encoding="utf-8").replace("default y\n\thelp", "help"), encoding="utf-8")
    Path(".config").write_text(f"{others}CONFIG_BUS=n\n", encoding="utf-8")
    ended = run_here("oldconfig", text="y\neggcup\n")
    assert ended.returncode == 0, ended.stderr
    assert 'CONFIG_NAME="eggcup"\n' in Path(".config").read_text(encoding="utf-8")


def test_the_end_of_the_input_writes_nothing(without: Path, run_here: Here) -> None:
    """Half an answer is none: exit code 1, the file as it was."""
    before = without.read_bytes()
    ended = run_here("oldconfig", text="n\n")
    assert ended.returncode == 1
    assert "eggcup: the input ended before RATE was answered; nothing was written\n" in ended.stderr
    assert without.read_bytes() == before
    assert not Path(".config.old").exists()


def test_the_end_of_the_input_with_defaults(without: Path, run_here: Here) -> None:
    """With --defaults the rest have theirs, and the answers count."""
    ended = run_here("oldconfig", "--defaults", "--json", text="n\n")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["answered"] == 1
    text = without.read_text(encoding="utf-8")
    assert "# CONFIG_BUS is not set\n" in text
    assert "CONFIG_RATE=10\n" in text


def test_check_writes_nothing(without: Path, run_here: Here) -> None:
    """--check tells what is new and what would change, and ends with 1; a fresh file ends with 0."""
    before = without.read_bytes()
    ended = run_here("oldconfig", "--check")
    assert ended.returncode == 1
    assert ended.stdout.startswith("CONFIG_BUS=y\nCONFIG_RATE=10\nCONFIG_SLOW=y\nCONFIG_FAST=n\n--- .config\n")
    assert "\n+CONFIG_RATE=10\n" in ended.stdout
    assert ".config: is out of date: 4 new symbols\n  try: eggcup oldconfig\n" in ended.stderr
    assert without.read_bytes() == before
    document = json.loads(run_here("oldconfig", "--check", "--json").stdout)
    assert (document["fresh"], document["new"]["RATE"]) == (False, "10")
    run_here("olddefconfig")
    ended = run_here("oldconfig", "--check")
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.usefixtures("lab")
def test_check_of_a_missing_file(run_here: Here) -> None:
    """There is nothing to compare: that is a missing file, not a finding."""
    assert run_here("oldconfig", "--check").returncode == 2


@pytest.mark.usefixtures("lab")
def test_check_of_a_file_edited_by_hand(run_here: Here) -> None:
    """A file that answers everything and is not what would be written is out of date too."""
    run_here("defconfig", "plain")
    path = Path(".config")
    path.write_text(path.read_text(encoding="utf-8").replace("CONFIG_RATE=10", "CONFIG_RATE=010"), encoding="utf-8")
    ended = run_here("oldconfig", "--check")
    assert ended.returncode == 1
    assert "it is not what olddefconfig would write" in ended.stderr


def test_on_a_terminal(without: Path) -> None:
    """On a terminal the questions wait for the user, and his answers are not repeated."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "configurator.cli.main", "oldconfig"],
        stdin=child, stdout=child, stderr=child, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(child)
    shown = b""
    for question, answer in ((b"Bus (BUS)", b"y\n"), (b"Rate (RATE)", b"42\n"), (b"Mode [1-2", b"2\n")):
        shown = _read_until(parent, question)
        os.write(parent, answer)
    shown = _read_until(parent, b"wrote .config")
    assert shown.count(b"2\r\n") == 1
    assert process.wait(timeout=30) == 0
    os.close(parent)
    assert "CONFIG_RATE=42\n" in without.read_text(encoding="utf-8")


def _read_until(descriptor: int, wanted: bytes) -> bytes:
    shown = b""
    deadline = time.monotonic() + 30
    while wanted not in shown:
        assert time.monotonic() < deadline, shown
        if select.select([descriptor], [], [], 0.5)[0]:
            shown += os.read(descriptor, 4096)
    return shown
