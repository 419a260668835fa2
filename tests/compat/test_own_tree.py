"""eggcup's own tree and presets: each target makes what both C kconfigs make of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration, leading_comment
from tests.compat.oracle import body, settings

if TYPE_CHECKING:
    from tests.compat.oracle import Conf
    from tests.conftest import Eggcup

ROOT = Path(__file__).resolve().parents[2]
PRESETS = sorted((ROOT / "configs").iterdir())
FILES = sorted(
    [ROOT / "Kconfig", *ROOT.glob("kernel/Kconfig*"), *ROOT.glob("kernel/*/Kconfig"), *ROOT.glob("drivers/*/Kconfig")]
)
ODD = """\
CONFIG_UART=y
# CONFIG_VGA is not set
CONFIG_LOG_LEVEL_DEBUG=y
CONFIG_LOG_LEVEL_WARN=y
CONFIG_NR_CPUS=999
CONFIG_UART_PORT=0x2F8
CONFIG_HOSTNAME="a \\"b\\" \\\\c"
CONFIG_KBD=y
# CONFIG_PS2 is not set
"""


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tree's root with each osource line written out, as docs/adr/0007-kconfig-portable-subset.md says."""
    tree = tmp_path_factory.mktemp("flat")
    for path in FILES:
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            match = re.fullmatch(r'osource "(.+)"', line)
            found = sorted(ROOT.glob(match[1])) if match else []
            lines += [f'source "{one.relative_to(ROOT)}"' for one in found] if match else [line]
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tree / "Kconfig"


@pytest.fixture
def oracles(c_conf: Conf, frontends: Conf) -> tuple[Conf, Conf]:
    """Return the C kconfig of Linux 6.12 and that of 2018."""
    return c_conf, frontends


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.name)
def test_presets(preset: Path, flat: Path, tmp_path: Path, c_conf: Conf) -> None:
    """A preset becomes the same .config, line by line, and its shortest form is the same."""
    theirs = c_conf.run(flat, tmp_path, f"--defconfig={preset}")
    ours = Configuration.load(ROOT / "Kconfig", preset)
    assert body(ours.text()) == body(theirs)
    assert ours.minimal_text() == c_conf.minimal(flat, tmp_path, theirs)
    assert ours.minimal_text(leading_comment(preset)) == preset.read_text(encoding="utf-8")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.name)
def test_presets_by_the_frontends(preset: Path, flat: Path, tmp_path: Path, frontends: Conf) -> None:
    """C kconfig of 2018 gives the same symbols the same values."""
    theirs = frontends.run(flat, tmp_path, f"--defconfig={preset}")
    assert settings(Configuration.load(ROOT / "Kconfig", preset).text()) == settings(theirs)


@pytest.mark.parametrize("target", ["alldefconfig", "allyesconfig", "allnoconfig"])
@pytest.mark.parametrize("seed", [None, *PRESETS], ids=lambda path: path.name if path else "bare")
def test_targets(target: str, seed: Path | None, flat: Path, oracles: tuple[Conf, Conf], eggcup: Eggcup) -> None:
    """A target makes the same .config, also from a file that KCONFIG_ALLCONFIG names."""
    env = {"KCONFIG_ALLCONFIG": str(seed)} if seed else {}
    ended = eggcup(target, env=env)
    assert ended.code == 0, ended.err
    ours = Path(".config").read_text(encoding="utf-8")
    c_conf, frontends = oracles
    assert body(ours) == body(c_conf.run(flat, Path.cwd(), f"--{target}", env=env))
    assert settings(ours) == settings(frontends.run(flat, Path.cwd(), f"--{target}", env=env))


def test_an_odd_file(flat: Path, tmp_path: Path, c_conf: Conf) -> None:
    """Two members of a choice, a number out of range, a select against n, spellings: as C has them."""
    path = tmp_path / "odd"
    path.write_text(ODD, encoding="utf-8")
    theirs = c_conf.run(flat, tmp_path, "--olddefconfig", config=ODD)
    assert body(Configuration.load(ROOT / "Kconfig", path).text()) == body(theirs)
