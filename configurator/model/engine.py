"""Loads a Kconfig tree with kconfiglib and translates its complaints."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import kconfiglib

from configurator.errors import Location, UsageError
from configurator.model.commands import Commands
from configurator.model.places import shown
from configurator.model.tree import Tree
from configurator.model.views import TreeWarning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from configurator.model.commands import Trust

# Not compiled before there is a complaint to look at.
_AT = r"(?s)^\s*(?P<path>[^\s:][^:\n]*):(?P<line>[0-9]+): (?:error: |warning: )?(?P<rest>.*)"
_DEFINED_AT = r"\(defined at (?P<path>[^:()\n]+):(?P<line>[0-9]+)"
_LOOP_MEMBER = r"(?m)^(?:\.\.\.depends (?:again )?on |\.\.\.)?(?P<name>\S+) \(defined at"
_UNMET_SELECT = " has direct dependencies "

# What would change kconfiglib's behaviour behind the user's back, with what stands in for it: `srctree` is given per
# tree, and a Python module `kconfigfunctions` that happens to lie in the path must not be run.
_ENVIRONMENT = {
    "CONFIG_": None,
    "KCONFIG_CONFIG_HEADER": None,
    "KCONFIG_FUNCTIONS": "configurator.no_kconfig_functions",
    "KCONFIG_STRICT": None,
    "KCONFIG_WARN_UNDEF": None,
    "KCONFIG_WARN_UNDEF_ASSIGN": None,
}


def load_tree(kconfig: Path, root: Path, trust: Trust) -> Tree:
    """Parse the tree below the file `kconfig`; paths inside it are relative to the folder `root`.

    Raises:
        UsageError: a file is missing or is not Kconfig, or it runs commands that `trust` does not allow; the message
            names file and line.
    """
    _check_version()
    name = str(kconfig.relative_to(root) if kconfig.is_relative_to(root) else kconfig)
    place = shown(root, name)
    if not kconfig.is_file():
        state = "is a folder, not a Kconfig file" if kconfig.is_dir() else "there is no such Kconfig file"
        raise UsageError(state, location=place, hints=["give the root file with --kconfig FILE"])
    commands = Commands(trust)
    while True:
        told = io.StringIO()
        try:
            with redirect_stdout(told):  # what $(info) says is said once
                tree = _read(name, root, commands)
        except UsageError:
            if not commands.refused:  # else it may be for want of what they print
                raise
        if not commands.refused:
            if told.getvalue():
                sys.stdout.write(told.getvalue())
            return tree
        commands.approve()


def _read(name: str, root: Path, commands: Commands) -> Tree:
    place = shown(root, name)
    try:
        with _environment(srctree=str(root)):
            return Tree(name, commands, warn_to_stderr=False)
    except kconfiglib.KconfigError as problem:
        raise _translated(str(problem), root) from None
    except OSError as problem:
        raise _translated(str(problem), root) from None
    except RecursionError:
        raise UsageError("the Kconfig tree is nested too deeply", location=place) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, kconfiglib.InternalError) as problem:
        # The parser answers some nonsense with an exception of its own making; it is still the file that is wrong.
        raise UsageError(f"this cannot be read as Kconfig ({problem})", location=place) from problem


def tree_warnings(tree: kconfiglib.Kconfig) -> list[TreeWarning]:
    """Return kconfiglib's warnings and the undefined symbols, each with its place.

    Every symbol is evaluated first, since kconfiglib notices a default that is out of range only then. A `select` past
    a dependency is left out: it depends on the values, and `findings.unmet_selects` has it.
    """
    for symbol in tree.unique_defined_syms:
        symbol.str_value  # noqa: B018 - evaluates
    found = [_warning(text) for text in tree.warnings if _UNMET_SELECT not in text]
    undefined = {name for name, symbol in tree.syms.items() if not symbol.nodes and not _is_number(name)} - {"MODULES"}
    if undefined:
        for node in tree.node_iter():
            symbols = (item for item in node.referenced if isinstance(item, kconfiglib.Symbol) and not item.is_constant)
            place = Location(node.filename, node.linenr)
            names = sorted({symbol.name for symbol in symbols} & undefined)
            found.extend(TreeWarning(f"undefined symbol {name}", place) for name in names)
    return list(dict.fromkeys(found))


def evaluate(tree: kconfiglib.Kconfig, expression: str) -> str:
    """Return the value of an expression: y, m or n.

    Raises:
        UsageError: it is no expression.
    """
    try:
        return {0: "n", 1: "m", 2: "y"}[tree.eval_string(re.sub(r"\bCONFIG_(?=\w)", "", expression))]
    except kconfiglib.KconfigError as problem:
        reason = _one_line(str(problem)).partition("': ")[2] or "it is incomplete"
        hints = ["UART && !VGA", 'NR_CPUS > 1 || HOSTNAME = "web1"']
        raise UsageError(f"not a Kconfig expression: {expression!r}: {reason}", hints=hints) from None


def _check_version() -> None:
    """Refuse the other package of the same name, which esp-idf-kconfig installs over kconfiglib."""
    version = getattr(kconfiglib, "VERSION", None)
    if not version or version[0] != 14:  # noqa: PLR2004 - the major version this was written for
        raise UsageError(
            f"the installed kconfiglib is not version 14 but {version or 'another package of that name'}",
            hints=["pip install --force-reinstall 'kconfiglib>=14.1,<15'", "use a virtual environment for eggcup"],
        )


@contextmanager
def _environment(**also: str) -> Iterator[None]:
    """Give kconfiglib a known environment while it loads; Kconfig's own `$(NAME)` still sees the rest of the user's."""
    wanted: dict[str, str | None] = {**_ENVIRONMENT, **also}
    saved = {name: os.environ.get(name) for name in wanted}
    _set_environment(wanted)
    try:
        yield
    finally:
        _set_environment(saved)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _translated(text: str, root: Path) -> UsageError:
    """Turn the text of kconfiglib's exception into a one-line message with a place."""
    if "Dependency loop" in text:
        names = list(dict.fromkeys(re.findall(_LOOP_MEMBER, text)))
        place = re.search(_DEFINED_AT, text)
        message = f"the symbols depend on each other in a circle: {' -> '.join([*names, *names[:1]])}"
        return UsageError(message, location=_place(place, root))
    match = re.match(_AT, text)
    if match:
        return UsageError(_one_line(match["rest"]), location=_place(match, root))
    defined = _place(re.search(_DEFINED_AT, text), root)
    named = re.search(r"(?:in|of) '(?P<path>[^']+)'", text)
    location = defined or shown(root, named["path"] if named else "Kconfig")
    return UsageError(_one_line(text).removeprefix("error: "), location=location)


def _place(match: re.Match[str] | None, root: Path) -> Location | None:
    return shown(root, match["path"], int(match["line"])) if match else None


def _one_line(text: str) -> str:
    """Fold a message into one line, without kconfiglib's advice on variables that eggcup sets itself."""
    return " ".join(text.partition(" Check that environment variables")[0].split()).removesuffix(".")


def _warning(text: str) -> TreeWarning:
    match = re.match(_AT, text)
    if match:
        return TreeWarning(_one_line(match["rest"]), Location(match["path"], int(match["line"])))
    defined = re.search(_DEFINED_AT, text)
    location = Location(defined["path"], int(defined["line"])) if defined else None
    return TreeWarning(_one_line(text).removeprefix("warning: "), location)


def _is_number(name: str) -> bool:
    """Return whether kconfiglib's nameless way of holding constants explains an undefined symbol."""
    return re.fullmatch(r"-?[0-9]+|0[xX][0-9a-fA-F]+", name) is not None
