"""How the units come to start: injected, by the user's own zz_init.go, by an import, and never twice."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from .conftest import MAIN, ROOT, TREE, UNITS, output_of, write

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Build


def _generate(workdir: Path) -> None:
    command = [sys.executable, "-m", "configurator.cli.main", "generate", "--kconfig", str(TREE / "Kconfig")]
    subprocess.run(command, cwd=workdir, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def test_the_users_file_is_used_as_it_is(build: Build, workdir: Path) -> None:
    """A zz_init.go in the package replaces the injected one, edited or not."""
    start = 'unit.Start("MINE", func() error { return nil })'
    own = f'package main\n\nimport "eggcup/kernel/unit"\n\nfunc init() {{\n\t{start}\n}}\n'
    write(workdir, {"main.go": MAIN, "zz_init.go": own})
    ended = build()
    assert ended.code == 0, ended.err
    assert output_of(workdir / "kernel.elf") == ["start MINE true", "main"]
    assert "warning" not in ended.err


def test_a_generated_file_is_used_and_says_when_config_moved_on(build: Build, workdir: Path) -> None:
    """After a change of .config the build takes the file all the same, and warns."""
    write(workdir, {"main.go": MAIN})
    _generate(workdir)
    ended = build()
    assert output_of(workdir / "kernel.elf") == [*UNITS, "main"]
    assert "warning" not in ended.err
    write(workdir, {".config": 'CONFIG_GREETING="moved"\n# CONFIG_BETA is not set\n'})
    ended = build()
    assert ended.code == 0
    assert "zz_init.go was generated from another configuration" in ended.err
    assert output_of(workdir / "kernel.elf")[1:4] == ["alpha says moved", "start ALPHA true", "beta says moved"]


def test_an_import_is_enough(build: Build, workdir: Path) -> None:
    """A program that imports eggcup starts the units, by the configuration of this build, not the committed one."""
    write(workdir, {"main.go": 'package main\n\nimport _ "eggcup"\n\nfunc main() { println("main") }\n'})
    write(workdir, {".config": "# CONFIG_ALPHA is not set\n"})
    assert build().code == 0
    assert output_of(workdir / "kernel.elf") == [UNITS[0], *UNITS[3:], "main"]


def test_both_start_nothing_twice(build: Build, workdir: Path) -> None:
    """With the import and the generated file each unit starts once."""
    write(workdir, {"main.go": 'package main\n\nimport _ "eggcup"\n\nfunc main() { println("main") }\n'})
    _generate(workdir)
    assert build().code == 0
    printed = output_of(workdir / "kernel.elf")
    assert [line for line in printed if not line.startswith("GOMAXPROCS")] == [*UNITS[1:], "main"]


def test_an_import_deep_in_the_program_starts_nothing_twice(build: Build, workdir: Path) -> None:
    """The import may be in another package of the program, where the injected file meets it."""
    files = {
        "go.mod": "module example.org/app\n\ngo 1.26\n",
        "main.go": 'package main\n\nimport _ "example.org/app/deep"\n\nfunc main() { println("main") }\n',
        "deep/deep.go": 'package deep\n\nimport _ "eggcup"\n',
    }
    write(workdir, files)
    assert build().code == 0
    printed = output_of(workdir / "kernel.elf")
    assert [line for line in printed if not line.startswith("GOMAXPROCS")] == [*UNITS[1:], "main"]


def test_the_users_init_runs_first(build: Build, workdir: Path) -> None:
    """An init function in a file before zz_ runs before any unit starts."""
    early = 'package main\n\nfunc init() { println("early") }\n'
    write(workdir, {"main.go": MAIN, "early.go": early})
    assert build().code == 0
    assert output_of(workdir / "kernel.elf") == ["early", *UNITS, "main"]


def test_names_of_the_user_do_not_collide(build: Build, workdir: Path) -> None:
    """The injected file meets no name of the user's, whatever it is called like."""
    names = "var unit, alpha, beta, Alpha, ALPHA, eggcup = 1, 2, 3, 4, 5, 6\n"
    source = f"package main\n\n{names}\nfunc main() {{ println(unit + alpha + beta + Alpha + ALPHA + eggcup) }}\n"
    write(workdir, {"main.go": source})
    assert build().code == 0
    assert output_of(workdir / "kernel.elf") == [*UNITS, "21"]


def test_reversed_ties(build: Build, workdir: Path) -> None:
    """--reverse-ties starts units that nothing orders the other way round."""
    write(workdir, {"main.go": MAIN})
    assert build("--reverse-ties").code == 0
    assert output_of(workdir / "kernel.elf") == [UNITS[0], *UNITS[3:], *UNITS[1:3], "main"]


def test_configuration_reaches_the_constants(build: Build, workdir: Path) -> None:
    """A symbol changed in .config is another constant in the kernel, and the committed one has no effect."""
    write(workdir, {"main.go": MAIN, ".config": 'CONFIG_GREETING="good \\"morning\\" \\\\o/"\nCONFIG_GOMAXPROCS=3\n'})
    assert build().code == 0
    assert output_of(workdir / "kernel.elf")[:2] == ["GOMAXPROCS 3", 'alpha says good "morning" \\o/']
