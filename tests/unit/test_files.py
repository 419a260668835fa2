"""Atomic writing: nothing half written, nothing touched without need, modes and links kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from configurator.errors import UsageError
from configurator.files import write_if_changed


def test_writes_a_new_file_with_the_usual_mode(tmp_path: Path) -> None:
    """A new file gets the mode that the umask leaves, not that of a temporary file."""
    umask = os.umask(0o027)
    try:
        assert write_if_changed(tmp_path / "file", "text\n")
    finally:
        os.umask(umask)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_keeps_mode_and_line_ends(tmp_path: Path) -> None:
    """An existing file keeps its mode; line ends are written as given."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_if_changed(path, "a\r\nb\n")
    assert path.read_bytes() == b"a\r\nb\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_keeps_a_symbolic_link(tmp_path: Path) -> None:
    """A link stays a link, and its target gets the text."""
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target"
    target.write_text("old", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to(Path("folder") / "target")
    write_if_changed(link, "new", keep_old=True)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert (tmp_path / "link.old").read_text(encoding="utf-8") == "old"


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    """Writing what is there changes neither the file nor its time stamp, and makes no `.old`."""
    path = tmp_path / "file"
    path.write_text("same", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert not write_if_changed(path, "same", keep_old=True)
    assert path.stat().st_mtime_ns == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rename fails, the former file is whole and no temporary file stays."""
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UsageError, match="No space left on device"):
        write_if_changed(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder", "is a folder, not a file"),
        ("pipe", "is not a regular file"),
        ("missing/file", "No such file or directory"),
        ("nul\0byte", "embedded null"),
        ("x" * 300, "File name too long"),
    ],
)
def test_refuses_what_is_no_place_for_a_file(tmp_path: Path, name: str, message: str) -> None:
    """Folders, pipes and impossible names are errors in plain words."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=message):
        write_if_changed(tmp_path / name, "text")
