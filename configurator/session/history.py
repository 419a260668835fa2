"""The steps that were made and can be undone, without limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.session.changes import Step

if TYPE_CHECKING:
    from configurator.model.configuration import State
    from configurator.model.edits import Setting
    from configurator.session.changes import Change


@dataclass(frozen=True)
class Record:
    """What it takes to undo a step and to do it again.

    Attributes:
        change: what the user was told.
        former: the settings before, of the symbols of which they differ.
        latter: the settings after.
        states: what is known of the files that were read, before and after; None when none was read.
        unknown: the lines of symbols that the tree does not know, before and after.
    """

    change: Change
    former: tuple[Setting, ...]
    latter: tuple[Setting, ...]
    states: tuple[State, State] | None
    unknown: tuple[tuple[str, ...], tuple[str, ...]]


class History:
    """A list of records, those before `position` done, the others undone."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self.position = 0

    def add(self, record: Record) -> None:
        """Append a step that was made; what had been undone is forgotten."""
        del self._records[self.position :]
        self._records.append(record)
        self.position += 1

    def last_done(self) -> Record | None:
        """Return the record that `undo` takes back."""
        return self._records[self.position - 1] if self.position else None

    def first_undone(self) -> Record | None:
        """Return the record that `redo` does again."""
        return self._records[self.position] if self.position < len(self._records) else None

    def steps(self) -> tuple[Step, ...]:
        """Return all steps, the oldest first."""
        return tuple(Step(one.change, number < self.position) for number, one in enumerate(self._records))
