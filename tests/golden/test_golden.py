"""Stored output, compared byte for byte.

A folder of testdata/ (which Go's tools skip) is a case: `tree/` (a Kconfig tree with its Go packages) and `config` (a
.config, or none) go in; the files of `expected/` must come out. A new folder is found by itself. To write the files
anew, for a reviewer to read the difference: `python tests/golden/test_golden.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("testdata")
ROOT = Path(__file__).resolve().parents[2]


def _outputs(case: Path) -> dict[str, str]:
    """Run the commands whose output is stored, and return it by file name."""
    options = ["--kconfig", str(case / "tree" / "Kconfig")]
    if (case / "config").exists():
        options += ["--config", str(case / "config")]
    return {
        "order.txt": _stdout("order", *options),
        "order-reversed.txt": _stdout("order", "--reverse-ties", *options),
        "order.json": _stdout("order", "--json", *options),
        "zz_init.go": _stdout("generate", "-o", "-", *options),
        "defconfig": _stdout("savedefconfig", "-", *options),
        **_rendered(case),
    }


def _stdout(*arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", *arguments],
        cwd=CASES,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return ended.stdout.decode()


def _rendered(case: Path) -> dict[str, str]:
    """Return what only a build writes, and the .config itself."""
    from configurator.generate import init_order, render_config_gen, render_units_gen, render_zz_init
    from configurator.model import Configuration

    config = case / "config"
    configuration = Configuration.load(case / "tree" / "Kconfig", config if config.exists() else None)
    order = init_order(configuration)
    return {
        "config": configuration.text(),
        "config_gen.go": render_config_gen(configuration),
        "units_gen.go": render_units_gen(configuration, order),
        "overlay_zz_init.go": render_zz_init(configuration, order, editable=False),
    }


def _cases() -> list[Path]:
    return sorted(path for path in CASES.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_output_is_as_stored(case: Path) -> None:
    """Every stored file comes out again, to the byte, and no other."""
    outputs = _outputs(case)
    stored = {path.name: path.read_bytes().decode() for path in (case / "expected").iterdir()}
    assert outputs.keys() == stored.keys()
    for name, text in outputs.items():
        assert text == stored[name], f"{case.name}/expected/{name} differs"


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_go_is_formatted(case: Path) -> None:
    """The generated Go files are what gofmt would write."""
    gofmt = shutil.which("gofmt")
    if gofmt is None:
        pytest.skip("no gofmt in PATH")
    files = sorted((case / "expected").glob("*.go"))
    ended = subprocess.run([gofmt, "-l", *files], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout == ""


def test_there_are_cases() -> None:
    """The folder is found: an empty listing would pass for success."""
    assert len(_cases()) >= 3


if __name__ == "__main__":
    for folder in _cases():
        (folder / "expected").mkdir(exist_ok=True)
        for file_name, content in _outputs(folder).items():
            (folder / "expected" / file_name).write_bytes(content.encode())
