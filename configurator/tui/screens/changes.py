"""What differs between the values of now and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.session import DEFAULTS, SAVED, Against, Origin
from configurator.tui import describe
from configurator.tui.actions import Where
from configurator.tui.rows import Part, Span, printable
from configurator.tui.screens.paths import file_problem, path_of
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session import Difference
    from configurator.tui.browsing import Browsing
    from configurator.tui.rows import Row

_ANSWERS = (
    ("s", "the saved file"),
    ("d", "the defaults"),
    ("p", "a preset"),
    ("f", "another file"),
    ("g", "a git revision"),
)


class ChangesScreen(PickScreen["int | None"], where=Where.CHANGES):
    """Lists the differences; closes with the node to jump to."""

    def __init__(self, browsing: Browsing, against: Against | None = None) -> None:
        self._against = against or browsing.against or SAVED
        super().__init__(f"Changes against {self._against}")
        self._browsing = browsing
        self._found: dict[str, Difference] = {}
        self._problem = ""

    def rows(self) -> Sequence[Row]:
        """Return a row for each difference."""
        self._problem = ""
        try:
            self._found = {one.name: one for one in describe.set_first(self._browsing.session.changes(self._against))}
        except (EggcupError, OSError) as problem:
            self._found, self._problem = {}, str(problem)
        return describe.difference_rows([*self._found.values()], self._browsing.glyphs)

    def nothing(self) -> str:
        """Say that nothing differs, or why that is not known."""
        return self._problem or "nothing differs"

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what a symbol that differs is."""
        one = self._found[str(row.key)]
        session, glyphs = self._browsing.session, self._browsing.glyphs
        where = Span(
            printable(glyphs.trail.join(["Main menu", *one.menu, *([one.prompt] if one.prompt else [])])), Part.COMMENT
        )
        if one.node < 0:
            return [where]
        entry = session.entry(one.node)
        return [where, *describe.help_of(entry, session.symbol(one.name), session.menu.help(one.node))]

    def chosen(self, row: Row) -> None:
        """Close, to jump to the symbol."""
        node = self._found[str(row.key)].node
        if node < 0:
            self.say("the tree does not know this symbol")
        else:
            self.dismiss(node)

    def action_revert(self) -> None:
        """Give the symbol under the cursor the value of the other side."""
        row = self.list.row
        one = self._found[str(row.key)] if row else None
        if one is None or one.before is None:
            self.app.bell()
            return
        before = one.before
        self._browsing.take(self._browsing.session.set(one.name, before))
        self.editor.keep_soon()
        self.show()
        self.say(self._browsing.note or describe.summary_of_change(self._browsing.change))

    def action_against(self) -> None:
        """Ask what to compare with."""
        self.editor.ask("Compare with", (), _ANSWERS, self._answered)

    def _answered(self, letter: str) -> None:
        if letter == "s":
            self._compare(SAVED)
        elif letter == "d":
            self._compare(DEFAULTS)
        elif letter == "p":
            names = [preset.name for preset in self.editor.presets()]
            self.editor.pick_name("Preset", names, lambda name: self._compare(Against(Origin.PRESET, name)))
        elif letter == "f":
            self.editor.ask_text("Compare with a file", "A path", "", file_problem, self._compare_file)
        else:
            expects = "A revision such as HEAD or v1.2, or REV:PATH"
            self.editor.ask_text("Compare with a git revision", expects, "HEAD", _not_empty, self._compare_revision)

    def _compare_file(self, path: str) -> None:
        self._compare(Against(Origin.FILE, str(path_of(path))))

    def _compare_revision(self, revision: str) -> None:
        self._compare(Against(Origin.GIT, revision))

    def _compare(self, against: Against) -> None:
        self._against = self._browsing.against = against
        self.set_heading(f"Changes against {against}")
        self.show(0)


def _not_empty(text: str) -> str:
    return "" if text.strip() else "a name is missing"
