"""Every kind of module gets the kernel, offline, and not a byte of it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import GO_126, MAIN, UNITS, output_of, snapshot, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .conftest import Build

LOCAL = {"go.mod": "module example.org/local\n\ngo 1.20\n", "local.go": 'package local\n\nconst Name = "local"\n'}
USES_LOCAL = 'package main\n\nimport "example.org/local"\n\nfunc main() { println(local.Name) }\n'
SUM = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return `files` moved below a folder."""
    return {f"{folder}/{name}": text for name, text in files.items()}


BARE = {"app/main.go": MAIN}
PLAIN = {"app/go.mod": "module example.org/app\n\ngo 1.26\n", "app/main.go": MAIN}
WITH_REPLACE = {
    "app/go.mod": "module example.org/app\n\ngo 1.22\n\nrequire example.org/local v1.2.3\n\n"
    "replace example.org/local => ../local\n",
    "app/main.go": USES_LOCAL,
    **below("local", LOCAL),
}
VENDORED = {
    "app/go.mod": "module example.org/app\n\ngo 1.22\n\n"
    "require (\n\texample.org/local v1.2.3\n\texample.org/v v1.0.0\n)\n\n"
    "replace example.org/local => ../local\n",
    "app/go.sum": f"example.org/v v1.0.0 {SUM}\nexample.org/v v1.0.0/go.mod {SUM}\n",
    "app/main.go": 'package main\n\nimport (\n\t"example.org/local"\n\t"example.org/v/sub"\n)\n\n'
    "func main() { println(local.Name, sub.Name) }\n",
    "app/vendor/modules.txt": "# example.org/local v1.2.3 => ../local\n## explicit; go 1.20\nexample.org/local\n"
    "# example.org/v v1.0.0\n## explicit; go 1.20\nexample.org/v/sub\n# example.org/local => ../local\n",
    "app/vendor/example.org/local/local.go": 'package local\n\nconst Name = "vendored"\n',
    "app/vendor/example.org/v/sub/sub.go": 'package sub\n\nconst Name = "sub"\n',
    **below("local", LOCAL),
}
WORKSPACE = {
    "go.work": "go 1.26\n\nuse (\n\t./app\n\t./local\n)\n",
    "go.work.sum": f"example.org/other v1.0.0/go.mod {SUM}\n",
    "app/go.mod": "module example.org/app\n\ngo 1.26\n\nrequire example.org/local v1.2.3\n",
    "app/main.go": USES_LOCAL,
    **below("local", LOCAL),
}
WORKSPACE_WITH_REPLACE = {
    **WORKSPACE,
    "go.work": "go 1.26\n\nuse ./app\n\nreplace example.org/local => ./local\n",
}
VENDORED_WORKSPACE = {
    **WORKSPACE_WITH_REPLACE,
    "vendor/modules.txt": "## workspace\n# example.org/local v1.2.3 => ./local\n## explicit; go 1.20\n"
    "example.org/local\n# example.org/local => ./local\n",
    "vendor/example.org/local/local.go": 'package local\n\nconst Name = "vendored"\n',
}
REQUIRES_EGGCUP = {
    "app/go.mod": "module example.org/app\n\ngo 1.26\n\nrequire eggcup v0.1.0\n",
    "app/main.go": 'package main\n\nimport _ "eggcup"\n\nfunc main() { println("main") }\n',
}
REPLACES_EGGCUP = {
    **REQUIRES_EGGCUP,
    "app/go.mod": "module example.org/app\n\ngo 1.26\n\nrequire eggcup v0.1.0\n\nreplace eggcup => ../nowhere\n",
}
VENDORS_EGGCUP = {
    **REPLACES_EGGCUP,
    "app/vendor/modules.txt": "# eggcup v0.1.0 => ../nowhere\n## explicit; go 1.26\neggcup\n# eggcup => ../nowhere\n",
    "app/vendor/eggcup/eggcup.go": 'package eggcup\n\nfunc init() { println("vendored eggcup") }\n',
}

KINDS = {
    "bare": (BARE, "main"),
    "plain": (PLAIN, "main"),
    "with-replace": (WITH_REPLACE, "local"),
    "vendored": (VENDORED, "vendored sub"),
    "workspace": (WORKSPACE, "local"),
    "workspace-with-replace": (WORKSPACE_WITH_REPLACE, "local"),
    "vendored-workspace": (VENDORED_WORKSPACE, "vendored"),
    "requires-eggcup": (REQUIRES_EGGCUP, "main"),
    "replaces-eggcup": (REPLACES_EGGCUP, "main"),
    "vendors-eggcup": (VENDORS_EGGCUP, "main"),
}


@pytest.mark.parametrize("go", ["1.27", "1.26"])
@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_module(kind: str, go: str, build: Build, workdir: Path, tmp_path: Path) -> None:
    """The program is built with the kernel, starts each unit once before main, and its files stay as they are."""
    files, printed = KINDS[kind]
    project = write(tmp_path / "project", files)
    before = snapshot(project)
    ended = build(str(project / "app"), env={"EGGCUP_GO": str(GO_126)} if go == "1.26" else None)
    assert ended.code == 0, ended.err
    assert output_of(workdir / "kernel.elf") == [*UNITS, printed]
    assert f"Go {go}." in ended.err
    assert snapshot(project) == before


