"""Tests packages: builds them one after the other, boots several at a time, reports them in order."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from configurator.build.builder import BuildRequest
from configurator.build.layout import kernel_folder
from configurator.build.testkernel import TestKernel, build_tests
from configurator.errors import BuildError, ExitCode
from configurator.gotest import report
from configurator.gotest.goroot import TAGS
from configurator.gotest.packages import guest_files
from configurator.run.captured import boot
from configurator.run.verdict import End

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from configurator.build.layout import KernelTree
    from configurator.build.rootfs import ImageFiles
    from configurator.build.sources import GeneratedSources
    from configurator.build.toolchain import GoToolchain
    from configurator.gotest.flags import TestFlags
    from configurator.gotest.packages import TestPackage
    from configurator.run.captured import Ended
    from configurator.run.runner import RunRequest

# A test binary ends itself after its time-out, with its goroutines; this is for one that cannot any more.
_GRACE_SECONDS = 30


@dataclass(frozen=True)
class TestRun:
    """What to test, and how.

    `machine` is the machine, whose kernel, arguments and time-out are each package's own; `jobs` how many run at a
    time; `output` takes the report, `go_output` what go says, `commands` the commands that are run.
    """

    __test__ = False  # not a test, whatever pytest makes of the name

    tree: KernelTree
    sources: GeneratedSources
    files: ImageFiles
    flags: TestFlags
    machine: RunRequest
    jobs: int
    tags: tuple[str, ...]
    extra_files: Callable[[TestPackage], tuple[Path, ...]]
    output: Callable[[bytes], None]
    go_output: Callable[[str], None]
    commands: Callable[[str], None]


class Session:
    """The tests of several packages."""

    def __init__(self, run: TestRun, go: GoToolchain) -> None:
        self._run = run
        self._go = go
        self._stop = threading.Event()
        self._failed = threading.Event()
        self._lock = threading.Lock()  # of the output

    def test(self, packages: Sequence[TestPackage]) -> int:
        """Test them and return 0 if all passed, else 1."""
        streams = self._run.flags.json or (self._run.flags.shows_all and len(packages) == 1)
        reports: list[Future[bytes]] = []
        # One thread more than machines: it builds the next kernel meanwhile.
        self._machines = threading.Semaphore(self._run.jobs)
        self._builds = threading.Lock()
        with ThreadPoolExecutor(self._run.jobs + 1) as pool:
            try:
                reports = [pool.submit(self._one, package, streams=streams) for package in packages]
                for one in reports:
                    self._print(one.result())
            except BaseException:
                self._stop.set()
                for one in reports:
                    one.cancel()
                raise
        if not self._failed.is_set():
            return ExitCode.OK
        if not self._run.flags.json:
            self._print(b"FAIL\n")
        return ExitCode.FINDINGS

    def _print(self, data: bytes) -> None:
        if data:
            with self._lock:
                self._run.output(data)

    def _one(self, package: TestPackage, *, streams: bool) -> bytes:
        """Test one package and return its report, as far as it is not out already."""
        if self._stop.is_set() or (self._run.flags.fail_fast and self._failed.is_set()):
            return b""
        kept: list[bytes] = []
        sink: Callable[[bytes], None] = self._print if streams else kept.append
        converter = report.Json(self._go, package.path, sink) if self._run.flags.json else None
        record = report.Recorder(converter.write if converter else sink)
        try:
            end = self._end(package, record)
            if not record.failed and not self._run.flags.shows_all and not self._run.flags.json:
                kept.clear()
            (converter.write if converter else sink)(end.encode())
        finally:
            if converter:
                converter.close()
        if record.failed:
            self._failed.set()
        return b"".join(kept)

    def _end(self, package: TestPackage, record: report.Recorder) -> str:
        """Build and boot the package's tests and return the last lines of the report."""
        if package.problem:
            self._run.go_output(f"# {package.path}\n{package.problem}\n")
            record.failed = True
            return report.not_built(package.path, "setup")
        if not package.has_tests:
            return report.no_tests(package.path)
        with self._builds:
            kernel = None if self._stop.is_set() else self._build(package)
        if kernel is None:
            record.failed = True
            return report.not_built(package.path, "build")
        with self._machines:
            ended = boot(self._request(package, kernel), record.write, self._stop)
        if ended.log:
            self._run.go_output(f"# {package.path}: the kernel's log\n{ended.log}")
        reason = _reason(ended, record, self._run.flags.timeout)
        if reason is None:
            return report.passed(package.path, ended.seconds, record)
        record.failed = True
        return report.failed(package.path, ended.seconds, record, reason, json=self._run.flags.json)

    def _build(self, package: TestPackage) -> Path | None:
        run = self._run
        mirrored = (*guest_files(package, self._go.root), *run.extra_files(package))
        kernel = kernel_folder(package.folder) / "test.elf"
        request = BuildRequest(
            package=package.folder,
            output=kernel,
            tree=run.tree,
            sources=run.sources,
            files=replace(run.files, mirrored=mirrored),
            memory_mb=run.machine.memory_mb,
            tags=(*run.tags, *(TAGS.get(package.path, ()) if package.standard else ())),
            go_output=run.go_output,
            commands=run.commands,
        )
        try:
            return build_tests(TestKernel(request, package.name, package.path if package.standard else None))
        except BuildError as problem:
            run.go_output(f"# {package.path}\n{problem.message}\n")
            return None

    def _request(self, package: TestPackage, kernel: Path) -> RunRequest:
        words = [f"PWD={package.folder}", "--", *self._run.flags.arguments]
        timeout = self._run.flags.timeout
        return replace(
            self._run.machine,
            kernel=kernel,
            arguments=" ".join(_quoted(word) for word in words),
            timeout=timeout + _GRACE_SECONDS if timeout else None,
        )


def _quoted(word: str) -> str:
    """Return a word of a boot loader's command line as the kernel splits it (kernel/core/boot/words.go)."""
    return f'"{word}"' if " " in word or not word else word


def _reason(ended: Ended, record: report.Recorder, timeout: float) -> str | None:
    """Return why the tests failed, "" if their output says it, None if they passed."""
    if ended.timed_out:
        return f"*** Test killed: ran too long ({timeout + _GRACE_SECONDS:g}s)."
    if ended.verdict is None:
        return "interrupted"
    match ended.verdict.end, ended.verdict.code:
        case End.CODE, 0:
            return None
        case End.CODE, code:
            return "" if record.has_output else f"exit status {code}"
        case End.FAILED, _:
            return ended.messages.strip() or "QEMU did not run the guest"
        case how, _:
            return f"{how.value} without an exit code"
