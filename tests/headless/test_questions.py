"""`merge`, `why`, `fix`, `trace`, `search`, `presets`, `savedefconfig --check`: as a user and as a script meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.headless.conftest import Here


@pytest.fixture
def fragments(lab: Path) -> Path:
    """Return the tree's root, with two fragments in the current folder."""
    Path("first").write_text("CONFIG_RATE=20\nCONFIG_FAST=y\nCONFIG_ZOOM=y\n", encoding="utf-8")
    Path("second").write_text("CONFIG_RATE=30\nCONFIG_SLOW=y\n", encoding="utf-8")
    return lab


@pytest.mark.usefixtures("fragments")
def test_merge_reports_what_was_overridden_and_what_did_not_survive(run_here: Here) -> None:
    """The later file wins; each value that is gone is told with both places, in a choice too."""
    ended = run_here("merge", "none", "first", "second", "-o", "out")
    assert ended.returncode == 0
    assert ended.stderr == (
        "eggcup: warning: first:1: RATE=20 is overridden: second:1 says 30\n"
        "eggcup: warning: first:2: FAST=y is overridden: second:2 chooses SLOW\n"
        "eggcup: warning: first:3: ZOOM=y has no effect, it is n: it needs BUS (BUS=n)\n"
        "eggcup: wrote out\n"
    )
    text = Path("out").read_text(encoding="utf-8")
    assert "CONFIG_RATE=30\n" in text
    assert "CONFIG_SLOW=y\n" in text
    assert not Path(".config").exists()


@pytest.mark.usefixtures("fragments")
@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (["all", "first"], ["--strict"], 0),
        (["all", "first", "second"], ["--strict"], 1),
        (["all", "first", "second"], ["--strict", "--allow-overrides"], 0),
        (["none", "first"], ["--strict", "--allow-overrides"], 1),
        (["defaults", "second"], ["--strict"], 0),
        (["nope", "first"], [], 2),
        (["all", "nope"], [], 2),
        (["all"], [], 2),
    ],
)
def test_merge_strict(run_here: Here, files: list[str], options: list[str], code: int) -> None:
    """--strict fails on what was overridden or lost, and then nothing is written."""
    ended = run_here("merge", *files, *options)
    assert ended.returncode == code, ended.stderr
    assert Path(".config").exists() is (code == 0)


@pytest.mark.usefixtures("fragments")
def test_merge_in_either_order(run_here: Here) -> None:
    """The order of the files decides, and nothing else."""
    one = run_here("merge", "defaults", "first", "second", "-o", "-").stdout
    other = run_here("merge", "defaults", "second", "first", "-o", "-").stdout
    assert "CONFIG_RATE=30\n" in one
    assert "CONFIG_RATE=20\n" in other
    assert "CONFIG_FAST=y\n" in other


@pytest.mark.usefixtures("fragments")
def test_merge_as_json(run_here: Here) -> None:
    """A script reads what was overridden, by kind."""
    document = json.loads(run_here("merge", "none", "first", "second", "--json").stdout)
    found = [(one["kind"], one["symbol"], one["asked"], one["became"], one["line"]) for one in document["findings"]]
    assert found == [
        ("overridden", "RATE", "20", "30", 1), ("overridden", "FAST", "y", "n", 2),
        ("without-effect", "ZOOM", "y", "n", 3),
    ]  # fmt: skip
    assert document["config"] == ".config"


