"""The targets that make a whole configuration, and randconfig's promises."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Configuration
from configurator.model.answers import Probability

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Eggcup, MakeTree

KCONFIG = """\
config MODULES
	bool "Modules"
	modules
	default y
choice
	prompt "Choice"
config X
	bool "X"
config Y
	bool "Y"
config Z
	bool "Z"
endchoice
config NUMBER
	int "Number"
	default 5
""" + "".join(f'config B{n}\n\tbool "B{n}"\nconfig T{n}\n\ttristate "T{n}"\n\tdepends on MODULES\n' for n in range(40))


@pytest.fixture
def kconfig(make_tree: MakeTree) -> Path:
    """Return a tree of many bools and tristates, and a choice."""
    return make_tree({"Kconfig": KCONFIG})


def _rand(eggcup: Eggcup, kconfig: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    ended = eggcup("randconfig", "--kconfig", str(kconfig), "--config", "out", *arguments, env=env)
    assert ended.code == 0, ended.err
    return (kconfig.parents[1] / "work" / "out").read_text(encoding="utf-8")


def test_a_seed_gives_the_same_file_everywhere(kconfig: Path, eggcup: Eggcup) -> None:
    """The file that seed 42 gives is known; only a change of the drawing may change it, which breaks the promise."""
    text = _rand(eggcup, kconfig, "--seed", "42", env={"PYTHONHASHSEED": "1"})
    assert text == _rand(eggcup, kconfig, "--seed", "0x2a", env={"PYTHONHASHSEED": "2"})
    assert text == _rand(eggcup, kconfig, env={"KCONFIG_SEED": "42"})
    values = text.split("#\n", 2)[2]
    assert hashlib.sha256(values.encode()).hexdigest() == DIGEST_OF_42
    assert text != _rand(eggcup, kconfig, "--seed", "43")


DIGEST_OF_42 = "1c3d1348bdc37dd3b4dab42d9443f9a041c1ec687e893bf073ac7238bf336b50"


def test_without_a_seed_one_is_drawn_and_shown(kconfig: Path, eggcup: Eggcup) -> None:
    """The seed that was shown gives the same file again."""
    ended = eggcup("randconfig", "--kconfig", str(kconfig))
    seed = ended.err.split("the seed is ")[1].split("\n")[0]
    first = (kconfig.parents[1] / "work" / ".config").read_text(encoding="utf-8")
    assert _rand(eggcup, kconfig, "--seed", seed) == first


@pytest.mark.parametrize(
    ("text", "letters"),
    [("0", "n n"), ("100", "y my"), ("0:100", "y m"), ("100:0", "y y"), ("100:0:0", "y n"), ("0:0:100", "n m")],
)
def test_probabilities(kconfig: Path, text: str, letters: str) -> None:
    """One number is y's, two are y and m of tristates, three add y of bools before them."""
    configuration = Configuration.load(kconfig)
    configuration.answer_at_random(1, Probability.parse(text))
    configuration.set("MODULES", "y")
    values = configuration.values()
    for_bool, for_tristate = letters.split()
    assert {values[f"B{n}"] for n in range(40)} == set(for_bool)
    assert {values[f"T{n}"] for n in range(40)} == set(for_tristate)


def test_probability_is_about_right(kconfig: Path) -> None:
    """Of many bools about half are y; every member of a choice is chosen now and then, and one at a time."""
    on, chosen = 0, set()
    for seed in range(50):
        configuration = Configuration.load(kconfig)
        configuration.answer_at_random(seed, Probability())
        on += sum(configuration.get(f"B{n}") == "y" for n in range(40))
        member = [name for name in "XYZ" if configuration.get(name) == "y"]
        assert len(member) == 1
        chosen.update(member)
    assert 900 < on < 1100
    assert chosen == {"X", "Y", "Z"}


@pytest.mark.parametrize("text", ["", "101", "60:50", "50:60:50", "-1", "1:2:3:4", "x", "5 ", "50:"])
def test_no_probabilities(text: str) -> None:
    """What are no percentages is refused."""
    with pytest.raises(UsageError):
        Probability.parse(text)


@pytest.mark.parametrize("seed", ["x", "1.5", "-1", "4294967296", "99999999999999999999"])
def test_no_seeds(kconfig: Path, eggcup: Eggcup, seed: str) -> None:
    """A seed is a whole number of 32 bits."""
    ended = eggcup("randconfig", "--kconfig", str(kconfig), f"--seed={seed}")
    assert (ended.code, ended.out) == (2, "")
    assert "the seed" in ended.err


