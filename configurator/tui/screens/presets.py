"""The presets: what they are for, what they would change, and how to make one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from configurator.errors import EggcupError
from configurator.session import Against, Origin
from configurator.session.presets import list_presets, save_preset
from configurator.tui import describe
from configurator.tui.actions import Where
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.session import Session
    from configurator.session.presets import Preset
    from configurator.tui.glyphs import Glyphs

_MOST = 200  # differences shown; more than anybody reads


class PresetsScreen(PickScreen["str | None"], where=Where.PRESETS):
    """Lists the presets; closes with the name of the one to apply."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__("Presets")
        self._session = session
        self._glyphs = glyphs
        self._presets: dict[str, Preset] = {}
        self._known: dict[str, list[Span]] = {}

    def rows(self) -> Sequence[Row]:
        """Return a row for each preset."""
        self._presets = {preset.name: preset for preset in list_presets(self._session.configuration)}
        return [
            Row(name, (Span(f" {name:<16}", Part.NAME), Span(printable(preset.help.partition("\n")[0]))))
            for name, preset in self._presets.items()
        ]

    def nothing(self) -> str:
        """Say that there are none."""
        return "this tree has no presets; s saves the present configuration as one"

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what a preset is for and what it would change."""
        name = str(row.key)
        if name not in self._known:
            self._known[name] = [*map(Span, describe.paragraphs(self._presets[name].help)), *self._changes(name)]
        return self._known[name]

    def chosen(self, row: Row) -> None:
        """Close, to apply the preset."""
        self.dismiss(str(row.key))

    def action_save_preset(self) -> None:
        """Ask for a name, and save the present configuration under it."""
        self.editor.ask_text(
            "Save the present configuration as a preset",
            "A name of letters, digits, - and _",
            "",
            lambda name: "" if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) else "this is no name for a preset",
            self._ask_text,
        )

    def _ask_text(self, name: str) -> None:
        """Ask what the preset is for; of one that is there, whether to write over it."""

        def ask() -> None:
            known = name in self._presets
            expects = "One line; nothing, to leave what it says" if known else "One line, shown in the list; or nothing"
            self.editor.ask_text(f"What is {name} for?", expects, "", lambda _: "", lambda text: self._save(name, text))

        self.editor.ask_to_replace(f"the preset {name}", ask, exists=name in self._presets)

    def _save(self, name: str, text: str) -> None:
        try:
            saved = save_preset(self._session.configuration, name, text)
        except (EggcupError, OSError) as problem:
            self.say(str(problem))
            return
        self._known.pop(name, None)
        self.show()
        self.say(str(saved))

    def _changes(self, name: str) -> list[Span]:
        try:
            found = self._session.changes(Against(Origin.PRESET, name))
        except (EggcupError, OSError) as problem:
            return [Span(""), Span(printable(str(problem)), Part.NOTE)]
        count = len(found)
        heading = f"It would change {count} symbol{'' if count == 1 else 's'}" if count else "It is what you have now"
        lines = [
            Span(printable(f"  {one.name} {one.after or '(none)'} {self._glyphs.to} {one.before or '(none)'}"),
                 Part.VALUE)
            for one in found[:_MOST]
        ]  # fmt: skip
        return [Span(""), Span(heading, Part.HEADING), *lines]