def test_package_below_the_module(build: Build, workdir: Path) -> None:
    """A package of a module is named by a path from where one stands, and by a path through a symbolic link."""
    write(workdir, {"go.mod": "module example.org/app\n\ngo 1.26\n", "cmd/tool/main.go": MAIN})
    (workdir / "link").symlink_to("cmd")
    for argument in ("./cmd/tool", "cmd/tool/", "link/tool", str(workdir / "cmd" / "tool")):
        assert build(argument).code == 0, argument
        assert output_of(workdir / "kernel.elf")[-1] == "main"


def test_the_current_folder_is_the_default(build: Build, workdir: Path) -> None:
    """Without arguments the program here is built into ./kernel.elf, whose name is the result."""
    write(workdir, {"main.go": MAIN})
    ended = build()
    assert (ended.code, ended.out) == (0, "kernel.elf\n")


def test_the_module_keeps_its_language_version(build: Build, workdir: Path) -> None:
    """A module of Go 1.21 keeps the loop variables of 1.21, though the kernel's module is newer."""
    body = "\tvar all []func() int\n\tfor i := 0; i < 2; i++ {\n\t\tall = append(all, func() int { return i })\n\t}\n"
    source = f"package main\n\nfunc main() {{\n{body}\tprintln(all[0]())\n}}\n"
    write(workdir, {"go.mod": "module example.org/app\n\ngo 1.21\n", "main.go": source})
    assert build().code == 0
    assert output_of(workdir / "kernel.elf")[-1] == "2"


def test_the_module_keeps_its_runtime_settings(build: Build, workdir: Path) -> None:
    """Settings that depend on the module's Go version, and those it states, are what `go build` would take."""
    go_mod = "module example.org/app\n\ngo 1.22\n\ngodebug http2client=0\n"
    source = (
        'package main\n\nimport "runtime/debug"\n\nfunc main() {\n\tinfo, _ := debug.ReadBuildInfo()\n'
        '\tfor _, s := range info.Settings {\n\t\tif s.Key == "DefaultGODEBUG" {\n'
        "\t\t\tprintln(s.Value)\n\t\t}\n\t}\n}\n"
    )
    write(workdir, {"go.mod": go_mod, "main.go": source})
    assert build().code == 0
    settings = output_of(workdir / "kernel.elf")[-1].split(",")
    assert "http2client=0" in settings
    assert "httpcookiemaxnum=0" in settings
    write(workdir, {"go.mod": "module example.org/app\n\ngo 1.26\n"})
    assert build().code == 0
    assert "http2client=0" not in output_of(workdir / "kernel.elf")[-1]


@pytest.mark.parametrize(
    "settings",
    [
        {"GOFLAGS": "-mod=vendor -tags=nonsense"},
        {"GOFLAGS": "-buildmode=pie"},
        {"GO111MODULE": "off"},
        {"GOOS": "windows", "GOARCH": "arm64"},
        {"CGO_ENABLED": "1"},
        {"GOROOT": "/nonexistent"},
        {"GOTOOLCHAIN": "go1.99"},
        {"GOWORK": "off"},
    ],
    ids="-".join,
)
def test_the_users_go_settings_break_nothing(settings: dict[str, str], build: Build, workdir: Path) -> None:
    """Variables that would change what is built are without effect."""
    write(workdir, {"go.mod": "module example.org/app\n\ngo 1.26\n", "main.go": MAIN})
    ended = build(env=settings)
    assert ended.code == 0, ended.err
    assert output_of(workdir / "kernel.elf") == [*UNITS, "main"]


def test_go_env_w_breaks_nothing(build: Build, workdir: Path, tmp_path: Path) -> None:
    """GOFLAGS set by `go env -w` are without effect too."""
    settings = write(tmp_path / "settings", {"env": "GOFLAGS=-mod=vendor\nGOOS=plan9\n"}) / "env"
    write(workdir, {"main.go": MAIN})
    ended = build(env={"GOENV": str(settings)})
    assert ended.code == 0, ended.err


def test_without_a_home(build: Build, workdir: Path, tmp_path: Path) -> None:
    """A process without HOME, as a service may be, builds in a folder for temporary files."""
    write(workdir, {"main.go": MAIN})
    unset = {"HOME": "", "XDG_CACHE_HOME": "", "TMPDIR": str(tmp_path), "GOMODCACHE": ""}
    ended = build(env=unset)
    assert ended.code == 0, ended.err
    assert list(tmp_path.glob("eggcup-*/build/work-*/go*/go.work"))


def test_a_vendor_folder_comes_and_goes(build: Build, tmp_path: Path) -> None:
    """What was vendored in one build is not taken in the next one, when the folder is gone."""
    project = write(tmp_path / "project", VENDORED)
    assert build(str(project / "app")).code == 0
    (project / "app" / "vendor" / "modules.txt").unlink()
    ended = build(str(project / "app"))
    assert ended.code == 3
    assert "example.org/v@v1.0.0" in ended.err


def test_tags(build: Build, workdir: Path) -> None:
    """Build tags reach the program."""
    tagged = '//go:build special\n\npackage main\n\nfunc init() { println("special") }\n'
    write(workdir, {"main.go": MAIN, "special.go": tagged})
    assert build("--tags", "other,special").code == 0
    assert "special" in output_of(workdir / "kernel.elf")
