"""Nothing harms a .config: no full disk, no missing right, no second command, no end of the process at any moment."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.model import Configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "configurator")
PRESETS = ("tiny", "debug")
MOMENTS = int(os.environ.get("EGGCUP_KILLS", "500"))
"""How often a command is killed."""


@pytest.fixture(scope="session")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with eggcup's compiled files."""
    compiled, work = tmp_path_factory.mktemp("compiled"), tmp_path_factory.mktemp("work")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([*COMMAND, "defconfig"], cwd=work, env=environment, capture_output=True, check=True, timeout=60)
    return compiled


@pytest.fixture(autouse=True)
def _quick_starts(_compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile eggcup once and not a thousand times, whatever the developer's environment says."""
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(_compiled))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # a full disk would leave halves of them


def _start(
    *arguments: str, cwd: Path, preexec_fn: Callable[[], None] | None = None, before: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*before, *COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=preexec_fn,  # noqa: PLW1509 - no thread is running
    )


def _run(
    *arguments: str, cwd: Path, preexec_fn: Callable[[], None] | None = None, before: Sequence[str] = ()
) -> tuple[int, str]:
    process = _start(*arguments, cwd=cwd, preexec_fn=preexec_fn, before=before)
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Return the .config of each of two presets."""
    return [Configuration.load(ROOT / "Kconfig", ROOT / "configs" / name).text() for name in PRESETS]


@pytest.fixture
def config(workdir: Path, texts: Sequence[str]) -> Path:
    """Return a .config in the current folder, made from the first preset."""
    path = workdir / ".config"
    path.write_text(texts[0], encoding="utf-8")
    return path


def _only_whole(folder: Path, texts: Sequence[str], *, litter: bool = False) -> None:
    """Check that .config and .config.old are whole, and that nothing else lies about."""
    names = {entry.name for entry in folder.iterdir()}
    assert ".config" in names
    if not litter:
        assert names <= {".config", ".config.old"}
    for name in names & {".config", ".config.old"}:
        assert (folder / name).read_text(encoding="utf-8") in texts, name


def _limit(most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def test_no_room_for_the_file(config: Path, texts: Sequence[str]) -> None:
    """A write that stops halfway changes nothing, and says so."""
    code, err = _run("defconfig", PRESETS[1], cwd=config.parent, preexec_fn=_limit(600))
    assert (code, err) == (2, "eggcup: .config: cannot write the file: File too large\n")
    _only_whole(config.parent, texts[:1])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 16 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("free", [0, 4096])
def test_a_full_disk(small_disk: Path, texts: Sequence[str], free: int) -> None:
    """With no room at all, or for the new file and not for the former one, the configuration stays as it was."""
    config = small_disk / ".config"
    config.write_text(texts[0], encoding="utf-8")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(512))
    os.truncate(filler, filler.stat().st_size - free)
    code, err = _run("defconfig", PRESETS[1], cwd=small_disk)
    assert (code, err) == (2, "eggcup: .config: cannot write the file: No space left on device\n")
    filler.unlink()
    _only_whole(small_disk, texts[:1])


def test_a_folder_without_the_right_to_write(config: Path, texts: Sequence[str]) -> None:
    """Without the right to write into the folder the message says so, and nothing changes."""
    # Root may write everywhere, unless it gives up its capabilities.
    powerless = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
    config.parent.chmod(0o555)
    try:
        code, err = _run("defconfig", PRESETS[1], cwd=config.parent, before=powerless)
    finally:
        config.parent.chmod(0o755)
    assert (code, err) == (2, "eggcup: .config: cannot write the file: Permission denied\n")
    _only_whole(config.parent, texts[:1])


def test_a_file_system_that_is_read_only(small_disk: Path, texts: Sequence[str]) -> None:
    """On a file system that cannot be written to the message says so, and an unchanged file is no error."""
    (small_disk / ".config").write_text(texts[0], encoding="utf-8")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    code, err = _run("defconfig", PRESETS[1], cwd=small_disk)
    assert (code, err) == (2, "eggcup: .config: cannot write the file: Read-only file system\n")
    assert _run("defconfig", PRESETS[0], cwd=small_disk) == (0, "eggcup: .config is up to date\n")
    _only_whole(small_disk, texts[:1])


def test_a_file_that_is_removed_meanwhile(config: Path, texts: Sequence[str]) -> None:
    """A configuration that was deleted after it had been read is written, without a former one."""
    configuration = Configuration.load(ROOT / "Kconfig", config)
    config.unlink()
    assert configuration.write(config)
    _only_whole(config.parent, texts[:1])
    assert not config.with_name(".config.old").exists()


def test_a_folder_in_its_place(workdir: Path) -> None:
    """A folder of the name is refused, whatever is in it."""
    (workdir / ".config").mkdir()
    code, err = _run("alldefconfig", cwd=workdir)
    assert (code, err) == (2, "eggcup: .config: is a folder, not a file\n")


def test_two_commands_at_once(config: Path, texts: Sequence[str]) -> None:
    """Whoever reads while several commands write sees a whole file each time."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(config.read_text(encoding="utf-8"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(10):
            processes = [_start("defconfig", name, cwd=config.parent) for name in PRESETS * 2]
            for process in processes:
                _, err = process.communicate(timeout=60)
                assert process.returncode == 0, err
    finally:
        done.set()
        watcher.join()
    assert seen == set(texts)
    _only_whole(config.parent, texts)


