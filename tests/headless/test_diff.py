"""`eggcup diff`: what differs, who set it, what it does to the product; every kind of side, every form."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from configurator.compare import Place, compare, open_sides
from configurator.compare.product import product
from configurator.compare.render import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.compare import Difference, Side
    from tests.conftest import Eggcup
    from tests.headless.conftest import Here, Repository

ROOT = Path(__file__).resolve().parents[2]


def _compare(root: Path, *names: str) -> Difference:
    with open_sides(names, Place(root / "Kconfig", None, Path(".config")), lambda _: None) as (before, after):
        return compare(before, after)


def _document(run_here: Here, *arguments: str) -> Any:
    return json.loads(run_here("diff", *arguments, "--json").stdout)


def test_unified(lab: Path, run_here: Here) -> None:
    """The lines of the .config, set before followed, each below its menu, with the reason; then the product."""
    ended = run_here("diff", "plain", "all")
    assert ended.returncode == 1
    assert ended.stdout == (
        "--- plain\n+++ all\n"
        "# set\n@@ Main menu @@\n # Alarm\n-# CONFIG_ALARM is not set\n+CONFIG_ALARM=y\n"
        "@@ General > Mode @@\n # Fast\n-# CONFIG_FAST is not set\n+CONFIG_FAST=y\n"
        "# follows\n@@ Main menu @@\n # HAVE_SOUND: selected by ALARM\n+CONFIG_HAVE_SOUND=y\n"
        "@@ General > Mode @@\n # Slow: FAST is chosen instead\n-CONFIG_SLOW=y\n+# CONFIG_SLOW is not set\n"
        f"@@ General @@\n # LEVEL: default 2 if FAST, {lab}/Kconfig:29\n-CONFIG_LEVEL=1\n+CONFIG_LEVEL=2\n"
        "# units added: ALARM\n# order of start: BUS ALARM ZOOM\n"
        "# constant Alarm: false -> true\n# constant Fast: false -> true\n# constant HaveSound: false -> true\n"
        "# constant Level: 1 -> 2\n# constant Slow: true -> false\n"
    )


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["all", "all"], 0), (["plain", "defaults"], 0), (["all", "none"], 1), (["all", "nope"], 2),
        (["all", "./nope"], 2), (["all"], 2), (["git:HEAD:x", "all"], 2), (["git:", "all"], 2),
    ],
)  # fmt: skip
def test_the_exit_codes_are_those_of_diff(run_here: Here, arguments: list[str], code: int) -> None:
    """0 for no difference, with nothing printed; 1 for one; 2 for trouble, with a message."""
    ended = run_here("diff", *arguments)
    assert ended.returncode == code, ended.stderr
    assert bool(ended.stdout) is (code == 1)
    assert (code == 2) is ("eggcup: " in ended.stderr)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("form", ["--unified", "--table", "--diffconfig", "--markdown", "--json"])
@pytest.mark.usefixtures("lab")
def test_every_form_has_the_same_exit_codes(run_here: Here, form: str) -> None:
    """The form changes nothing about the answer."""
    assert run_here("diff", "all", "none", form).returncode == 1
    assert run_here("diff", "all", "all", form).returncode == 0


@pytest.mark.usefixtures("lab")
def test_the_second_side_is_the_config(run_here: Here) -> None:
    """Left out, it is the .config; a missing one is trouble."""
    assert run_here("diff", "all").returncode == 2
    run_here("defconfig", "all")
    assert run_here("diff", "all").returncode == 0
    run_here("set", "RATE=5")
    assert "+CONFIG_RATE=5" in run_here("diff", "all").stdout


@pytest.mark.usefixtures("lab")
def test_set_and_followed_do_not_depend_on_the_kind_of_file(run_here: Here) -> None:
    """A preset of two lines and the complete .config that it makes give the same difference."""
    run_here("defconfig", "all", "--config", "full")
    assert run_here("diff", "all", "./full").returncode == 0
    from_preset = _document(run_here, "none", "all")["symbols"]
    from_file = _document(run_here, "none", "full")["symbols"]
    without_reason = [{k: v for k, v in one.items() if k != "reason"} for one in from_preset]
    assert [{k: v for k, v in one.items() if k != "reason"} for one in from_file] == without_reason
    assert {one["symbol"] for one in from_preset if one["set"]} == {"BUS", "ALARM", "FAST"}


@pytest.mark.usefixtures("lab")
def test_a_file_called_like_a_preset(run_here: Here) -> None:
    """NAME is the preset, ./NAME the file."""
    Path("all").write_text("CONFIG_RATE=99\n", encoding="utf-8")
    assert run_here("diff", "all", "all").returncode == 0
    assert "+CONFIG_RATE=99" in run_here("diff", "all", "./all").stdout


def test_json(lab: Path) -> None:
    """The model behind the JSON: prompt and menu, before and after, who set it, why it followed."""
    difference = _compare(lab, "plain", "none")
    found = {one.name: one for one in difference.symbols}
    assert list(found) == ["BUS", "ZOOM"]
    assert (found["BUS"].before, found["BUS"].after, found["BUS"].is_set) == ("y", "n", True)
    assert (found["ZOOM"].is_set, found["ZOOM"].reason) == (False, "it needs BUS (BUS=n)")
    assert found["ZOOM"].written == ("CONFIG_ZOOM=y", None)


def test_product(lab: Path) -> None:
    """Units that come and go, and constants as Go writes them."""
    effects = _compare(lab, "all", "none").product
    assert (effects.added, effects.removed, effects.moved) == ((), ("BUS", "ALARM", "ZOOM"), ())
    constants = {one.name: (one.before, one.after) for one in effects.constants}
    assert constants["Level"] == ("2", "1")
    assert constants["Bus"] == ("true", "false")


def _side(name: str, units: Sequence[str]) -> Side:
    from configurator.compare import Side
    from configurator.model import Configuration

    tree = Configuration.load(ROOT / "Kconfig")
    return Side(name, tree, {}, {}, {}, tuple(units), is_temporary=False)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("ABC", "ABC", ""),
        ("ABC", "CAB", "C"),
        ("ABCD", "BADC", "AC"),
        ("AB", "XBA", "A"),
        ("ABC", "", ""),
        ("", "AB", ""),
    ],
)
def test_units_that_move_are_as_few_as_can_be(before: str, after: str, moved: str) -> None:
    """Those that keep their order among themselves have not moved, whatever comes between."""
    found = product(_side("a", before), _side("b", after), [])
    assert len(found.moved) == len(moved)
    kept = [unit for unit in after if unit in before and unit not in found.moved]
    assert kept == [unit for unit in before if unit in kept]


@pytest.mark.usefixtures("lab")
def test_a_tree_without_units_has_no_product(run_here: Here) -> None:
    """Other people's trees are compared too."""
    Path("Kconfig").write_text('config A\n\tbool "A"\n', encoding="utf-8")
    Path("one").write_text("CONFIG_A=y\n", encoding="utf-8")
    document = _document(run_here, "defaults", "one", "--kconfig", str(Path("Kconfig").absolute()))
    assert document["product"]["known"] is False
    assert [one["symbol"] for one in document["symbols"]] == ["A"]