def test_why(lab: Path, run_here: Here) -> None:
    """The chain from a blocked symbol to the line that blocks it."""
    run_here("defconfig", "none")
    line = Path(".config").read_text(encoding="utf-8").splitlines().index("# CONFIG_BUS is not set") + 1
    ended = run_here("why", "ZOOM")
    assert ended.returncode == 0
    assert ended.stdout == (
        f"ZOOM: Zoom, {lab}/drivers/zoom/Kconfig:1\nZOOM is n: it needs BUS (BUS=n)\n"
        f"  BUS is n: set in .config:{line}\n"
        "  eggcup fix ZOOM shows what to change\n"
    )


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("preset", "symbol", "origin"),
    [
        ("all", "HAVE_SOUND", "selected by ALARM"),
        ("all", "SLOW", "FAST is chosen instead"),
        ("plain", "HAVE_SOUND", "nothing selects it now"),
        ("plain", "SLOW", "set in .config:"),
        ("all", "LEVEL", "default 2 if FAST"),
    ],
)
def test_why_names_the_origin(run_here: Here, preset: str, symbol: str, origin: str) -> None:
    """Select, choice, line, default: each is told as what it is."""
    run_here("defconfig", preset)
    assert f": {origin}" in run_here("why", symbol).stdout


@pytest.mark.usefixtures("lab")
def test_why_of_an_implied_symbol(run_here: Here) -> None:
    """A value that comes from an imply names the symbol that implies."""
    Path("Kconfig").write_text('config A\n\tdef_bool y\n\timply B\nconfig B\n\tbool "B"\n', encoding="utf-8")
    kconfig = str(Path("Kconfig").absolute())
    assert "B is y: implied by A\n  A is y: default y" in run_here("why", "B", "--kconfig", kconfig).stdout


@pytest.mark.usefixtures("lab")
def test_why_as_json(run_here: Here) -> None:
    """The chain is nested, each step with origin and place."""
    run_here("defconfig", "none")
    document = json.loads(run_here("why", "ZOOM", "--json").stdout)
    assert document["blocked_by"] == [{"condition": "BUS", "holds": False, "values": {"BUS": "n"}}]
    (bus,) = document["blockers"]
    assert (bus["symbol"], bus["origin"]["kind"], bus["origin"]["file"]) == ("BUS", "line", ".config")


@pytest.mark.usefixtures("lab")
def test_fix_shows_plans_and_changes_nothing(run_here: Here) -> None:
    """A plan is a command that can be run, with what follows from it."""
    run_here("defconfig", "none")
    before = Path(".config").read_bytes()
    ended = run_here("fix", "ZOOM=y")
    assert ended.returncode == 0
    assert ended.stdout.startswith("plan 1: eggcup set BUS=y\n  ZOOM: n -> y  (default y")
    assert Path(".config").read_bytes() == before


@pytest.mark.usefixtures("lab")
def test_fix_applies_a_plan(run_here: Here) -> None:
    """--apply makes the changes and writes the file; the goal holds then."""
    run_here("defconfig", "none")
    ended = run_here("fix", "NAME=a 'b'", "--apply")
    assert ended.returncode == 0, ended.stderr
    assert run_here("get", "NAME").stdout == "a 'b'\n"
    run_here("set", "NAMED=n")
    document = json.loads(run_here("fix", "NAME=c", "--apply", "--json").stdout)
    assert document["written"] is True
    assert {one["symbol"] for one in document["plans"][0]["changes"]} == {"NAME", "NAMED"}
    assert run_here("get", "NAME").stdout == "c\n"


@pytest.mark.usefixtures("lab")
def test_a_printed_plan_can_be_run(run_here: Here) -> None:
    """The command is quoted for the shell."""
    import shlex

    run_here("set", "NAMED=n")
    first = run_here("fix", "NAME=it's; x").stdout.splitlines()[0]
    command = shlex.split(first.removeprefix("plan 1: eggcup "))
    assert run_here(*command).returncode == 0
    assert run_here("get", "NAME").stdout == "it's; x\n"


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["RATE=500"], 1, "no way was found to RATE=500"),
        (["HAVE_SOUND=m"], 2, "HAVE_SOUND cannot be 'm'"),
        (["NOPE=y"], 2, "there is no symbol 'NOPE'"),
        (["=y"], 2, "is not SYM=VALUE"),
        (["BUS=y", "--plan", "7", "--apply"], 2, "there is no plan 7"),
    ],
)
def test_fix_that_cannot_be(run_here: Here, arguments: list[str], code: int, message: str) -> None:
    """No way found is a finding, nonsense is bad usage."""
    ended = run_here("fix", *arguments)
    assert ended.returncode == code
    assert message in ended.stderr
    assert not Path(".config").exists()