def test_modules_for_everything(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """Tristates become m, bools y, numbers keep their default."""
    assert eggcup("allmodconfig", "--kconfig", str(kconfig)).code == 0
    text = (workdir / ".config").read_text(encoding="utf-8")
    assert (text.count("=m\n"), text.count("=y\n"), text.count("=5\n")) == (40, 42, 1)


def test_no_modules_in_a_tree_without(eggcup: Eggcup, workdir: Path) -> None:
    """The tree of eggcup has no modules, and allmodconfig says what to use instead."""
    ended = eggcup("allmodconfig")
    assert (ended.code, ended.out) == (2, "")
    assert "this tree has no modules" in ended.err
    assert "  try: eggcup allyesconfig" in ended.err
    assert [*workdir.iterdir()] == []


@pytest.mark.parametrize(
    ("value", "files", "expected"),
    [
        ("seed", {"seed": "CONFIG_B1=y\n"}, "y"),
        ("1", {"allno.config": "CONFIG_B1=y\n", "all.config": "CONFIG_B2=y\n"}, "y"),
        ("", {"all.config": "CONFIG_B1=y\n"}, "y"),
        ("1", {"allyes.config": "CONFIG_B1=y\n", "all.config": "CONFIG_B2=y\n"}, "n"),
    ],
)
def test_given_values_hold(  # noqa: PLR0913, PLR0917 - the columns of the table
    kconfig: Path, eggcup: Eggcup, workdir: Path, value: str, files: dict[str, str], expected: str
) -> None:
    """KCONFIG_ALLCONFIG names a file, or stands for the target's own, else all.config."""
    for name, text in files.items():
        (workdir / name).write_text(text, encoding="utf-8")
    ended = eggcup("allnoconfig", "--kconfig", str(kconfig), env={"KCONFIG_ALLCONFIG": value})
    assert ended.code == 0, ended.err
    assert Configuration.load(kconfig, workdir / ".config").get("B1") == expected


def test_given_values_may_lie_in_the_tree(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """A file that is not here is looked for beside the root Kconfig, as C kconfig does."""
    (kconfig.parent / "seed").write_text("CONFIG_B1=y\n", encoding="utf-8")
    assert eggcup("allnoconfig", "--kconfig", str(kconfig), env={"KCONFIG_ALLCONFIG": "seed"}).code == 0
    assert Configuration.load(kconfig, workdir / ".config").get("B1") == "y"


def test_given_values_that_are_not_there(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """A missing file is an error, whether it was named or stood for."""
    for value, named in (("nope", "nope"), ("1", "allyes.config or all.config")):
        ended = eggcup("allyesconfig", "--kconfig", str(kconfig), env={"KCONFIG_ALLCONFIG": value})
        assert ended.code == 2
        assert f"there is no file {named}" in ended.err
    assert [*workdir.iterdir()] == []


def test_a_given_value_that_is_answered_away_is_reported(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """What the file asks for and all the answers prevent is a finding, and --strict writes nothing."""
    (workdir / "seed").write_text("CONFIG_T1=y\n", encoding="utf-8")
    env = {"KCONFIG_ALLCONFIG": "seed"}
    loud = eggcup("allnoconfig", "--kconfig", str(kconfig), env=env)
    assert loud.code == 0
    assert "seed:1: T1=y has no effect, it is n: it needs MODULES (MODULES=n)" in loud.err
    (workdir / ".config").unlink()
    assert eggcup("allnoconfig", "--strict", "--kconfig", str(kconfig), env=env).code == 1
    assert not (workdir / ".config").exists()


def test_a_given_value_that_the_answers_allow_is_not(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """What the file asks for and only the answers make possible is taken without a word."""
    (workdir / "seed").write_text("CONFIG_T1=y\n", encoding="utf-8")
    ended = eggcup("allyesconfig", "--strict", "--kconfig", str(kconfig), env={"KCONFIG_ALLCONFIG": "seed"})
    assert (ended.code, ended.err) == (0, "eggcup: wrote .config\n")


def test_random_answers_leave_given_ones(kconfig: Path, eggcup: Eggcup, workdir: Path) -> None:
    """Neither a bool nor the member of a choice that the file gives is drawn."""
    (workdir / "seed").write_text("CONFIG_Y=y\nCONFIG_B1=y\n# CONFIG_B2 is not set\n", encoding="utf-8")
    for seed in range(5):
        eggcup("randconfig", "--seed", str(seed), "--kconfig", str(kconfig), env={"KCONFIG_ALLCONFIG": "seed"})
        configuration = Configuration.load(kconfig, workdir / ".config")
        assert [configuration.get(name) for name in ("Y", "B1", "B2")] == ["y", "y", "n"]
