"""The question before changes are lost."""

from enum import Enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Leave(Enum):
    """How to leave with unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    STAY = "stay"


class LeaveScreen(ModalScreen[Leave]):
    """Asks whether to save before leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "leave('save')", "Save and leave"),
        Binding("n,N", "leave('discard')", "Leave without saving"),
        Binding("escape,c,q", "leave('stay')", "Stay"),
        Binding("right,l", "app.focus_next", "Next button", show=False),
        Binding("left,h", "app.focus_previous", "Previous button", show=False),
    ]

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """Lay out the question above its three answers."""
        with Vertical(classes="dialog"):
            yield Static(f"Save the configuration to {self._path}?", classes="title", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("y  Save", id=Leave.SAVE.value)
                yield Button("n  Discard", id=Leave.DISCARD.value)
                yield Button("Esc  Stay", id=Leave.STAY.value)

    def action_leave(self, answer: str) -> None:
        """Close with the answer."""
        self.dismiss(Leave(answer))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close with the answer of the button that was pressed."""
        self.dismiss(Leave(event.button.id))