@pytest.mark.usefixtures("lab")
def test_fix_of_what_holds(run_here: Here) -> None:
    """Nothing needs to change, and that is said."""
    assert run_here("fix", "BUS=y").stdout == "BUS=y: nothing needs to change\n"
    assert run_here("fix", "BUS").stdout == "BUS: nothing needs to change\n"


@pytest.mark.usefixtures("fragments")
def test_trace_names_preset_fragment_default_and_select(run_here: Here) -> None:
    """Each value is traced to the file and line that it comes from."""
    document = json.loads(run_here("trace", "all", "first", "second", "--json").stdout)
    found = {one["symbol"]: (one["origin"]["kind"], one["origin"]["file"], one["origin"]["line"]) for one in document}
    assert found["RATE"] == ("line", "second", 1)
    assert found["ZOOM"] == ("line", "first", 3)
    assert found["SLOW"] == ("line", "second", 2)
    assert found["ALARM"][0] == "line"
    assert str(found["ALARM"][1]).endswith("configs/all")
    assert found["HAVE_SOUND"][0] == "select"
    assert found["BUS"][0] == "default"
    shown = run_here("trace", "all", "first", "second").stdout
    assert "ZOOM=y        set in first:3 (the default)\n" in shown


@pytest.mark.usefixtures("lab")
def test_trace_of_a_number_that_went_to_its_bound(run_here: Here) -> None:
    """A value that is not quite what the line says is traced to the line all the same."""
    Path(".config").write_text("CONFIG_RATE=500\n", encoding="utf-8")
    shown = run_here("trace", "--set").stdout
    assert shown == "RATE=100  set in .config:1, which asks for 500\n"


@pytest.mark.usefixtures("fragments")
def test_trace_of_what_was_set(run_here: Here) -> None:
    """--set leaves out what has its default, and what follows; without files it is the .config."""
    run_here("merge", "defaults", "second")
    assert [line.split()[0] for line in run_here("trace", "--set").stdout.splitlines()] == ["RATE=30"]
    assert len(run_here("trace").stdout.splitlines()) == 10


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rate"], ["RATE=10"]),
        (["CONFIG_RATE"], ["RATE=10"]),
        (["often"], ["RATE=10"]),
        (["^na"], ["NAME=lab", "NAMED=y"]),
        (["name", "not"], ["NAMED=y"]),
        (["mode|zoom"], ["ZOOM=y", "choice"]),
        (["[it"], ["NAME=lab"]),
        (["nothing like it"], []),
    ],
)
def test_search(run_here: Here, words: list[str], expected: list[str]) -> None:
    """Words match names, prompts and help; the exit code says whether anything was found."""
    ended = run_here("search", *words)
    assert [line.split("  ")[0] for line in ended.stdout.splitlines()] == expected
    assert ended.returncode == (0 if expected else 1)


@pytest.mark.usefixtures("lab")
def test_search_without_help_texts(run_here: Here) -> None:
    """--no-help looks at names and prompts alone; names and prompts come first otherwise."""
    assert run_here("search", "often", "--no-help").returncode == 1
    found = [one["symbol"] for one in json.loads(run_here("search", "name", "--json").stdout)]
    assert found == ["NAME", "NAMED"]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("BUS", ["all", "plain"]), ("!BUS", ["none"]), ("ALARM && LEVEL = 2", ["all"]),
        ("RATE > 5", ["all", "none", "plain"]),
        ('CONFIG_NAME="lab" && FAST', ["all"]), ("ALARM && !ALARM", []),
    ],
)  # fmt: skip
def test_presets_where(run_here: Here, expression: str, expected: list[str]) -> None:
    """An expression in Kconfig's language picks presets; the exit code says whether there is any."""
    ended = run_here("presets", "--where", expression)
    assert [line.split()[0] for line in ended.stdout.splitlines()] == expected
    assert ended.returncode == (0 if expected else 1)


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("expression", ["BUS &&", "NOPE", "BUS BUS", "", "(BUS", '"', '"$(shell,touch x)" = ""'])
def test_presets_where_nonsense(run_here: Here, expression: str) -> None:
    """A wrong expression is bad usage; nothing is run from it."""
    ended = run_here("presets", "--where", expression)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    assert not Path("x").exists()