def test_diffconfig_is_what_linux_prints(lab: Path, run_here: Here) -> None:
    """The lines are those of kconfig-diff for the two .config files, where that is installed."""
    for name in ("all", "none"):
        run_here("defconfig", name, "--config", f"{name}.config")
    ours = run_here("diff", "all.config", "none.config", "--diffconfig").stdout
    assert ours == ("-HAVE_SOUND y\n-ZOOM y\n ALARM y -> n\n BUS y -> n\n FAST y -> n\n LEVEL 2 -> 1\n SLOW n -> y\n")
    assert lab.is_dir()
    theirs = shutil.which("kconfig-diff")
    if theirs is None:
        pytest.skip("no kconfig-diff: apt-get install kconfig-frontends-nox")
    ended = subprocess.run([theirs, "all.config", "none.config"], capture_output=True, text=True, check=False)
    if ended.returncode:
        pytest.skip(f"kconfig-diff does not run here: {ended.stderr.splitlines()[-1:]}")
    assert ours == ended.stdout


@pytest.mark.usefixtures("lab")
def test_table_fits_the_terminal_and_takes_nothing_for_markup(run_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt with brackets is shown as it is, lines fold at the width, a file gets no escape sequences."""
    Path("a").write_text('CONFIG_NAME="[bold]x"\n', encoding="utf-8")
    shown = run_here("diff", "defaults", "a", "--table").stdout
    assert "Name | of [it]" in shown
    assert "[bold]x" in shown
    assert "\x1b" not in shown
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, run_here("diff", "defaults", "a", "--table").stdout.splitlines())) <= 40


@pytest.mark.usefixtures("lab")
def test_markdown_shows_texts_as_they_are(run_here: Here) -> None:
    """What is special to Markdown, HTML and tables is escaped, backquotes in values included."""
    Path("a").write_text('CONFIG_NAME="<b>|`x`"\n', encoding="utf-8")
    shown = run_here("diff", "defaults", "a", "--markdown").stdout
    assert "| `NAME` | General \\> Name \\| of \\[it\\] | `lab` | `` <b>\\|`x` `` |" in shown
    assert shown.startswith("### Configuration: `defaults` → `a`\n\n| Symbol | Setting | Before | After |\n| --- |")


def test_markdown_folds_what_followed(lab: Path) -> None:
    """A reviewer sees what was set, and opens the rest; without a difference it says so."""
    shown = markdown(_compare(lab, "plain", "all"))
    assert "<details><summary>3 that follow from this</summary>\n\n| Symbol |" in shown
    assert "- **units added**: `ALARM`\n- 5 constants of the generated code change\n" in shown
    assert markdown(_compare(lab, "all", "all")).endswith("No difference.\n")


def test_a_git_revision(git: Repository, run_here: Here) -> None:
    """A file at a revision, by path or as the .config; from a folder below, too."""
    run_here("defconfig", "all")
    git("add", "-f", ".config")
    git("commit", "-q", "-m", "config")
    run_here("set", "RATE=7")
    for side in ("git:HEAD", "git:HEAD:.config", "git:main"):
        ended = run_here("diff", side)
        assert ended.returncode == 1, ended.stderr
        assert re.findall(r"^[-+]CONFIG.*", ended.stdout, re.MULTILINE) == ["-CONFIG_RATE=10", "+CONFIG_RATE=7"]
    Path("configs/all").write_text("CONFIG_RATE=3\n", encoding="utf-8")
    document = _document(run_here, "git:HEAD:configs/all", "all")
    assert {one["symbol"] for one in document["symbols"] if one["set"]} == {"ALARM", "FAST", "RATE"}
    assert git("status", "--porcelain").split() == ["M", ".config", "M", "configs/all", "??", ".config.old"]


@pytest.mark.usefixtures("git")
def test_a_changed_default_shows_though_no_preset_changed(run_here: Here) -> None:
    """Each revision is read with its own Kconfig files: a new driver and a new default are differences."""
    kconfig = Path("Kconfig").read_text(encoding="utf-8")
    Path("Kconfig").write_text(kconfig.replace("default 10", "default 20"), encoding="utf-8")
    Path("drivers/new").mkdir()
    Path("drivers/new/Kconfig").write_text('config NEW\n\tbool "New"\n\tdefault y\n', encoding="utf-8")
    document = _document(run_here, "git:HEAD:configs/plain", "plain")
    found = {one["symbol"]: (one["before"], one["after"], one["set"]) for one in document["symbols"]}
    assert found == {"RATE": ("10", "20", False), "NEW": (None, "y", False)}
    assert document["product"]["units"]["added"] == ["NEW"]
    backwards = _document(run_here, "plain", "git:HEAD:configs/plain")
    reasons = {one["symbol"]: one["reason"] for one in backwards["symbols"]}
    assert reasons == {"RATE": "default 10, Kconfig:4", "NEW": "the tree has it no more"}


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("git:nope:configs/all", "git cannot give git:nope:configs/all"),
        ("git:HEAD:configs/nope", "git cannot give git:HEAD:configs/nope"),
        ("git::configs/all", "names no revision"),
        ("git:--output=stolen:configs/all", "names no revision"),
    ],
)
def test_a_revision_that_is_not_there(run_here: Here, side: str, message: str) -> None:
    """Git's own reason is passed on, with exit code 2."""
    ended = run_here("diff", side, "all")
    assert ended.returncode == 2
    assert message in ended.stderr
    assert not Path("stolen").exists()


@pytest.mark.usefixtures("lab")
def test_findings_of_both_sides_are_told(run_here: Here) -> None:
    """A side that asks for what cannot be is no silent difference; --strict ends with 1."""
    Path("a").write_text("CONFIG_BUS=n\nCONFIG_ZOOM=y\n", encoding="utf-8")
    warned = run_here("diff", "a", "none")
    assert "eggcup: warning: a:2: ZOOM=y has no effect, it is n: it needs BUS (BUS=n)" in warned.stderr
    assert warned.returncode == 0
    strict = run_here("diff", "a", "none", "--strict")
    assert (strict.returncode, strict.stdout) == (1, "")


def test_on_our_own_presets(eggcup: Eggcup) -> None:
    """The tree of this project: from the default machine to the smallest one."""
    ended = eggcup("diff", "qemu", "tiny")
    assert ended.code == 1
    assert "-CONFIG_PS2=y\n+# CONFIG_PS2 is not set\n" in ended.out
    assert " # PS/2 keyboard: it needs PS2 (PS2=n)\n-CONFIG_KBD=y\n" in ended.out
    assert "# order of start: QEMUEXIT UART\n" in ended.out
