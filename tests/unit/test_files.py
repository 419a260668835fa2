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


def test_the_former_content_keeps_its_mode(tmp_path: Path) -> None:
    """What was private stays so as `.old`, also when there was another `.old` before."""
    path = tmp_path / "file"
    path.write_text("secret", encoding="utf-8")
    path.chmod(0o600)
    old = tmp_path / "file.old"
    old.write_text("older", encoding="utf-8")
    write_if_changed(path, "new", keep_old=True)
    assert (old.read_text(encoding="utf-8"), old.stat().st_mode & 0o777) == ("secret", 0o600)


def test_a_folder_in_the_place_of_old_is_named(tmp_path: Path) -> None:
    """When the former content cannot be kept, nothing is written, and the message names the file that is in the way."""
    path = tmp_path / "file"
    path.write_text("former", encoding="utf-8")
    (tmp_path / "file.old").mkdir()
    with pytest.raises(UsageError) as caught:
        write_if_changed(path, "new", keep_old=True)
    assert str(caught.value) == f"{path}.old: cannot write the file: Is a directory"
    assert path.read_text(encoding="utf-8") == "former"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "file.old"]


def test_a_link_in_the_place_of_old_is_replaced(tmp_path: Path) -> None:
    """The former content does not go where a link of that name leads."""
    path, victim = tmp_path / "file", tmp_path / "victim"
    path.write_text("former", encoding="utf-8")
    victim.write_text("untouched", encoding="utf-8")
    (tmp_path / "file.old").symlink_to(victim)
    write_if_changed(path, "new", keep_old=True)
    assert victim.read_text(encoding="utf-8") == "untouched"
    assert (tmp_path / "file.old").read_text(encoding="utf-8") == "former"


def test_a_link_to_nothing_gets_its_target(tmp_path: Path) -> None:
    """A link whose target is missing stays, and the target is made."""
    link = tmp_path / "link"
    link.symlink_to("target")
    assert write_if_changed(link, "text", keep_old=True)
    assert link.is_symlink()
    assert (tmp_path / "target").read_text(encoding="utf-8") == "text"


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between writing and renaming takes everything back."""
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_if_changed(path, "new", keep_old=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    """Root, who changes another's file, leaves it to him, and the former content too."""
    path = tmp_path / "file"
    path.write_text("former", encoding="utf-8")
    os.chown(path, 12345, 54321)
    write_if_changed(path, "new", keep_old=True)
    for one in (path, tmp_path / "file.old"):
        assert (one.stat().st_uid, one.stat().st_gid) == (12345, 54321)
