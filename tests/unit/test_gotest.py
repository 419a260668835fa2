"""What `eggcup test` makes of its command line, of packages and of the tests' output."""

from __future__ import annotations

from pathlib import Path

import pytest

from configurator.build.testkernel import PROBE, PROBES_ON
from configurator.build.toolchain import find_go
from configurator.errors import UsageError
from configurator.gotest import packages, report
from configurator.gotest.flags import parse, seconds
from configurator.gotest.goroot import ELSEWHERE
from configurator.gotest.packages import TestPackage, guest_files
from configurator.run.captured import Lines
from configurator.run.verdict import exit_code_in, log_in

ROOT = Path(__file__).resolve().parents[2]
OTHER_GO = ROOT / ".cache" / "go1.26" / "go"


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([], ["-test.timeout=10m0s"]),
        (["-v"], ["-test.v=true", "-test.timeout=10m0s"]),
        (["--run", "A|B c", "-short"], ["-test.run=A|B c", "-test.short=true", "-test.timeout=10m0s"]),
        (["-test.run=X", "-timeout=90s"], ["-test.run=X", "-test.timeout=90s"]),
        (["-json", "-count", "2"], ["-test.count=2", "-test.timeout=10m0s", "-test.v=test2json"]),
        (["-mine=3", "-args", "-v", "x"], ["-test.timeout=10m0s", "-mine=3", "-v", "x"]),
    ],
)
def test_flags(words: list[str], arguments: list[str]) -> None:
    """Flags of go test reach the test binary in its own spelling; unknown ones and what follows -args as they are."""
    assert parse(words).arguments == ("-test.paniconexit0", *arguments)


def test_flags_of_the_report() -> None:
    """What is shown, and for how long a package may run, follow from the flags too."""
    flags = parse(["-bench=.", "-timeout", "1m30s", "-failfast"])
    assert (flags.shows_all, flags.json, flags.timeout, flags.fail_fast) == (True, False, 90.0, True)
    assert not parse(["-v=false"]).shows_all


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["strings"], "'strings' after -- is no flag of go test"),
        (["-race"], "-race does not work with a kernel: it needs cgo"),
        (["-coverprofile=c.out"], "-coverprofile does not work with a kernel: the guest's files are gone"),
        (["-run"], "-run needs a value"),
        (["-p", "2"], "-p does not work with a kernel: say -j N before the --"),
        (["-timeout", "10"], "'10' is no duration"),
    ],
)
def test_wrong_flags(words: list[str], message: str) -> None:
    """What cannot be followed is refused."""
    with pytest.raises(UsageError) as caught:
        parse(words)
    assert message in str(caught.value)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("1.5h", 5400), ("2m3s", 123), ("20ms", 0.02)])
def test_durations(text: str, value: float) -> None:
    """Durations are written as in Go."""
    assert seconds(text) == pytest.approx(value)


def _package(folder: Path, root: Path) -> TestPackage:
    return TestPackage("example.org/m/p", folder, "p", standard=False, has_tests=True, module_root=root)


def test_guest_files(tmp_path: Path) -> None:
    """The guest gets what is in the package's folder, other packages as empty folders, and testdata above it."""
    for name in (
        "go.mod", "testdata/shared", "other/o.go", "p/p.go", "p/testdata/sub/f.go", "p/golden/a.txt", "p/inner/i.go",
        "p/.git/HEAD", "p/nested/go.mod", "p/nested/n.txt",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = {str(path.relative_to(tmp_path)) for path in guest_files(_package(tmp_path / "p", tmp_path), Path("/go"))}
    assert found == {
        "go.mod", "testdata", "testdata/shared", "p", "p/p.go", "p/testdata", "p/testdata/sub", "p/testdata/sub/f.go",
        "p/golden", "p/golden/a.txt", "p/inner", "p/nested",
    }  # fmt: skip


def test_further_files(tmp_path: Path) -> None:
    """A folder that is named comes with all that is in it; one that is not there is an error."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("x", encoding="utf-8")
    assert packages.everything([tmp_path / "a"]) == (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c")
    with pytest.raises(UsageError, match="there is no such file for the guest"):
        packages.everything([tmp_path / "gone"])


@pytest.mark.parametrize("root", [find_go().root, OTHER_GO])
def test_the_standard_library(root: Path) -> None:
    """What is known of the standard library's tests is so in both versions of Go."""
    for named in ELSEWHERE.values():
        for name in named:
            path = root / name
            assert path.is_dir() if name.endswith("/") else path.is_file()
    assert (root / PROBE).read_text(encoding="utf-8").count(PROBES_ON) == 1


def _recorded(*parts: bytes) -> report.Recorder:
    record = report.Recorder(bytearray().extend)
    for part in parts:
        record.write(part)
    return record


def test_last_lines() -> None:
    """The last lines are those of go test, and start on a line of their own."""
    assert report.passed("p", 1.5, _recorded(b"PASS\n")) == "ok  \tp\t1.500s\n"
    assert report.passed("p", 0.1, _recorded(b"no newline")) == "\nok  \tp\t0.100s\n"
    nothing = _recorded(b"testing: warning: no tes", b"ts to run\nPASS\n")
    assert report.passed("p", 0, nothing) == "ok  \tp\t0.000s [no tests to run]\n"
    assert report.failed("p", 2, _recorded(b"FAIL\n"), "", json=False) == "FAIL\tp\t2.000s\n"
    assert report.failed("p", 2, _recorded(), "exit status 3", json=True) == "exit status 3\n\x16FAIL\tp\t2.000s\n"


@pytest.mark.parametrize("cut", range(9))
def test_console_lines(cut: int) -> None:
    """The carriage return that the terminal puts before a newline goes, wherever the console is cut; others stay."""
    text, got = b"a\r\nb\r\r\nc\r", bytearray()
    lines = Lines(got.extend)
    for part in (text[:cut], text[cut:]):
        lines.feed(part)
    lines.close()
    assert bytes(got) == b"a\nb\r\nc\r"


@pytest.mark.parametrize(
    ("text", "log", "code"),
    [("", "", None), ("7\n", "", 7), ("[1] a\n[2] b\n0\n", "[1] a\n[2] b\n", 0), ("[1] a\n", "[1] a\n", None)],
)
def test_log_on_the_debug_console(tmp_path: Path, text: str, log: str, code: int | None) -> None:
    """The kernel's log comes before the exit code."""
    path = tmp_path / "exitcode"
    path.write_text(text, encoding="utf-8")
    assert (log_in(path), exit_code_in(path)) == (log, code)
