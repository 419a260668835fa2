"""Builds a kernel: one `go build` over the user's program and the kernel's module, then the boot headers."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from configurator.build import elf, sizes
from configurator.build.layout import build_folder
from configurator.build.program import Program, cgo_packages, inspect
from configurator.build.rootfs import lay_files_over
from configurator.build.sources import Overlay, inject_init, lay_over
from configurator.build.toolchain import find_go
from configurator.build.workspace import Workspace, prepare
from configurator.errors import BuildError, Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from configurator.build.layout import KernelTree
    from configurator.build.rootfs import ImageFiles
    from configurator.build.sources import GeneratedSources
    from configurator.build.toolchain import GoToolchain

# What the kernel's page tables and Go's runtime take before main runs, beside the image itself.
_START_MEMORY = 4 << 20
_MIB = 1 << 20


def _nothing(text: str) -> None:
    """Take a line that nobody wants."""


@dataclass(frozen=True)
class BuildRequest:
    """What to build.

    `package` is the program's folder as `program.locate` returns it; `files` what the image brings, None without files;
    `memory_mb` the memory of the machine that the kernel is for, when known. `go_output` gets the lines that go prints,
    `commands` the commands that are run.
    """

    package: Path
    output: Path
    tree: KernelTree
    sources: GeneratedSources
    files: ImageFiles | None = None
    debug_info: bool = False
    memory_mb: int | None = None
    tags: tuple[str, ...] = ()
    go_output: Callable[[str], None] = field(default=_nothing)
    commands: Callable[[str], None] = field(default=_nothing)


@dataclass(frozen=True)
class BuildResult:
    """What was built: sizes in bytes, `memory_end` the physical address after the image and its zeroed data.

    `changed` says whether the kernel differs from the file that was there before.
    """

    kernel: Path
    file_size: int
    memory_end: int
    changed: bool
    go_version: str
    warnings: tuple[str, ...]


def build(request: BuildRequest) -> BuildResult:
    """Build the kernel that `request` describes; the user's module is only read.

    Raises:
        BuildError: the toolchain or the program cannot do it; go's own messages went to `request.go_output`.
        UsageError: the kernel cannot be written where it shall go.
    """
    go = find_go()
    folder = build_folder(request.package, go.version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(
            f"cannot make the build folder: {problem.strerror}",
            location=Location(str(folder)),
            hints=["XDG_CACHE_HOME=/a/folder/you/may/write eggcup build"],
        ) from problem
    _check_output(request.output)  # only now: `eggcup run` has the kernel beside the build folder
    with locked(folder):
        workspace = prepare(request.tree, request.package, go, folder, request.sources.modules)
        overlay = Overlay(folder)
        lay_over(overlay, request.sources, request.tree.root, workspace.overlay)
        if request.files:
            lay_files_over(overlay, request.files, request.tree.root, go.root)
        program = inspect(request.package, go, workspace.go_work, overlay.path)
        stale = inject_init(overlay, request.sources, program, request.tree.module)
        linked = folder / "linked.elf"
        arguments = ["build", "-trimpath", str(request.package)]
        where = {"go_work": workspace.go_work, "overlay": overlay.path, "linked": linked}
        errors = compile_and_link(request, go, arguments, **where)
        if errors is not None:
            hints = _what_to_try(errors, program, go, workspace, overlay.path)
            hints += _how_to_download(errors, request.sources.modules)
            raise BuildError(f"go could not build {program.folder}", hints=hints)
        kernel = elf.add_boot_headers(linked.read_bytes())
        sizes.keep(request.tree.root, request.tree.module, kernel)
    memory_end = elf.parse(kernel).memory_end
    check_memory(memory_end, request.memory_mb)
    changed = write_kernel(request.output, kernel)
    return BuildResult(
        kernel=request.output,
        file_size=len(kernel),
        memory_end=memory_end,
        changed=changed,
        go_version=go.version,
        warnings=(stale,) if stale else (),
    )


def compile_and_link(  # noqa: PLR0913 - a build has that many parts
    request: BuildRequest, go: GoToolchain, arguments: list[str], *, go_work: Path, overlay: Path, linked: Path
) -> str | None:
    """Run go with `arguments`, the command first, the package last, and with the flags that make a kernel.

    Returns:
        What go said when it failed, which the user has seen by then.
    """
    environment = go.environment(go_work=go_work)
    *arguments, package = arguments
    arguments += ["-buildvcs=false", "-o", str(linked), "-overlay", str(overlay)]
    arguments += [
        f"-ldflags={request.tree.linker_flags(debug_info=request.debug_info)}",
        f"-gcflags={request.tree.compiler_flags()}",
    ]
    if request.tags:
        arguments.append(f"-tags={','.join(request.tags)}")
    arguments.append(package)
    decided = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    request.commands(shlex.join(["env", *(f"{k}={v}" for k, v in sorted(decided.items())), str(go.binary), *arguments]))
    said: list[str] = []

    def pass_on(line: str) -> None:
        said.append(line)
        request.go_output(line)

    return "".join(said) if go.stream(arguments, environment, pass_on) else None


def _what_to_try(said: str, program: Program, go: GoToolchain, workspace: Workspace, overlay: Path) -> list[str]:
    """Return what eggcup knows, and go does not, about a build that failed with the words `said`."""
    hints = []
    cgo = cgo_packages(program, go, workspace.go_work, overlay)
    if cgo:
        hints.append(f"do without the packages that use cgo, which a kernel cannot have: {', '.join(cgo)}")
    if workspace.module_root is None and re.search("is not in std|no required module|cannot find module", said):
        hints.append(f"the folder has no go.mod; for a program with dependencies: cd {program.folder} && go mod init")
    return hints


def _how_to_download(said: str, modules: tuple[Path, ...]) -> list[str]:
    """Return advice for a build that could not get the modules that units need."""
    if not modules or not re.search(r"dial tcp|GOPROXY|missing go\.sum entry|proxy", said):
        return []
    units = ", ".join(module.name for module in modules)
    return [f"build once where Go modules can be downloaded, for the unit {units}; they are kept in Go's module cache"]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the build folder, so that two builds of one program do not write over each other."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_output(output: Path) -> None:
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent} to write the kernel to", hints=["-o kernel.elf"])
    if output.is_dir():
        raise UsageError(f"{output} is a folder", hints=[f"-o {output / 'kernel.elf'}"])
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is not a regular file; it will not be replaced", hints=["-o kernel.elf"])


def check_memory(memory_end: int, memory_mb: int | None) -> None:
    """Make sure that a machine with `memory_mb` MiB can start an image that ends at `memory_end`.

    Raises:
        BuildError: it cannot.
    """
    if memory_mb is not None and memory_end + _START_MEMORY > memory_mb * _MIB:
        needed = -(-(memory_end + _START_MEMORY) // _MIB)
        raise BuildError(
            f"the image is too large for the memory configured: it ends at {memory_end / _MIB:.1f} MiB, and with what "
            f"the start takes it needs {needed} MiB of {memory_mb}",
            hints=[f"eggcup set RUN_MEMORY={needed}", "eggcup set DEBUG_INFO=n"],
        )


def write_kernel(output: Path, kernel: bytes) -> bool:
    """Replace `output` at once by the finished kernel, or leave it when it is the same already."""
    target = output.resolve()
    if target.is_file() and target.stat().st_size == len(kernel) and target.read_bytes() == kernel:
        return False
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(kernel)
                mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
                os.fchmod(stream.fileno(), mode)
            os.replace(temporary, target)  # noqa: PTH105 - `temporary` is a str
        except BaseException:
            os.unlink(temporary)  # noqa: PTH108 - as above
            raise
    except OSError as problem:
        raise UsageError(f"cannot write the kernel: {problem.strerror}", location=Location(str(output))) from problem
    return True


def _umask() -> int:
    """Return the umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
