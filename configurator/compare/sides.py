"""What is compared: files, presets, the defaults, a git revision with its own Kconfig tree."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError
from configurator.generate.order import unit_sequence
from configurator.model import NOBODY, ConfigFile, Configuration, Trust, read_file
from configurator.source import find_preset, presets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DEFAULTS = "defaults"
_GIT = "git:"


@dataclass(frozen=True)
class Place:
    """Where to look: the root Kconfig file, $srctree if it is set, and the .config that stands in for a path.

    `trust` says who allows the commands that the tree runs.
    """

    kconfig: Path
    srctree: Path | None
    config: Path
    trust: Trust = NOBODY

    @property
    def root(self) -> Path:
        """Return the folder of the tree."""
        return self.srctree or self.kconfig.parent


@dataclass(frozen=True)
class Side:
    """A configuration as it stood when it was read; its tree may have gone on to another one since.

    Attributes:
        name: what the user called it.
        configuration: the tree, whose values may be those of the other side.
        values: the value of each symbol.
        minimal: of those that differ from their defaults, the values that were set.
        written: the lines of the .config, by symbol.
        units: the enabled units in the order in which they start; None when the tree has none, or no order.
        is_temporary: the tree was taken from git and is gone soon, so that its place tells nobody anything.
    """

    name: str
    configuration: Configuration
    values: dict[str, str]
    minimal: dict[str, str]
    written: dict[str, str]
    units: tuple[str, ...] | None
    is_temporary: bool


@contextmanager
def open_sides(names: Sequence[str], place: Place, report: Callable[[Configuration], None]) -> Iterator[list[Side]]:
    """Read what each of `names` stands for; a tree taken from git is there for the length of the block.

    A name is that of a preset, a file, ``defaults``, or ``git:REV[:PATH]``. Of a revision, the Kconfig tree is taken
    too when it lies in the same repository, so that changed defaults show. `report` is called with each configuration
    that was read, to tell its findings.

    Raises:
        UsageError: there is no such thing, or it is no configuration.
    """
    with ExitStack() as stack:
        shared = _Trees(place, stack, report)
        yield [_side(name, shared) for name in names]


class _Trees:
    """Parses each tree once; sides that share one are read one after the other."""

    def __init__(self, place: Place, stack: ExitStack, report: Callable[[Configuration], None]) -> None:
        self.place = place
        self.stack = stack
        self.report = report
        self._own: Configuration | None = None

    def own(self) -> Configuration:
        if self._own is None:
            self._own = Configuration.load(self.place.kconfig, srctree=self.place.srctree, trust=self.place.trust)
        return self._own

    def is_own(self, configuration: Configuration) -> bool:
        return configuration is self._own

    def folder(self) -> Path:
        import tempfile

        return Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="eggcup-")))


def _side(name: str, trees: _Trees) -> Side:
    if name == DEFAULTS:
        return _read(name, trees.own(), [], trees)
    if name.startswith(_GIT):
        return _from_git(name, trees)
    return _read(name, trees.own(), [find_file(name, trees.place)], trees)


def find_file(name: str, place: Place) -> Path:
    """Return the file that `name` means: that of a preset goes first, as ./NAME is the way to a file.

    Raises:
        UsageError: there is no preset and no file of that name.
    """
    known = presets(place.root)
    if name in known:
        return known[name]
    path = Path(name)
    if "/" in name or path.exists() or path == place.config:
        return path  # what is wrong with it, reading it says
    try:
        return find_preset(name, known)
    except UsageError as problem:
        hints = [*(hint.removeprefix("eggcup defconfig ") for hint in problem.hints), DEFAULTS, f"./{name}"]
        raise UsageError(f"there is no file and no preset {name!r}", hints=hints) from None


def _read(name: str, configuration: Configuration, files: Sequence[Path | ConfigFile], trees: _Trees) -> Side:
    configuration.read(*files)
    trees.report(configuration)
    return Side(
        name=name,
        configuration=configuration,
        values=configuration.values(),
        minimal=configuration.minimal_values(),
        written=configuration.written_lines(),
        units=_units(configuration),
        is_temporary=not trees.is_own(configuration),
    )


def _units(configuration: Configuration) -> tuple[str, ...] | None:
    """Return the order of the units; a tree of other people has none, and its folders need not follow our rules."""
    try:
        return tuple(unit_sequence(configuration)) or None
    except UsageError:
        return None


def _from_git(name: str, trees: _Trees) -> Side:
    revision, _, path = name.removeprefix(_GIT).partition(":")
    wanted = Path(path) if path else trees.place.config
    if not revision or revision.startswith("-"):  # git would take it for an option
        raise UsageError(f"{name!r} names no revision", hints=["git:HEAD", "git:main:configs/qemu"])
    at_root = presets(trees.place.root).get(path)
    here = Path.cwd() if at_root is None or wanted.exists() else trees.place.root
    file = at_root if at_root is not None and not wanted.exists() else wanted
    folder = trees.folder()
    copy = folder / "configuration"
    copy.write_bytes(_git(["show", f"{revision}:./{_relative(file, here)}"], here, name))
    content = read_file(copy, shown_as=f"{revision}:{path or file}")
    return _read(name, _tree_of_revision(revision, trees, folder) or trees.own(), [content], trees)


def _relative(file: Path, here: Path) -> str:
    import os

    return os.path.relpath(here / file, here)  # with .. where need be, which git understands


def _tree_of_revision(revision: str, trees: _Trees, folder: Path) -> Configuration | None:
    """Return the Kconfig tree at a revision, None when the tree in use does not lie in the repository."""
    root = trees.place.root.absolute()
    try:
        prefix = _git(["rev-parse", "--show-prefix"], root, revision).decode().strip()
        here = _git(["rev-parse", "--show-toplevel"], Path.cwd(), revision)
        if _git(["rev-parse", "--show-toplevel"], root, revision) != here:
            return None
        listed = _git(["ls-tree", "-r", "-z", "--name-only", revision, "./"], root, revision).decode().split("\0")
    except UsageError:
        return None
    wanted = [path for path in listed if path.rpartition("/")[2].startswith("Kconfig")]
    if not trees.place.kconfig.absolute().is_relative_to(root) or not wanted:
        return None
    tree = folder / "tree"
    archive = _git(["archive", "--format=tar", f"{revision}:{prefix}".removesuffix("/"), "--", *wanted], root, revision)
    _unpack(archive, tree)
    kconfig = tree / trees.place.kconfig.absolute().relative_to(root)
    return Configuration.load(kconfig, srctree=tree if trees.place.srctree else None, trust=trees.place.trust)


def _unpack(archive: bytes, folder: Path) -> None:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _git(arguments: list[str], folder: Path, what: str) -> bytes:
    """Return what git prints.

    Raises:
        UsageError: there is no git, no repository, no such revision or path.
    """
    import subprocess  # here, as tempfile above: most comparisons do without git, and start-up time is a promise

    try:
        ended = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607 - the user's git
    except FileNotFoundError:
        raise UsageError("there is no git in PATH", location=Location(what)) from None
    if ended.returncode:
        message = ended.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        reason = message[0].removeprefix("fatal: ")
        raise UsageError(f"git cannot give {what}: {reason}", hints=["git:REV:PATH, such as git:HEAD:configs/qemu"])
    return ended.stdout
