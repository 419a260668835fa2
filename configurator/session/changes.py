"""What a session answers: changes with all that came of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Answer(Enum):
    """What became of a request.

    CHANGED: done, and a step that `undo` takes back. UNCHANGED: it was so already. REFUSED: the symbol cannot have that
    value now; `Session.plans` may know a way. INVALID: no configuration gives the symbol such a value.
    """

    CHANGED = auto()
    UNCHANGED = auto()
    REFUSED = auto()
    INVALID = auto()


@dataclass(frozen=True, slots=True)
class Moved:
    """A symbol whose value has become another one.

    Attributes:
        name: the symbol.
        before: its value before, "" where it had none.
        after: its value now.
        reason: why it followed, such as "selected by VIRTIO_NET"; "" for what was asked for.
        node: its entry in the menu tree, to jump to.
    """

    name: str
    before: str
    after: str
    reason: str
    node: int

    def __str__(self) -> str:
        return f"{self.name} {self.before or '(none)'} -> {self.after or '(none)'}"


@dataclass(frozen=True, slots=True)
class Change:
    """A step: `asked` is what the user wanted, `followed` is every other symbol that moved with it."""

    label: str
    asked: tuple[Moved, ...]
    followed: tuple[Moved, ...]

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Return all that moved."""
        return self.asked + self.followed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request; `note` is what to tell the user, "" where the change says it all."""

    answer: Answer
    change: Change | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A change in the history; `is_done` is False for one that was undone and can be done again."""

    change: Change
    is_done: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A file was written, or is as it was (`written` is False)."""

    path: Path
    written: bool

    def __str__(self) -> str:
        return f"saved to {self.path}" if self.written else f"no change to {self.path}"