@pytest.mark.slow
def test_killed_at_any_moment(config: Path, texts: Sequence[str]) -> None:
    """SIGKILL and SIGTERM at random moments leave the former file or the new one, whole, and the same for `.old`."""
    moments = random.Random(1)  # noqa: S311 - to be repeated
    lasts = _duration(config.parent)
    written = 0
    for number in range(MOMENTS):
        before = config.read_text(encoding="utf-8")
        process = _start("defconfig", PRESETS[texts.index(before) ^ 1], cwd=config.parent)
        # most of them near the end, when it writes
        time.sleep(lasts * moments.uniform(0, 0.6) if number % 4 == 0 else lasts * moments.uniform(0.6, 1.1))
        process.send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
        process.communicate(timeout=60)
        _only_whole(config.parent, texts, litter=True)
        written += config.read_text(encoding="utf-8") != before
    assert 0 < written < MOMENTS, "no moment was before the end, or none after"
    litter = [entry.name for entry in config.parent.iterdir() if entry.name.endswith(".tmp")]
    assert all(name.startswith(".config.") for name in litter)


@pytest.mark.slow
def test_interrupted_at_any_moment(config: Path, texts: Sequence[str]) -> None:
    """Ctrl-C from the first import to the end gives 130 and one line, or comes too late; nothing is left behind."""
    moments = random.Random(2)  # noqa: S311 - to be repeated
    lasts = _duration(config.parent)
    interrupted = 0
    for _ in range(MOMENTS // 2):
        before = config.read_text(encoding="utf-8")
        wanted = PRESETS[texts.index(before) ^ 1]
        process = subprocess.Popen(
            [sys.executable, "-X", "importtime", *COMMAND[1:], "defconfig", wanted],
            cwd=config.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
            preexec_fn=_mind_interrupts,  # noqa: PLW1509 - no thread is running
        )  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.rstrip().endswith("| configurator"):
                break
        process.stderr.readline()  # an import after that: the handler is there
        time.sleep(lasts * moments.uniform(0, 1))
        process.send_signal(signal.SIGINT)
        # Not `communicate`: it reads the descriptor, and would miss what the lines above have brought into the buffer.
        said = [line.rstrip("\n") for line in process.stderr if not line.startswith("import time:")]
        process.stderr.close()
        process.wait(timeout=60)
        # Where Ctrl-C meets an `exec`, as in the making of a dataclass, Python ends by the signal after all is done.
        if process.returncode in (130, -signal.SIGINT):
            interrupted += 1
            assert [line for line in said if line != "eggcup: wrote .config"] == ["eggcup: interrupted"]
        else:
            assert (process.returncode, said) == (0, ["eggcup: wrote .config"])
        _only_whole(config.parent, texts)
    assert interrupted > 0


def _mind_interrupts() -> None:
    """Let Ctrl-C have its effect, also when the tests run in the background, where it has none."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _duration(folder: Path) -> float:
    """Return how long a command takes here, in seconds."""
    started = time.monotonic()
    for _ in range(3):
        _run("defconfig", PRESETS[0], cwd=folder)
    return (time.monotonic() - started) / 3
