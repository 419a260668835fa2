"""The archive of files that a build puts into the image."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from configurator.build.rootfs import ImageFiles, archive, image_files
from configurator.errors import UsageError
from configurator.model import Configuration
from configurator.source import source_root

if TYPE_CHECKING:
    from pathlib import Path

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.fixture
def go_root(tmp_path: Path) -> Path:
    """Return a folder of Go with two time zones."""
    root = tmp_path / "go"
    (root / "lib" / "time").mkdir(parents=True)
    with zipfile.ZipFile(root / "lib" / "time" / "zoneinfo.zip", "w") as zones:
        zones.writestr("Europe/Berlin", b"TZif Berlin")
        zones.writestr("UTC", b"TZif UTC")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with every kind of file that an image can have."""
    top = tmp_path / "rootfs"
    (top / "etc").mkdir(parents=True)
    (top / "empty").mkdir()
    (top / "etc" / "motd").write_bytes(b"hello")
    (top / "etc" / "motd").chmod(0o640)
    (top / "same").write_bytes(b"hello")
    (top / "link").symlink_to("etc/motd")
    os.utime(top / "etc" / "motd", ns=(0, 1_500_000_000_000_000_007))
    return top


def read(data: bytes, offset: int | None = None, path: str = "") -> dict[str, tuple[int, int, bytes | None]]:
    """Return the files of an archive by path: mode, time and content, None for a directory."""
    if offset is None:
        magic, offset = struct.unpack_from("<8sQ", data)
        assert magic == b"eggroot1"
    (count,) = struct.unpack_from("<I", data, offset)
    found: dict[str, tuple[int, int, bytes | None]] = {}
    at = offset + 8
    for _ in range(count):
        assert at % 8 == 0
        mode, length, mtime, start, size = struct.unpack_from("<IIqQQ", data, at)
        name = path + "/" + os.fsdecode(data[at + 32 : at + 32 + length])
        at += (32 + length + 7) // 8 * 8
        is_directory = stat.S_ISDIR(mode)
        found[name] = (mode, mtime, None if is_directory else data[start : start + size])
        if is_directory:
            found |= read(data, start, name)
    return found


def made(files: ImageFiles, go_root: Path) -> dict[str, tuple[int, int, bytes | None]]:
    """Return what the archive of `files` holds."""
    data = archive(files, go_root)
    assert data is not None
    return read(data)


def test_nothing_to_put_into_the_image(go_root: Path) -> None:
    """Without settings there is no archive, and UTC needs no file."""
    assert archive(ImageFiles(None, None, "UTC"), go_root) is None
    assert archive(ImageFiles(None, None, ""), go_root) is None


def test_a_folder(folder: Path, go_root: Path) -> None:
    """Modes, times, links and contents are those of the folder."""
    found = made(ImageFiles(folder, None, "UTC"), go_root)
    assert sorted(found) == ["/empty", "/etc", "/etc/motd", "/link", "/same"]
    assert found["/etc/motd"] == (stat.S_IFREG | 0o640, 1_500_000_000_000_000_007, b"hello")
    assert found["/link"][0] == stat.S_IFLNK | 0o777
    assert found["/link"][2] == b"etc/motd"
    assert stat.S_ISDIR(found["/empty"][0])


def test_equal_contents_are_stored_once(folder: Path, go_root: Path) -> None:
    """Two files with the same bytes share them."""
    data = archive(ImageFiles(folder, None, "UTC"), go_root)
    assert data is not None
    assert data.count(b"hello") == 1


