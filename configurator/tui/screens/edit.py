"""The dialog that edits an int, hex or string symbol."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from configurator.tui.state import Field
from configurator.tui.widgets.entry import Entry


class EditScreen(ModalScreen[str | None]):
    """Edits one value; checks it at every key and closes with the new text only when it is valid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "OK", key_display="Enter"),  # when a click has taken the focus from the input
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def compose(self) -> ComposeResult:
        """Lay out the prompt, what may be entered, the input and what is wrong with it."""
        with Vertical(classes="dialog"):
            yield Static(self._field.title, classes="title", markup=False)
            yield Static(self._field.expects, id="expects", markup=False)
            yield Entry(self._field.value, "value")
            yield Static("", id="problem", markup=False)
        yield Footer(compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with the text."""
        problem = self._field.problem(event.value)
        self.query_one("#problem", Static).update(problem)
        self.query_one(Entry).set_class(bool(problem), "-problem")

    def on_input_submitted(self) -> None:
        """Take Enter from the input."""
        self.action_accept()

    def action_accept(self) -> None:
        """Close with a valid text; keep a wrong one, and what is wrong with it, on the screen."""
        text = self.query_one(Entry).value
        if self._field.problem(text):
            self.app.bell()
        else:
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Close without a value."""
        self.dismiss(None)
