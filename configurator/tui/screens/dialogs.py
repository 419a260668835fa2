"""The dialogs: a value to be typed, and a question with a few answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from configurator.tui.actions import Where
from configurator.tui.messages import RowChosen
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.base import TableScreen
from configurator.tui.widgets.entry import Entry
from configurator.tui.widgets.lines import LineList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult


class FieldScreen(TableScreen["str | None"], ModalScreen["str | None"], where=Where.FIELD):
    """Edits a text; checks it at every key and closes with it only when nothing is wrong with it."""

    def __init__(self, title: str, expects: str, value: str, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._title = printable(title)
        self._expects = printable(expects)
        self._value = value
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Lay out the title, what may be entered, the input and what is wrong with it."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="heading", markup=False)
            yield Static(self._expects, id="expects", markup=False)
            yield Entry(self._value, "value")
            yield Static("", id="problem", markup=False)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Type at the end of the present text."""
        self.query_one(Entry).focus()

    @on(Input.Changed)
    def _check(self, event: Input.Changed) -> None:
        problem = self._problem(event.value)
        self.query_one("#problem", Static).update(printable(problem))
        self.query_one(Entry).set_class(bool(problem), "-problem")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        """Close with a valid text; keep a wrong one, and what is wrong with it, on the screen."""
        text = self.query_one(Entry).value
        if problem := self._problem(text):
            self.query_one("#problem", Static).update(printable(problem))
            self.app.bell()
        else:
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Close without a text."""
        self.dismiss(None)


class QuestionScreen(TableScreen["str | None"], ModalScreen["str | None"], where=Where.QUESTION):
    """Asks a question; closes with the letter of the answer, None for Esc."""

    def __init__(self, title: str, explanation: Sequence[str], answers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = printable(title)
        self._explanation = "\n".join(map(printable, explanation))
        self._answers = answers

    def compose(self) -> ComposeResult:
        """Lay out the question above its answers."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="heading", markup=False)
            if self._explanation:
                yield Static(self._explanation, id="expects", markup=False)
            answers = LineList("answers")
            answers.styles.height = len(self._answers)
            yield answers
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show the answers."""
        self.list = self.query_one(LineList)
        rows = [Row(letter, (Span(f" {letter}  ", Part.KEY), Span(printable(text)))) for letter, text in self._answers]
        self.list.show(rows, 0)

    def on_key(self, event: events.Key) -> None:
        """Take an answer by its letter."""
        letter = (event.character or "").lower()
        if letter in [answer for answer, _ in self._answers]:
            event.stop()
            self.dismiss(letter)

    def action_choose(self) -> None:
        """Take the answer under the cursor."""
        row = self.list.row
        self.dismiss(str(row.key) if row else None)

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def action_up(self) -> None:
        """Move one answer up."""
        self.list.move_by(-1)

    def action_down(self) -> None:
        """Move one answer down."""
        self.list.move_by(1)

    @on(RowChosen)
    def _row_chosen(self) -> None:
        self.action_choose()
