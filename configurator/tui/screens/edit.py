"""The dialog that edits an int, hex or string symbol."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from configurator.tui.state import Field


class EditScreen(ModalScreen[str | None]):
    """Edits one value; checks it at every key and closes with the new text only when it is valid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Accept", show=False),
        Binding("escape", "cancel", "Cancel", show=False),
    ]

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def compose(self) -> ComposeResult:
        """Lay out the prompt, what may be entered, the input and what is wrong with it."""
        with Vertical(classes="dialog"):
            yield Static(self._field.title, classes="title", markup=False)
            yield Static(self._field.expects, id="expects", markup=False)
            yield Input(self._field.value, id="value", select_on_focus=False)
            yield Static("", id="problem", markup=False)
            yield Static("Enter accepts, Esc cancels", classes="keys", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with the text."""
        problem = self._field.problem(event.value)
        self.query_one("#problem", Static).update(problem)
        self.query_one(Input).set_class(bool(problem), "-problem")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with a valid text; keep a wrong one on the screen."""
        if self._field.problem(event.value):
            self.app.bell()
        else:
            self.dismiss(event.value)

    def action_accept(self) -> None:
        """Submit the input when it has lost the focus to a click."""
        self.run_worker(self.query_one(Input).action_submit())

    def action_cancel(self) -> None:
        """Close without a value."""
        self.dismiss(None)