def test_presets_check(lab: Path, run_here: Here) -> None:
    """Fresh presets pass; a stale one is shown with its difference, and told how to mend."""
    assert run_here("presets", "--check").returncode == 0
    stale = lab / "configs" / "plain"
    stale.write_text("# As it comes\nCONFIG_RATE=10\nCONFIG_OLD=y\n", encoding="utf-8")
    ended = run_here("presets", "--check")
    assert ended.returncode == 1
    assert "\n-CONFIG_RATE=10\n-CONFIG_OLD=y\n" in ended.stdout
    assert f"eggcup: {stale}:3: there is no symbol 'OLD', the line is dropped" in ended.stderr
    assert f"try: eggcup defconfig plain && eggcup savedefconfig {stale}" in ended.stderr
    (document,) = json.loads(run_here("presets", "--check", "--json").stdout)
    assert (document["name"], len(document["findings"])) == ("plain", 1)
    assert run_here("presets", "--check", "all", "none").returncode == 0


def test_savedefconfig_check(lab: Path, run_here: Here) -> None:
    """A preset is compared with the .config; nothing is written."""
    run_here("defconfig", "all")
    preset = lab / "configs" / "all"
    assert run_here("savedefconfig", "--check", str(preset)).returncode == 0
    run_here("set", "RATE=3")
    before = preset.read_bytes()
    ended = run_here("savedefconfig", "--check", str(preset))
    assert ended.returncode == 1
    assert "\n+CONFIG_RATE=3\n" in ended.stdout
    assert f"try: eggcup savedefconfig {preset}" in ended.stderr
    assert preset.read_bytes() == before
    assert json.loads(run_here("savedefconfig", "--check", str(preset), "--json").stdout)["fresh"] is False
    assert run_here("savedefconfig", "--check", "missing").returncode == 2


def test_srctree_is_the_tree(lab: Path, run_here: Here) -> None:
    """$srctree names the tree; --kconfig goes first, a file that is not here is looked for there."""
    (lab / "Kconfig.small").write_text('source "drivers/bus/Kconfig"\n', encoding="utf-8")
    assert run_here("get", "RATE").stdout == "10\n"
    assert run_here("get", "BUS", "--kconfig", "Kconfig.small").stdout == "y\n"
    assert run_here("get", "RATE", "--kconfig", "Kconfig.small").returncode == 2
    Path("Kconfig").write_text('config HERE\n\tbool "Here"\nsource "drivers/zoom/Kconfig"\n', encoding="utf-8")
    assert run_here("get", "HERE", "--kconfig", "Kconfig").stdout == "n\n"
    assert run_here("get", "ZOOM", "--kconfig", "Kconfig").returncode == 0


@pytest.mark.usefixtures("lab")
def test_kconfig_config_names_the_file(run_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """$KCONFIG_CONFIG stands in for .config in every command."""
    monkeypatch.setenv("KCONFIG_CONFIG", "mine")
    run_here("merge", "defaults", "all")
    run_here("fix", "RATE=9", "--apply")
    assert "RATE=9" in run_here("trace", "--set").stdout
    assert run_here("diff", "all").returncode == 1
    assert sorted(path.name for path in Path().iterdir()) == ["mine", "mine.old"]
