"""The parts of a Markdown document that can be right or wrong: links, headings, commands, paths."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("docs/syscalls.md", "docs/units.md")

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED_FENCE = re.compile(r"^`(?P<name>[^`\n]+)`:\n\n```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
_CODE = re.compile(r"`(?P<text>[^`\n]+)`")


def documents() -> list[Path]:
    """Return the documents of the repository."""
    return [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]


@dataclass(frozen=True)
class Document:
    """A document; `prose` is its text without fenced blocks."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read the file."""
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def prose(self) -> str:
        """Return the text without the fenced blocks."""
        return _FENCE.sub("", self.text)

    def links(self) -> list[str]:
        """Return the targets of links and images."""
        return [match["target"] for match in _LINK.finditer(self.prose)]

    def anchors(self) -> set[str]:
        """Return the anchors of the headings, as GitHub makes them."""
        headings = (match["text"] for match in _HEADING.finditer(self.prose))
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def code(self) -> list[str]:
        """Return what stands between backquotes in the prose."""
        return [match["text"] for match in _CODE.finditer(self.prose)]

    def commands(self) -> list[list[str]]:
        """Return the commands of the blocks for a shell, split into words; a comment ends a line."""
        blocks = (match["text"] for match in _FENCE.finditer(self.text) if match["language"] == "sh")
        return [words for block in blocks for line in block.splitlines() for words in _simple_commands(line)]

    def files(self) -> dict[str, str]:
        """Return the blocks that are files: those after a line with nothing but the name in backquotes and a colon."""
        return {match["name"]: match["text"] for match in _NAMED_FENCE.finditer(self.text)}


def _simple_commands(line: str) -> list[list[str]]:
    """Split a line at the operators of the shell, into commands without their redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    is_target = False
    for word in lexer:
        if set(word) <= set("&|;<>"):
            is_target = word[0] in "<>"
            if not is_target:
                commands.append([])
        elif is_target:
            is_target = False
        else:
            commands[-1].append(word)
    return [words for words in commands if words]
