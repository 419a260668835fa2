"""The benchmark's own arithmetic: reading figures, pairing runs, bisecting, verdicts, writing the document."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import compare
import guest
import initramfs
import micro
import pytest
import report
import targets

if TYPE_CHECKING:
    from pathlib import Path

LINES = [
    "MAIN",
    "micro go=go1.27.3 GOMAXPROCS=1 NumCPU=1",
    "micro calib_xorshift                        4.0 ns     min=3.5 max=6.7 n=5",
    "micro getpid_raw                          248.3 ns     min=247.4 max=255.3 n=5",
    "micro sleep_overshoot_100µs              1067.3 us     p99=2315.9 max=5863.1 min=47.1 n=300",
    "micro alloc_64B_with_gc                   443.1 ns",
    "micro tcp                          skip function not implemented",
    "micro calib_xorshift                        2.0 ns     min=2.5 max=3.0 n=5",
    "micro DONE in 34.0s",
]


def figures(calibration: float, **values: float) -> micro.Figures:
    """A run with one calibration figure and others."""
    found = {"calib_xorshift": calibration, **values}
    return micro.Figures(found, dict.fromkeys(found, "ns"), {})


def test_figures_are_read_and_calibrations_averaged() -> None:
    """Each figure has its median and unit; one printed at both ends of the run is averaged; a skip keeps its reason."""
    found = micro.parse(LINES)
    assert found.values == {
        "calib_xorshift": 3.0,
        "getpid_raw": 248.3,
        "sleep_overshoot_100µs": 1067.3,
        "alloc_64B_with_gc": 443.1,
    }
    assert found.units["sleep_overshoot_100µs"] == "us"
    assert found.skipped == {"tcp": "function not implemented"}


@pytest.mark.parametrize(("other", "expected"), [(1.0, True), (1.15, True), (0.85, True), (1.3, False), (0.7, False)])
def test_runs_compare_only_when_the_host_was_equally_fast(other: float, expected: bool) -> None:
    """A difference in calibration of more than 20 % makes a pair worthless."""
    assert micro.comparable(figures(1.0), figures(other)) is expected


def test_ratio_is_the_median_over_comparable_pairs() -> None:
    """Failed runs and pairs with unequal calibration are left out."""
    runs = compare.MicroRuns(
        {
            "a": [figures(1, x=10), figures(1, x=30), figures(1, x=80), None, figures(1, x=20)],
            "b": [figures(1, x=10), figures(1, x=10), figures(2, x=10), figures(1, x=10), figures(1, x=10)],
        }
    )
    assert len(runs.pairs("a", "b")) == 3
    assert runs.ratio("a", "b", "x") == 2
    assert runs.ratio("a", "b", "absent") is None
    assert str(runs.spread("a", "x")) == "25.0 [10.0..80.0], 1 failed"


@pytest.mark.parametrize("boundary", [5, 16, 100, 511, 512])
def test_bisection_finds_the_boundary(boundary: int) -> None:
    """The smallest size that works is found, whatever it is."""
    assert compare._bisect(4, 512, lambda size: size >= boundary) == boundary  # noqa: SLF001 - its arithmetic is the point


def test_verdicts() -> None:
    """A bound is kept on the right side, and nothing is claimed about what was not measured."""
    assert targets.verdict(targets.Target(0.6), 0.5) == "≤ 0.6 | met"
    assert targets.verdict(targets.Target(0.6), 0.7) == "≤ 0.6 | **not met**"
    assert targets.verdict(targets.BOOT, 4.9) == "≥ 5 | **not met**"
    assert targets.verdict(targets.HELLO_MEMORY, None) == "≤ 16 MiB | not measured"


def test_the_document_keeps_what_is_outside_the_markers(tmp_path: Path) -> None:
    """Only the generated section changes, and a second run changes nothing."""
    document = tmp_path / "performance.md"
    document.write_text(f"before\n\n{report.BENCH.begin}\n\nold\n\n{report.BENCH.end}\n\nafter\n", encoding="utf-8")
    report.insert(document, "new\n")
    once = document.read_text(encoding="utf-8")
    assert once == f"before\n\n{report.BENCH.begin}\n\nnew\n\n{report.BENCH.end}\n\nafter\n"
    report.insert(document, "new\n")
    assert document.read_text(encoding="utf-8") == once


def test_a_document_without_markers_is_refused(tmp_path: Path) -> None:
    """Nothing is written where no place was left for it."""
    document = tmp_path / "other.md"
    document.write_text("text\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="has no line"):
        report.insert(document, "new")
    assert document.read_text(encoding="utf-8") == "text\n"


@pytest.mark.skipif(shutil.which("cpio") is None, reason="cpio reads the archive back; it is not installed")
def test_cpio_reads_the_initramfs(tmp_path: Path) -> None:
    """The archive holds the program and the console, as cpio sees them."""
    (tmp_path / "archive").write_bytes(initramfs.archive(b"program"))
    with (tmp_path / "archive").open("rb") as stream:
        listed = subprocess.run(["cpio", "-tv", "--quiet"], stdin=stream, capture_output=True, text=True, check=True)
    lines = {line.split()[-1]: line for line in listed.stdout.splitlines()}
    assert set(lines) == {"dev", "dev/console", "proc", "sys", "init"}
    assert lines["init"].startswith("-rwxr-xr-x")
    assert lines["dev/console"].startswith("crw")
    assert "5,   1" in lines["dev/console"]


def test_a_guest_is_read_until_the_line_and_ended() -> None:
    """The awaited line ends the run; escape sequences of a firmware before it do not hide it."""
    program = r"print('first\n\x1b[0m\x1b[2JMAIN at last', flush=True); import time; time.sleep(60)"
    transcript = guest.boot([sys.executable, "-c", program], "MAIN", 30)
    assert transcript.complete
    assert transcript.texts[0] == "first"
    assert transcript.seconds < 20


def test_a_guest_that_ends_or_hangs_is_incomplete() -> None:
    """Neither the end of QEMU nor the time-out is taken for the awaited line."""
    assert not guest.boot([sys.executable, "-c", "print('other')"], "MAIN", 30).complete
    assert not guest.boot([sys.executable, "-c", "import time; time.sleep(60)"], "MAIN", 0.5).complete


def test_a_server_is_judged_without_the_stack() -> None:
    """What gVisor takes is not eggcup's; the rest is held against the target."""
    rows = report.server_table(image=5 << 20, program=2 << 20, with_stack=4 << 20)
    assert rows[-2:] == [
        "| the same with gVisor's stack | 4,194,304 | 2048 | | |",
        "| kernel | 5,242,880 | 1024 | ≤ 512 KiB | **not met** |",
    ]
