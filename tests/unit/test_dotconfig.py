"""The .config file: what is read, what is refused, what is written."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.errors import Location, UsageError
from configurator.model import Configuration, leading_comment
from configurator.model.dotconfig import LARGEST_FILE, Assignment, read_assignments

if TYPE_CHECKING:
    from pathlib import Path


def _read(path: Path, data: bytes) -> list[tuple[str, str]]:
    path.write_bytes(data)
    return [(one.name, one.value) for one in read_assignments(path)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n\n# a comment\n#CONFIG_A=y\n", []),
        (b"CONFIG_A=y\n# CONFIG_B is not set\n", [("A", "y"), ("B", "n")]),
        (b"CONFIG_A=y\r\n# CONFIG_B is not set\r\n", [("A", "y"), ("B", "n")]),
        (b"\xef\xbb\xbfCONFIG_A=y\n", [("A", "y")]),
        (b"  CONFIG_A=y  \n", [("A", "y")]),
        (b'CONFIG_S="a \\"b\\" \\\\ c"', [("S", 'a "b" \\ c')]),
        (b'CONFIG_S=""\n', [("S", "")]),
        ('CONFIG_S="\u00e4\u2028\u4e16"\n'.encode(), [("S", "\u00e4\u2028\u4e16")]),
        (b"CONFIG_A=\n", [("A", "")]),
    ],
)
def test_reads_what_kconfig_tools_write(tmp_path: Path, data: bytes, expected: list[tuple[str, str]]) -> None:
    """Assignments, `is not set`, escapes, Windows' line ends and a byte-order mark are understood."""
    assert _read(tmp_path / "config", data) == expected


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"CONFIG_A=y\nfoo\n", 2, "not a line of a configuration: 'foo'"),
        (b"\nCONFIG_A\n", 2, "not a line of a configuration: 'CONFIG_A'"),
        (b'CONFIG_S="open\n', 1, "is not closed"),
        (b'CONFIG_S="a" b\n', 1, "something follows"),
        (b"CONFIG_A=y\n\nCONFIG_B=\0\n", 3, "NUL byte"),
        (b'CONFIG_A=y\nCONFIG_S="\xff"\n', 2, "is not UTF-8 (byte 0xff)"),
        (b"\xff\xfeC\0", None, "UTF-16"),
    ],
)
def test_refuses_other_text_with_its_line(tmp_path: Path, data: bytes, line: int | None, message: str) -> None:
    """What is no line of a configuration is an error that names file and line."""
    path = tmp_path / "config"
    with pytest.raises(UsageError) as caught:
        _read(path, data)
    assert message in caught.value.message
    assert caught.value.location == Location(str(path), line)


def test_refuses_a_huge_file(tmp_path: Path) -> None:
    """A file beyond any configuration's size is not read into memory."""
    path = tmp_path / "config"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        read_assignments(path)


def test_leading_comment_ends_at_the_first_setting(tmp_path: Path) -> None:
    """The description of a preset is the comment block at its head, `is not set` lines not included."""
    path = tmp_path / "config"
    path.write_text("# one\n# two\n# CONFIG_A is not set\n# three\n", encoding="utf-8")
    assert leading_comment(path) == "# one\n# two\n"


@given(text=st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"])))
def test_any_text_survives_writing_and_reading(tmp_path_factory: pytest.TempPathFactory, root: Path, text: str) -> None:
    """A string of any characters but line breaks and NUL comes back as it was."""
    configuration = Configuration.load(root / "Kconfig")
    configuration.set("HOSTNAME", text)
    path = tmp_path_factory.mktemp("config") / "config"
    configuration.write(path)
    assert Configuration.load(root / "Kconfig", path).get("HOSTNAME") == text


@given(data=st.binary(max_size=200))
def test_garbage_is_an_error_or_nothing(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Bytes at random are read or refused, and never make the reader fail in another way."""
    path = tmp_path_factory.mktemp("config") / "config"
    path.write_bytes(data)
    try:
        assignments = read_assignments(path)
    except UsageError as problem:
        assert problem.location is not None  # noqa: PT017 - either outcome is right
    else:
        assert all(isinstance(one, Assignment) for one in assignments)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"CONFIG_A=y\n" * 1_000_000, "has more than 100,000 lines: that is no configuration"),
        (b"garbage\n" * 1_000_000, "has more than 100,000 lines: that is no configuration"),
        (bytes(range(1, 256)) * 400_000, "is larger than 16 MiB: that is no configuration"),
        (b"\n" * 50_000 + b"\0", "holds a NUL byte: that is no text file"),
        (b"x" * 10_000_000, "not a line of a configuration: 'xxxxx"),
    ],
    ids=["million-lines", "million-of-garbage", "100-MB", "late-NUL", "one-long-line"],
)
def test_what_is_far_too_large_is_refused_quickly(tmp_path: Path, content: bytes, message: str) -> None:
    """Whatever somebody takes for a configuration, it is refused within a second."""
    path = tmp_path / "config"
    path.write_bytes(content)
    started = time.monotonic()
    with pytest.raises(UsageError, match=message):
        read_assignments(path)
    assert time.monotonic() - started < 1


def test_a_pipe_with_a_writer_is_read_to_its_end(tmp_path: Path) -> None:
    """A pipe that somebody writes to is a file like others, however slowly it comes."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    holder = os.open(pipe, os.O_RDWR)  # so that the reader finds a writer

    def write() -> None:
        with pipe.open("w", encoding="utf-8") as stream:
            os.close(holder)
            for part in ("CONFIG_A=y\nCONF", "IG_B=n\n"):
                time.sleep(0.05)
                stream.write(part)
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    assert [(one.name, one.value) for one in read_assignments(pipe)] == [("A", "y"), ("B", "n")]
    writer.join()
