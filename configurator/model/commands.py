"""The commands that a Kconfig tree runs while it is read, by ``$(shell,...)``, and who allows them.

A tree is text from somewhere, and reading it must not be the same as running it. What a command prints may name further
files and further commands, so what a tree runs is not known before it runs: the tree is read without its commands
first, those found are asked about, and with their answers it is read again, until it asks for nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONG = 100


@dataclass(frozen=True)
class Command:
    """A command line for the shell, and the line of a Kconfig file that runs it."""

    text: str
    location: Location


class Approval(Enum):
    """What somebody says of commands that were shown."""

    REFUSED = "refused"
    THESE = "these"
    ALL = "all"


@dataclass(frozen=True)
class Trust:
    """Who may run commands.

    Attributes:
        everything: run all that the tree asks for, as C kconfig does.
        ask: shown the commands that are new, says whether to run them; None where nobody can be asked.
    """

    everything: bool = False
    ask: Callable[[Sequence[Command]], Approval] | None = None


NOBODY = Trust()


@dataclass
class Commands:
    """Runs what is allowed, and keeps what is not.

    What an approved command printed is kept, so that it runs once however often the tree is read.

    Attributes:
        trust: who allows commands.
        refused: what the tree asked for in this reading without being allowed to.
    """

    trust: Trust
    refused: list[Command] = field(default_factory=list)
    _everything: bool = False
    _approved: set[str] = field(default_factory=set)
    _printed: dict[str, str] = field(default_factory=dict)

    def run(self, command: Command, execute: Callable[[], str]) -> str:
        """Return what a command prints, "" for one that is not allowed."""
        if self.trust.everything:
            return execute()
        if not self._everything and command.text not in self._approved:
            self.refused.append(command)
            return ""
        if command.text not in self._printed:
            self._printed[command.text] = execute()
        return self._printed[command.text]

    def approve(self) -> None:
        """Ask for what was refused; after this the tree is to be read again.

        Raises:
            UsageError: nobody allows it.
        """
        wanted = list({command.text: command for command in self.refused}.values())
        self.refused.clear()
        answer = self.trust.ask(wanted) if self.trust.ask else Approval.REFUSED
        if answer is Approval.REFUSED:
            also = f" and {len(wanted) - 1} more" if len(wanted) > 1 else ""
            raise UsageError(
                f"this Kconfig tree runs commands, and nobody has allowed it: {wanted[0].text[:_LONG]}{also}",
                location=wanted[0].location,
                hints=["--trust, if you trust the tree", "EGGCUP_TRUST=FOLDER, for the trees in a folder"],
            )
        self._everything = self._everything or answer is Approval.ALL
        self._approved.update(command.text for command in wanted)

    def granted(self) -> Trust:
        """Return the trust that was given, for reading another state of the tree: nobody is asked again."""

        def known(commands: Sequence[Command]) -> Approval:
            is_known = self._everything or all(command.text in self._approved for command in commands)
            return Approval.THESE if is_known else Approval.REFUSED

        return Trust(self.trust.everything, known)
