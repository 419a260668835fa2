"""The commands: their words, what they take, and what `help` says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.plain.editor import Editor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ASSIGNMENT = re.compile(r"(?P<what>\w+)\s*=\s*(?P<value>.*)")


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        word: what is typed; a beginning that fits no other command will do.
        takes: its arguments, as the help shows them; those in brackets may be left out, the last one takes the rest.
        run: what it does, None for what the dialogue itself does.
    """

    word: str
    takes: tuple[str, ...]
    run: Callable[..., Iterator[str]] | None
    help: str = ""

    @property
    def usage(self) -> str:
        """Return how it is typed."""
        return " ".join((self.word, *self.takes))

    @property
    def description(self) -> str:
        """Return what the help says."""
        return " ".join((self.help or (self.run.__doc__ if self.run else "") or "").split())

    def arguments(self, rest: str) -> list[str]:
        """Split what follows the word.

        Raises:
            UsageError: there is too little or too much.
        """
        found = rest.split(maxsplit=max(len(self.takes) - 1, 0)) if self.takes else rest.split()
        least = sum(not one.startswith("[") for one in self.takes)
        if not least <= len(found) <= len(self.takes):
            raise UsageError(f"{self.word} is used so: {self.usage}")
        return found


COMMANDS = (
    Command("list", (), Editor.read),
    Command("back", (), Editor.back),
    Command("top", (), Editor.top),
    Command("go", ("ENTRY",), Editor.go),
    Command("set", ("ENTRY", "VALUE"), Editor.set),
    Command("info", ("ENTRY",), Editor.info),
    Command("why", ("ENTRY",), Editor.why),
    Command("fix", ("ENTRY", "[VALUE]"), Editor.fix),
    Command("apply", ("NUMBER",), Editor.apply),
    Command("search", ("WORDS",), Editor.search),
    Command("changes", ("[OTHER]",), Editor.changes),
    Command("undo", (), Editor.undo),
    Command("redo", (), Editor.redo),
    Command("history", (), Editor.history),
    Command("reset", ("ENTRY",), Editor.reset),
    Command("presets", (), Editor.presets),
    Command("preset", ("NAME",), Editor.preset),
    Command("keep", ("NAME", "[TEXT]"), Editor.keep),
    Command("order", (), Editor.order),
    Command("hidden", (), Editor.hidden),
    Command("unknown", (), Editor.unknown),
    Command("drop", ("NAME",), Editor.drop),
    Command("load", ("FILE",), Editor.load),
    Command("save", ("[FILE]",), None, "Write the file; with another name, that one from now on."),
    Command("minimal", ("FILE",), Editor.minimal),
    Command("help", ("[COMMAND]",), None, "Say what the commands do."),
    Command("quit", (), None, "End; asks whether to save if something changed."),
)

INTRODUCTION = (
    "A number alone opens the menu of that number, or changes the entry: yes and no in turn.",
    "ENTRY is a number of the list that was read last, or the name of a symbol.",
    "NAME=VALUE is short for set. A command may be shortened as long as it is clear.",
)


def understand(line: str) -> tuple[Command, list[str]]:
    """Return the command that a line means, and its arguments.

    Raises:
        UsageError: it means none, or several.
    """
    line = line.strip()
    if line.isdecimal():
        return Command("", ("NUMBER",), Editor.choose), [line]
    assignment = _ASSIGNMENT.fullmatch(line)
    if assignment:
        return find("set"), [assignment["what"], assignment["value"]]
    word, _, rest = line.partition(" ")
    command = find({"?": "help", "/": "search", "q": "quit"}.get(word, word) or "list")
    return command, command.arguments(rest)


def find(word: str) -> Command:
    """Return the command of a word, or of its beginning.

    Raises:
        UsageError: there is none, or there are several.
    """
    word = word.lower()
    found = [one for one in COMMANDS if one.word == word] or [one for one in COMMANDS if one.word.startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{word} may mean {' or '.join(one.word for one in found)}")
    raise UsageError(f"there is no command {word[:40]!r}", hints=["help"])


def explain(word: str = "") -> Iterator[str]:
    """Say what all commands do, or one.

    Raises:
        UsageError: there is no such command.
    """
    for one in [find(word)] if word else COMMANDS:
        yield f"{one.usage}: {one.description}"
    if not word:
        yield from INTRODUCTION
