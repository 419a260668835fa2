"""Links, commands and paths in the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from configurator.cli.main import load_verb, verb_names, verb_parser
from configurator.errors import UsageError

from .markdown import ROOT, Document, documents

DOCUMENTS = [Document.read(path) for path in documents()]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.path.relative_to(ROOT)))

# What a path in the repository begins with, and what a build or a test makes.
FOLDERS = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
MADE = ("build/", "dist/", "drivers/lpt", "drivers/NAME", "kernel/NAME", "tests/boot/programs/NAME")
REJECTED = ("drivers/Kconfig",)  # a decision says why it is not there


@EACH
def test_links_resolve(document: Document) -> None:
    """A link leads to a file of the repository and to a heading in it, or to another site."""
    assert [target for target in document.links() if not _resolves(document.path, target)] == []


def _resolves(source: Path, target: str) -> bool:
    if target.startswith("https://"):
        return True
    name, _, anchor = target.partition("#")
    path = (source.parent / name).resolve() if name else source
    if not path.is_file() and not (path.is_dir() and name.endswith("/")):
        return False
    return not anchor or anchor in Document.read(path).anchors()


def test_a_broken_link_is_seen() -> None:
    """Neither a missing file nor a missing heading passes."""
    readme = ROOT / "README.md"
    assert _resolves(readme, "docs/architecture.md#boot")
    assert not _resolves(readme, "docs/architecture.md#no-such-heading")
    assert not _resolves(readme, "docs/no-such-file.md")


@EACH
def test_paths_exist(document: Document) -> None:
    """A path in backquotes that begins with a folder of the repository is there."""
    paths = [text for text in document.code() if text.startswith(FOLDERS) and re.fullmatch(r"[\w./*-]+", text)]
    sought = [text for text in paths if not text.startswith(MADE) and text not in REJECTED]
    wrong = [text for text in sought if not [*ROOT.glob(text.rstrip("/"))]]
    assert wrong == []


@EACH
def test_commands_exist(document: Document) -> None:
    """Commands in shell blocks and in the prose are targets of make and verbs of eggcup, with options they know.

    In the prose a command may be cut short: `eggcup run --mem` there needs no number.
    """
    quoted = [text.split() for text in document.code() if re.match(r"(make|eggcup) [a-z-]", text)]
    faults = [_fault(words) for words in document.commands()]
    faults += [_fault(words, short=True) for words in quoted]
    assert [fault for fault in faults if fault] == []


def _fault(words: list[str], *, short: bool = False) -> str | None:
    """Return what is wrong with a command, None for a right one and for programs that are not ours."""
    program, arguments = Path(words[0]).name, words[1:]
    if program == "make":
        unknown = {word.partition("=")[0] for word in arguments} - make_names()
        return f"make has no target or variable {sorted(unknown)}" if unknown else None
    if program == "eggcup":
        return _eggcup_fault(arguments, short=short)
    if words[0].startswith("scripts/") and not (ROOT / words[0]).is_file():
        return f"there is no {words[0]}"
    return None


def _eggcup_fault(arguments: list[str], *, short: bool) -> str | None:
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        parser = verb_parser(own[0], load_verb(own[0]))
        if short:
            known = re.findall(r"--?[\w-]+", parser.format_help())
            unknown = [word for word in own[1:] if word.startswith("-") and word not in known]
            return f"eggcup {own[0]} has no option {unknown}" if unknown else None
        parser.parse_args(own[1:])
    except UsageError as problem:
        return f"eggcup {' '.join(arguments)}: {problem.message}"
    return None


def make_names() -> set[str]:
    """Return the targets and the variables of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z0-9.-]+):", text, re.MULTILINE)
    return {*targets, *re.findall(r"^([A-Z]+) \?=", text, re.MULTILINE)}


@pytest.mark.parametrize(
    "command",
    [
        "make menuconfg",
        "make bench BENCH_ARGS=x",
        "eggcup olddefcnfig",
        "eggcup run --machin pc",
        "scripts/no-such-script",
    ],
)
@pytest.mark.parametrize("short", [False, True])
def test_a_wrong_command_is_seen(command: str, *, short: bool) -> None:
    """A misspelt target, verb, option or script does not pass."""
    assert _fault(command.split(), short=short)


def test_the_readme_lists_every_command() -> None:
    """The table of the README has each verb, and no other."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `eggcup ([a-z-]+)` \|", text, re.MULTILINE)) == verb_names()


def test_every_decision_is_listed() -> None:
    """The index of docs/adr/ has every file, and the numbers are without gaps."""
    folder = ROOT / "docs" / "adr"
    files = sorted(path.name for path in folder.glob("0*.md"))
    assert Document.read(folder / "README.md").links() == files
    assert [int(name[:4]) for name in files] == [*range(1, len(files) + 1)]
    for name in files:
        assert (folder / name).read_text(encoding="utf-8").startswith(f"# {int(name[:4])}. ")
