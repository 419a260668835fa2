"""What the commands do: they answer with lines, and change nothing but the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from configurator.errors import UsageError
from configurator.model import NodeKind
from configurator.plain import speech
from configurator.session import DEFAULTS, SAVED, TOP, Against, Answer, Origin, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from configurator.model.planner import Plan
    from configurator.session import Outcome, Session

_VALUES = {"yes": "y", "on": "y", "no": "n", "off": "n", "module": "m"}
_MOST_MATCHES = 40

Lines: TypeAlias = "Iterator[str]"


class Editor:
    """A session, the menu one is in, and the list that numbers refer to: the one that was read out last."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._menu = TOP
        self._listed: list[int] = []
        self._plans: list[Plan] = []
        self._show_hidden = False

    # Moving

    def read(self) -> Lines:
        """Read out the menu."""
        rows = self.session.rows(View(self._menu, show_hidden=self._show_hidden))
        self._listed = list(rows.nodes)
        yield f"{self._title(self._menu)}, {speech.count(len(rows), 'entry').replace('entrys', 'entries')}."
        for number, one in enumerate(rows, start=1):
            yield f"{number}. {speech.entry(one)}"

    def choose(self, number: str) -> Lines:
        """Open the menu of that number, or change the entry: yes and no in turn, a choice's member is taken."""
        node = self._node(number)
        one = self.session.entry(node)
        if one.is_menu:
            yield from self._open(node)
        elif not one.name:
            yield speech.entry(one) + "."
        elif self._around(node) != self._menu:
            yield from self.go(number)
        elif one.is_member:
            yield from self._told(self.session.set(one.name, "y"))
        elif one.type.is_boolean:
            following = {value: i for i, value in enumerate(one.assignable)}.get(one.value, -1) + 1
            other = one.assignable[following % len(one.assignable)] if one.assignable else one.value
            if other == one.value:
                other = "n" if one.value == "y" else "y"  # refused, with the reason
            yield from self._told(self.session.set(one.name, other), one.name)
        else:
            symbol = self.session.symbol(one.name)
            yield f"{speech.entry(one)}. It takes {speech.takes(symbol)}. Change it by: set {number} VALUE"

    def go(self, what: str) -> Lines:
        """Go to the menu in which an entry stands, and read it out."""
        node = self._node(what)
        self._menu = self._around(node)
        yield from self.read()
        yield f"Here is {speech.entry(self.session.entry(node))}."

    def back(self) -> Lines:
        """Go to the menu around this one."""
        if self._menu == TOP:
            yield "This is the main menu."
            return
        self._menu = self._around(self._menu)
        yield from self.read()

    def top(self) -> Lines:
        """Go to the main menu."""
        self._menu = TOP
        yield from self.read()

    def hidden(self) -> Lines:
        """Read out hidden entries too, or no longer."""
        self._show_hidden = not self._show_hidden
        yield f"Hidden entries are {'read out' if self._show_hidden else 'left out'}."
        yield from self.read()

    def search(self, words: str) -> Lines:
        """Find entries by names, prompts and help texts; numbers mean what was found until a menu is read out."""
        found = self.session.search(words)
        self._listed = [match.node for match in found[:_MOST_MATCHES]]
        more = f", of which these are the first {_MOST_MATCHES}" if len(found) > _MOST_MATCHES else ""
        yield f"Found {speech.count(len(found), 'entry').replace('entrys', 'entries')}{more}."
        for number, node in enumerate(self._listed, start=1):
            trail = self.session.trail(node)
            where = f", in {' in '.join(reversed(trail))}" if trail else ""
            yield f"{number}. {speech.entry(self.session.entry(node))}{where}"

    # Asking

    def info(self, what: str) -> Lines:
        """Say all that is known of an entry, with its help."""
        node = self._node(what)
        name = self.session.menu.names[node]
        if name:
            yield from speech.information(
                self.session.symbol(name), self.session.details(name), self.session.trail(node)
            )
            return
        yield f"{speech.entry(self.session.entry(node))}."
        yield from self.session.menu.help(node).splitlines() or ["It has no help text."]

    def why(self, what: str) -> Lines:
        """Say why a symbol has its value, and what it needs."""
        explanation = self.session.why(self._name(what))
        yield from speech.why(explanation)
        if explanation.is_blocked:
            yield f"For ways to change that: fix {explanation.name}"

    def fix(self, what: str, value: str = "") -> Lines:
        """Find the smallest sets of changes that give a symbol a value, or let it be set."""
        name = self._name(what)
        wanted = _VALUES.get(value, value) or None
        if wanted is None and self.session.symbol(name).type.is_boolean:
            wanted = "y"
        self._plans = self.session.plans(name, wanted)
        if not self._plans:
            yield f"No way was found to give {name} {'a value' if wanted is None else f'the value {wanted}'}."
            return
        for number, plan in enumerate(self._plans, start=1):
            yield from speech.plan(number, plan)
        yield f"To make a plan so: apply {'1' if len(self._plans) == 1 else 'NUMBER'}"

    def apply(self, number: str) -> Lines:
        """Make the changes of a plan that `fix` found, as one step."""
        if not number.isdecimal() or not 1 <= int(number) <= len(self._plans):
            raise UsageError(f"there is no plan {number}", hints=["fix NAME"])
        plan, self._plans = self._plans[int(number) - 1], []
        yield from self._told(self.session.apply_plan(plan))

    def changes(self, other: str = "") -> Lines:
        """Say what differs from the saved file, or from `defaults`, a preset, a file, or ``git:REVISION``."""
        against = self._against(other)
        found = self.session.changes(against)
        yield f"{speech.count(len(found), 'difference')} from {against}."
        for one in found:
            yield speech.difference(one)

    def order(self) -> Lines:
        """Say which units the configuration starts, in which order."""
        from configurator.session.preview import Previewer

        preview = Previewer(self.session).preview()
        if preview.problem:
            yield f"There is nothing to tell: {preview.problem}."
            return
        yield f"{speech.count(len(preview.units), 'unit')} start in this order."
        for number, unit in enumerate(preview.units, start=1):
            yield f"{number}. {unit.symbol}{f', because {speech.listed(unit.after)}' if unit.after else ''}"

    # Changing

    def set(self, what: str, value: str) -> Lines:
        """Give a symbol a value: yes, no, module, a number, a text."""
        name = self._name(what)
        if self.session.symbol(name).type.is_boolean:
            value = _VALUES.get(value.lower(), value.lower())
        yield from self._told(self.session.set(name, value), name)

    def reset(self, what: str) -> Lines:
        """Give an entry its default back: a symbol, a whole menu, or `all`."""
        if what.lower() == "all":
            yield from self._told(self.session.reset_all())
            return
        node = self._node(what)
        name = self.session.menu.names[node]
        is_menu = not name or self.session.menu.kinds[node] is not NodeKind.SYMBOL
        yield from self._told(self.session.reset_menu(node) if is_menu else self.session.unset(name or ""))

    def undo(self) -> Lines:
        """Take the last change back."""
        yield from self._replayed("Undone", self.session.undo_label, self.session.undo())

    def redo(self) -> Lines:
        """Make a change again that was undone."""
        yield from self._replayed("Done again", self.session.redo_label, self.session.redo())

    def history(self) -> Lines:
        """Say which changes were made."""
        steps = self.session.history
        yield f"{speech.count(len(steps), 'change')} so far."
        for number, step in enumerate(steps, start=1):
            yield f"{number}. {step.change.label}{'' if step.is_done else ', undone'}"

    def presets(self) -> Lines:
        """Name the presets."""
        from configurator.session.presets import list_presets

        found = list_presets(self.session.configuration)
        yield f"{speech.count(len(found), 'preset')}."
        for one in found:
            yield f"{one.name}: {' '.join(one.help.split()) or 'without a description'}"

    def preset(self, name: str) -> Lines:
        """Take the values of a preset; undo takes it back."""
        yield from self._told(self.session.apply_preset(name))

    def keep(self, name: str, text: str = "") -> Lines:
        """Save the values of now as a preset of that name, with a description."""
        from configurator.session.presets import save_preset

        yield f"{_capital(str(save_preset(self.session.configuration, name, text)))}."

    def load(self, file: str) -> Lines:
        """Take the values of another file; undo takes it back."""
        yield from self._told(self.session.load(Path(file)))

    def minimal(self, file: str) -> Lines:
        """Write a file of only what differs from the defaults."""
        yield f"{_capital(str(self.session.save_minimal(Path(file))))}."

    def unknown(self) -> Lines:
        """Name the lines of the file whose symbols the tree does not know; saving keeps them."""
        lines = self.session.unknown
        yield f"{speech.count(len(lines), 'line')} of symbols that this tree does not know."
        for one in lines:
            yield f"{one.name}: {one.value}"

    def drop(self, name: str) -> Lines:
        """Forget such a line, or `all` of them."""
        names = [one.name for one in self.session.unknown]
        yield from self._told(self.session.drop_unknown(names if name.lower() == "all" else [name]))

    # Inside

    def _open(self, node: int) -> Lines:
        if not self.session.has_rows(node, show_hidden=self._show_hidden):
            name = self.session.menu.names[node]
            yield f"There is nothing in it now.{f' To turn it on: set {name} yes' if name else ''}"
            return
        self._menu = node
        yield from self.read()

    def _told(self, outcome: Outcome, name: str = "") -> Lines:
        if outcome.change is not None:
            yield from speech.change(outcome.change)
            return
        yield f"{_capital(outcome.note)}."
        if outcome.answer is Answer.REFUSED and name:
            yield f"For the reasons: why {name}. For ways to change that: fix {name}"

    def _replayed(self, word: str, label: str, outcome: Outcome) -> Lines:
        if outcome.change is None:
            yield f"{_capital(outcome.note)}."
            return
        yield f"{word}: {label}."
        for one in outcome.change.moved:
            yield f"{speech.moved(one)}."

    def _node(self, what: str) -> int:
        """Return the entry of a number, or of a symbol's name."""
        if what.isdecimal():
            if not 1 <= int(what) <= len(self._listed):
                raise UsageError(f"there is no number {what} in the list that was read last", hints=["list"])
            return self._listed[int(what) - 1]
        node = self.session.menu.index(self.session.symbol(what.upper()).name)
        if node == TOP:
            raise UsageError(f"{what} is in no menu")
        return node

    def _name(self, what: str) -> str:
        """Return the symbol of a number or a name."""
        name = self.session.menu.names[self._node(what)]
        if not name:
            raise UsageError(f"entry {what} is no symbol")
        return name

    def _around(self, node: int) -> int:
        """Return the menu in whose list an entry stands."""
        menu = self.session.menu
        node = menu.parents[node]
        while node != TOP and not menu.are_menus[node]:
            node = menu.parents[node]
        return node

    def _title(self, node: int) -> str:
        return f"Main menu of {self.session.configuration.title}" if node == TOP else self.session.title(node)

    def _against(self, other: str) -> Against:
        from configurator.source import presets

        if other in ("", "saved"):
            return SAVED
        if other == "defaults":
            return DEFAULTS
        if other.startswith("git:"):
            return Against(Origin.GIT, other.removeprefix("git:"))
        is_preset = other in presets(self.session.configuration.root)
        return Against(Origin.PRESET if is_preset else Origin.FILE, other)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