def test_builds_can_be_repeated(folder: Path, go_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is newer than SOURCE_DATE_EPOCH; older ones keep their time."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    times = {path: mtime for path, (_, mtime, _) in made(ImageFiles(folder, None, "UTC"), go_root).items()}
    assert times["/same"] == 1_600_000_000 * 10**9
    assert times["/etc/motd"] == 1_500_000_000_000_000_007


def test_certificates_and_time_zone(folder: Path, go_root: Path, tmp_path: Path) -> None:
    """They go where Go looks for them."""
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(_CERTIFICATE)
    found = made(ImageFiles(folder, bundle, "Europe/Berlin"), go_root)
    assert found["/etc/ssl/certs/ca-certificates.crt"][2] == _CERTIFICATE
    assert found["/usr/share/zoneinfo/Europe/Berlin"][2] == b"TZif Berlin"
    assert found["/etc/localtime"][2] == b"/usr/share/zoneinfo/Europe/Berlin"
    assert found["/etc/motd"][2] == b"hello"


def test_the_users_files_come_first(folder: Path, go_root: Path) -> None:
    """What the folder has already is not replaced."""
    (folder / "etc" / "localtime").write_bytes(b"the user's")
    found = made(ImageFiles(folder, None, "Europe/Berlin"), go_root)
    assert found["/etc/localtime"][2] == b"the user's"


def test_what_is_refused(folder: Path, go_root: Path, tmp_path: Path) -> None:
    """Every mistake is said with the place, or with what to try."""
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"no certificate")
    os.mkfifo(folder / "fifo")
    cases = [
        (ImageFiles(tmp_path / "missing", None, ""), "no such folder"),
        (ImageFiles(empty, None, ""), "not a folder"),
        (ImageFiles(folder, None, ""), "cannot be in an image"),
        (ImageFiles(None, tmp_path / "missing.pem", ""), "CA_BUNDLE: No such file"),
        (ImageFiles(None, empty, ""), "CA_BUNDLE: there is no certificate"),
        (ImageFiles(None, None, "Europe/Berlim"), "no time zone Europe/Berlim"),
    ]
    for files, message in cases:
        with pytest.raises(UsageError, match=message):
            archive(files, go_root)
    with pytest.raises(UsageError) as caught:
        archive(ImageFiles(None, None, "Europe/Berlim"), go_root)
    assert caught.value.hints == ("eggcup set TIMEZONE=Europe/Berlin",)


def test_paths_count_from_the_configuration(tmp_path: Path) -> None:
    """A relative path is relative to the folder of the .config, an absolute one stays."""
    config = tmp_path / ".config"
    config.write_text('CONFIG_VFS=y\nCONFIG_ROOTFS_DIR="files"\nCONFIG_CA_BUNDLE="/etc/ca.pem"\n', encoding="utf-8")
    files = image_files(Configuration.load(source_root() / "Kconfig", config))
    assert files is not None
    assert files.folder == tmp_path / "files"
    assert str(files.ca_bundle) == "/etc/ca.pem"
    assert files.timezone == "UTC"


def test_without_files(tmp_path: Path) -> None:
    """A configuration without the unit VFS puts nothing into the image."""
    config = tmp_path / ".config"
    config.write_text("# CONFIG_VFS is not set\n", encoding="utf-8")
    assert image_files(Configuration.load(source_root() / "Kconfig", config)) is None


def test_mirrored_paths(go_root: Path, folder: Path) -> None:
    """Files, links and folders come under their own names; of a folder only itself, with its permissions."""
    paths = (folder / "etc" / "motd", folder / "link", folder / "empty")
    found = made(ImageFiles(None, None, "", mirrored=paths), go_root)
    assert found[str(folder / "etc" / "motd")] == (stat.S_IFREG | 0o640, 1_500_000_000_000_000_007, b"hello")
    assert found[str(folder / "link")][2] == b"etc/motd"
    assert stat.S_ISDIR(found[str(folder / "empty")][0])
    assert str(folder / "same") not in found


def test_mirrored_path_that_is_not_there(go_root: Path, tmp_path: Path) -> None:
    """The message has the path."""
    with pytest.raises(UsageError, match="gone"):
        archive(ImageFiles(None, None, "", mirrored=(tmp_path / "gone",)), go_root)
