"""The zz_init.go in the user's package: written, told apart from one that the user has edited, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import Location, StaleError, UsageError
from configurator.files import write_if_changed
from configurator.generate.goscan import scan_package
from configurator.generate.render import BODY_STAMP, CONFIG_STAMP, body_hash

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "zz_init.go"
_CONFIG = re.compile(rf"^{re.escape(CONFIG_STAMP)}(?P<digest>[0-9a-f]{{64}})$", re.MULTILINE)
_BODY = re.compile(rf"^{re.escape(BODY_STAMP)}(?P<digest>[0-9a-f]{{64}})\n\n?", re.MULTILINE)


@dataclass(frozen=True)
class InitFile:
    """A zz_init.go as found: its text, the digest of the configuration it was made from, whether it was edited.

    A file without stamps is the user's own and counts as edited; `digest` is None then.
    """

    path: Path
    text: str
    digest: str | None
    edited: bool


def read_init_file(path: Path) -> InitFile | None:
    """Return the zz_init.go at `path`, None when there is none.

    Raises:
        UsageError: something else is there, or it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise UsageError("is a folder, not a file", location=Location(str(path))) from None
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8 text", location=Location(str(path))) from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise UsageError(f"cannot read the file: {reason}", location=Location(str(path))) from problem
    text = text.replace("\r\n", "\n")  # git may have checked it out with Windows' line ends
    config, body = _CONFIG.search(text), _BODY.search(text)
    edited = body is None or body["digest"] != body_hash(text[body.end() :])
    return InitFile(path, text, config["digest"] if config else None, edited)


def write_init_file(path: Path, text: str, *, force: bool) -> bool:
    """Write `text` as the user's zz_init.go; return False when it is there already.

    A file that eggcup wrote and nobody edited is refreshed; any other is left alone, unless `force` is given.

    Raises:
        UsageError: the file is the user's, the folder does not exist or holds another package than main.
    """
    present = read_init_file(path)
    if present and present.text != text and present.edited and not force:
        raise UsageError(
            "the file was edited, or was not written by eggcup: it is left as it is",
            location=Location(str(path)),
            hints=["eggcup generate --force overwrites it", f"eggcup generate -o - | diff {path} -"],
        )
    if not path.parent.is_dir():
        raise UsageError("there is no such folder", location=Location(str(path.parent)))
    package = scan_package(path.parent).name
    if package not in (None, "main"):
        raise UsageError(
            f"the Go package here is {package}, and units start from package main",
            location=Location(str(path.parent)),
            hints=[f"eggcup generate -o FOLDER/{FILE_NAME}"],
        )
    return write_if_changed(path, text)


def check_init_file(path: Path, text: str, digest: str) -> None:
    """Compare the user's zz_init.go with `text`, which would be written for the configuration `digest`.

    Of a file that the user has edited, only the stamp can be compared.

    Raises:
        StaleError: the configuration has moved on since the file was written, or there is no file.
    """
    present = read_init_file(path)
    place = Location(str(path))
    if present is None:
        raise StaleError("there is no such file", location=place, hints=["eggcup generate"])
    if present.digest is None:
        raise StaleError(
            "the file says nothing of the configuration it was made from",
            location=place,
            hints=[f"keep the line `{CONFIG_STAMP}...` when editing the file"],
        )
    current = present.digest == digest if present.edited else present.text == text
    if not current:
        hints = ["eggcup generate --force, and make your changes again"] if present.edited else ["eggcup generate"]
        raise StaleError("the configuration has moved on since the file was written", location=place, hints=hints)
