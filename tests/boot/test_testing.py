"""`eggcup test` on a module of the user's: reports and exit codes are those of `go test`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from configurator.build.toolchain import find_go

from .conftest import eggcup, go_environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.boot

FILES = {
    "go.mod": "module example.org/mod\n\ngo 1.26\n",
    "good/good.go": "package good\n\nfunc Double(n int) int { return 2 * n }\n",
    "good/testdata/n.txt": "21\n",
    "good/good_test.go": """\
package good

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestDouble(t *testing.T) {
	var n int
	text, err := os.ReadFile("testdata/n.txt")
	if _, err2 := fmt.Sscan(string(text), &n); err != nil || err2 != nil || Double(n) != 42 {
		t.Fatal(err, err2, Double(n))
	}
}

func TestHere(t *testing.T) {
	_, file, _, _ := runtime.Caller(0)
	here, err := os.Getwd()
	if err != nil || here != filepath.Dir(file) {
		t.Error(here, file, err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestSkipped(t *testing.T) { t.Skip("not now") }

func TestSecondProcess(t *testing.T) {
	if _, err := os.StartProcess("/program", nil, &os.ProcAttr{}); err == nil {
		t.Error("there is a second process")
	}
	fmt.Println("the console is the tests' own")
}
""",
    "bad/bad_test.go": 'package bad\n\nimport "testing"\n\nfunc TestBad(t *testing.T) { t.Error("wrong") }\n',
    "none/none.go": "package none\n",
    "broken/broken_test.go": 'package broken\n\nimport "testing"\n\nfunc TestX(t *testing.T) { undefined() }\n',
    "cmd/main.go": 'package main\n\nfunc main() { println(name()) }\n\nfunc name() string { return "x" }\n',
    "cmd/main_test.go": """\
package main

import "testing"

func TestName(t *testing.T) {
	if name() != "x" {
		t.Fatal()
	}
}

func BenchmarkName(b *testing.B) {
	for b.Loop() {
		name()
	}
}
""",
    "stuck/stuck_test.go": """\
package stuck

import "testing"

func TestStuck(t *testing.T) { waitForEver() }

func waitForEver() { select {} }
""",
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a module with a configuration."""
    folder = tmp_path_factory.mktemp("module")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    eggcup(["defconfig", "tiny"], folder, go_environment("1.27"))
    return folder


def run_tests(module: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `eggcup test` in the module."""
    return subprocess.run(
        [sys.executable, "-m", "configurator.cli.main", "test", "--accel", "tcg", *arguments],
        cwd=module, env=go_environment("1.27"), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def without_times(text: str) -> str:
    """Return a report without what differs from run to run."""
    return re.sub(r"\d+\.\d+s", "TIME", text)


def test_several_packages(module: Path) -> None:
    """The report on several packages is, but for the times, that of go test, and so is the exit code."""
    packages = ["./bad", "./broken", "./cmd", "./good", "./none"]
    ended = run_tests(module, *packages)
    go = find_go()
    environment = {**go.environment(), "GOFLAGS": "-vet=off"}
    linux = subprocess.run(
        [go.binary, "test", "-count=1", *packages, "-skip=TestSecondProcess"],
        cwd=module, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert without_times(ended.stdout) == without_times(linux.stdout)
    assert ended.returncode == linux.returncode == 1
    assert "broken_test.go:5:28: undefined: undefined" in ended.stderr


def test_verbose(module: Path) -> None:
    """With -v all lines are there, and none of the kernel's among them; -run chooses."""
    ended = run_tests(module, "./good", "--kernel-log", "--", "-v")
    assert ended.returncode == 0
    shown = without_times(ended.stdout).splitlines()
    assert shown == [
        "=== RUN   TestDouble", "--- PASS: TestDouble (TIME)",
        "=== RUN   TestHere", "--- PASS: TestHere (TIME)",
        "=== RUN   TestSkipped", "    good_test.go:30: not now", "--- SKIP: TestSkipped (TIME)",
        "=== RUN   TestSecondProcess", "the console is the tests' own", "--- PASS: TestSecondProcess (TIME)",
        "PASS", "ok  \texample.org/mod/good\tTIME",
    ]  # fmt: skip
    assert "fork and exec: a unikernel has one program" in ended.stderr
    ended = run_tests(module, "./good", "--", "-run", "Nothing|No thing")
    assert re.fullmatch(r"ok  \texample.org/mod/good\t\d+\.\d+s \[no tests to run\]\n", ended.stdout)


def test_json(module: Path) -> None:
    """With -json each event is a line, from the start to how the package ended."""
    ended = run_tests(module, "./good", "./bad", "--", "-json")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    ends = {(event["Package"], event.get("Test")): event["Action"] for event in events if "Elapsed" in event}
    assert ends == {
        ("example.org/mod/good", None): "pass",
        ("example.org/mod/good", "TestDouble"): "pass",
        ("example.org/mod/good", "TestHere"): "pass",
        ("example.org/mod/good", "TestSkipped"): "skip",
        ("example.org/mod/good", "TestSecondProcess"): "pass",
        ("example.org/mod/bad", None): "fail",
        ("example.org/mod/bad", "TestBad"): "fail",
    }
    assert ended.returncode == 1


def test_benchmarks(module: Path) -> None:
    """Benchmarks run, and their figures are shown."""
    ended = run_tests(module, "./cmd", "--", "-bench=.", "-benchtime=10x", "-run=^$")
    assert ended.returncode == 0
    assert re.search(r"^BenchmarkName\s+10\s+\S+ ns/op$", ended.stdout, re.MULTILINE)


def test_time_out(module: Path) -> None:
    """Tests that run too long end with their goroutines on the console."""
    ended = run_tests(module, "./stuck", "--", "-timeout=2s")
    assert ended.returncode == 1
    assert "panic: test timed out after 2s" in ended.stdout
    assert "example.org/mod/stuck.waitForEver" in ended.stdout
    assert "FAIL\texample.org/mod/stuck\t" in ended.stdout
