"""The Kconfig tree and the presets of eggcup itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.generate import committed_files, init_order
from configurator.generate.golang import constant_name
from configurator.model import Configuration, NodeKind, SymbolType, leading_comment

if TYPE_CHECKING:
    from tests.conftest import Eggcup

ROOT = Path(__file__).resolve().parents[2]
KCONFIG = ROOT / "Kconfig"
PRESETS = sorted((ROOT / "configs").iterdir())
FILES = sorted(
    [KCONFIG, *ROOT.glob("kernel/Kconfig*"), *ROOT.glob("kernel/*/Kconfig"), *ROOT.glob("drivers/*/Kconfig")]
)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """Return the tree with its defaults."""
    return Configuration.load(KCONFIG)


def test_the_tree_has_no_warnings(configuration: Configuration) -> None:
    """Neither kconfiglib nor the search for undefined symbols finds anything."""
    assert configuration.tree_warnings == ()


def test_every_prompt_has_help(configuration: Configuration) -> None:
    """What a user can set, or choose from, is explained in a sentence at least."""
    shown = [node for node in configuration.nodes() if node.prompt and node.kind in (NodeKind.SYMBOL, NodeKind.CHOICE)]
    assert shown
    assert [node.prompt for node in shown if len(node.help) < 40 or not node.help.rstrip().endswith(".")] == []


def test_every_bool_says_when_to_say_n(configuration: Configuration) -> None:
    """The help of a bool prompt tells when one would switch it off."""
    prompts = [one for one in configuration.symbols() if one.prompt and one.type is SymbolType.BOOL]
    assert [one.name for one in prompts if not re.search(r"\bsay\s+n\b", one.help, re.IGNORECASE)] == []


def test_every_number_has_a_range(make_visible: Configuration) -> None:
    """An int or hex prompt has bounds."""
    numbers = [one for one in make_visible.symbols() if one.prompt and one.type in (SymbolType.INT, SymbolType.HEX)]
    assert numbers
    assert [one.name for one in numbers if one.range is None] == []


@pytest.fixture
def make_visible() -> Configuration:
    """Return the tree with everything on that can be."""
    configuration = Configuration.load(KCONFIG)
    for symbol in configuration.symbols():
        if "y" in symbol.assignable and not symbol.choice:
            configuration.set(symbol.name, "y")
    return configuration


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_portable_language_is_used(path: Path) -> None:
    """No construct that C kconfig or a kconfiglib fork refuses, but for the two lines that find the units."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"^\s*(osource|rsource|orsource|option|modules|transitional|tristate|def_tristate|optional|"
                       r"---help---|choice[ \t]+\w+|depends on .* if )\b", text, re.MULTILINE)  # fmt: skip
    assert found == (["osource", "osource"] if path == KCONFIG else [])


def test_names_in_go_do_not_collide(configuration: Configuration) -> None:
    """Every symbol has a constant of its own."""
    names = [constant_name(symbol.name) for symbol in configuration.symbols()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.name)
def test_a_preset_is_a_savedefconfig_result(preset: Path) -> None:
    """A preset holds its description and what `savedefconfig` writes, no more and no less."""
    configuration = Configuration.load(KCONFIG, preset)
    assert configuration.findings == ()
    header = leading_comment(preset)
    assert header.startswith("# ")
    assert preset.read_text(encoding="utf-8") == configuration.minimal_text(header)


def test_tiny_has_the_serial_port_and_the_exit_alone() -> None:
    """The smallest preset starts nothing else."""
    configuration = Configuration.load(KCONFIG, ROOT / "configs" / "tiny")
    assert {unit.symbol for unit in configuration.units() if unit.enabled} == {"UART", "QEMUEXIT"}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.name)
def test_every_preset_has_an_order(preset: Path) -> None:
    """Units, packages and imports of the tree keep the rules in each preset, with ties either way."""
    configuration = Configuration.load(KCONFIG, preset)
    forwards = [one.unit.symbol for one in init_order(configuration)]
    backwards = [one.unit.symbol for one in init_order(configuration, reverse_ties=True)]
    assert sorted(forwards) == sorted(backwards) == [unit.symbol for unit in configuration.units() if unit.enabled]


def test_committed_files_are_fresh(root: Path) -> None:
    """config_gen.go and units_gen.go are what the generator makes of the preset qemu."""
    files = committed_files(root)
    assert [str(path.relative_to(root)) for path in files] == ["kernel/config/config_gen.go", "units_gen.go"]
    stale = [str(path) for path, text in files.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: eggcup generate --committed"


def test_a_new_driver_touches_its_folder_alone(tmp_path: Path, eggcup: Eggcup) -> None:
    """A folder put under drivers/ is a unit, without a line anywhere else."""
    tree = tmp_path / "tree"
    for name in ("kernel", "drivers", "configs"):
        shutil.copytree(ROOT / name, tree / name)
    shutil.copy(KCONFIG, tree)
    driver = tree / "drivers" / "watchdog"
    driver.mkdir()
    (driver / "Kconfig").write_text('config WATCHDOG\n\tbool "Watchdog"\n\tdefault y\n', encoding="utf-8")
    (driver / "watchdog.go").write_text("package watchdog\n\nfunc Init() error { return nil }\n", encoding="utf-8")
    ended = eggcup("order", "--kconfig", str(tree / "Kconfig"))
    assert ended.code == 0, ended.err
    assert re.search(r"^ *\d+ WATCHDOG +drivers/watchdog$", ended.out, re.MULTILINE)
