"""The editing session."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.model import Assignment, FindingKind, dotconfig
from configurator.model.menu import TOP
from configurator.session import unknown
from configurator.session.changes import Answer, Change, Moved, Outcome, Saved
from configurator.session.entries import VIEW, Entry, Mode, Rows, View, shown_nodes
from configurator.session.history import History, Record
from configurator.session.since import Since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from configurator.model import Configuration, NodeState, SymbolInfo
    from configurator.model.configuration import State
    from configurator.model.details import Details
    from configurator.model.edits import Effect, Setting
    from configurator.model.findings import Finding
    from configurator.model.menu import Menu
    from configurator.model.planner import Plan
    from configurator.session.against import Against, Comparer, Difference
    from configurator.session.changes import Step
    from configurator.session.search import Filter, Index, Matches
    from configurator.session.why import Why


class Session:
    """A configuration, the file it is for, and all that was done to it.

    Whatever changes a value answers with an `Outcome` that lists every symbol that moved, and can be undone.

    Attributes:
        configuration: the tree with its values; changed by nothing but this session.
        path: the file that `save` writes.
        was_saved: whether `save` has written a file.
        change_number: grows with each change, so that what was made from the values can be kept until then.
        save_number: grows with each save, and when the file is read again.
        last_change_number: what it was just before the last change that was made, undone or done again.
    """

    def __init__(self, configuration: Configuration, path: Path) -> None:
        self.configuration = configuration
        configuration.name_places_by_tree()
        self.path = path
        self.was_saved = False
        self._history = History()
        self._unknown = unknown.lines_of(configuration)
        self._since = Since(configuration, path)
        self._comparer: Comparer | None = None
        self._index: Index | None = None
        self._visible: bytearray | None = None
        self.change_number = 0
        self.save_number = 0
        self.last_change_number = -1
        self._before_last: tuple[tuple[Setting, ...], tuple[Setting, ...]] | None = None

    def prepare(self) -> None:
        """Do now what the first screen shows: an editor calls it before it imports what draws the screen.

        What that leaves of memory is used by the imports then; afterwards nothing would need it.
        """
        self.rows()
        self.modified  # noqa: B018 - reads the file, and compares all lines

    # Looking

    @property
    def menu(self) -> Menu:
        """Return the menu tree."""
        return self.configuration.menu

    @property
    def complaints(self) -> list[str]:
        """Return what the user should know about the file that was loaded."""
        configuration = self.configuration
        return [str(one) for one in configuration.migrations] + [_told(one) for one in configuration.findings]

    @property
    def tree_complaints(self) -> list[str]:
        """Return what is suspicious in the tree alone, which the user may not be able to mend."""
        configuration = self.configuration
        return [
            f"{configuration.shown(warning.location)}: {warning.message}" if warning.location else warning.message
            for warning in configuration.tree_warnings
        ]

    def symbol(self, name: str) -> SymbolInfo:
        """Return a symbol as it stands now.

        Raises:
            UsageError: there is no such symbol.
        """
        return self.configuration.symbol(name)

    def rows(self, view: View = VIEW, only: Filter | Collection[int] | None = None) -> Rows:
        """Return the lines of a list, to be read as they are drawn; which lines there are is not kept up to date.

        Args:
            view: what to show; the main menu if none is given.
            only: a filter, or the entries to keep, with the menus around them.
        """
        kept = self._kept(only) if only is not None else None
        return Rows(shown_nodes(self.menu, self._visible_now(), view, kept), lambda node: self.entry(node, view))

    def entry(self, node: int, view: View = VIEW) -> Entry:
        """Return an entry as it stands now, and where it stands in a list."""
        menu = self.menu
        state = menu.state(node)
        name = menu.names[node] or ""
        return Entry(
            node=node,
            indent=self._indent(node, view),
            kind=menu.kinds[node],
            name=name,
            prompt=menu.prompts[node],
            type=state.type,
            value=state.value,
            assignable=state.assignable,
            chosen=self._prompt_of(state.selection) if state.selection else "",
            is_visible=state.visible,
            is_menu=menu.are_menus[node],
            is_empty=menu.are_menus[node] and not self.has_rows(node, show_hidden=view.show_hidden),
            is_folded=view.mode is Mode.WHOLE_TREE and node in view.folded,
            is_member=state.is_member,
            is_new=bool(name) and state.visible and not state.is_set_by_user and self.configuration.path is not None,
            is_changed=name in self._since.before,
            is_default=state.is_default,
        )

    def has_rows(self, node: int, *, show_hidden: bool = False) -> bool:
        """Return whether there is something to see in a menu."""
        end = self.menu.ends[node]
        return end > node + 1 and (show_hidden or self._visible_now().find(1, node + 1, end) >= 0)

    def trail(self, node: int) -> list[str]:
        """Return the titles of the menus around an entry, from the top."""
        return [self.title(index) for index in self.menu.trail(node)]

    def title(self, node: int) -> str:
        """Return what an entry is called."""
        return self.menu.title(node)

    # Searching

    def search(self, query: str, *, in_help: bool = True, only: Filter | None = None) -> Matches:
        """Return the entries that match every word of `query`, the best first; see `configurator.session.search`."""
        return self._indexed().find(query, in_help=in_help, among=self.filtered(only) if only else None)

    def begin_search(self) -> None:
        """Do now what the first search would have to wait for."""
        self._indexed().prepare()

    def end_search(self) -> None:
        """Give back the memory that searching takes: the texts of the tree once more, in lower case."""
        self._index = None

    def _indexed(self) -> Index:
        if self._index is None:
            from configurator.session.search import Index  # here, as below: the first screen searches nothing

            self._index = Index(self.menu)
        return self._index

    def _kept(self, only: Filter | Collection[int]) -> Collection[int]:
        from configurator.session.search import Filter

        return self.filtered(only) if isinstance(only, Filter) else only

    def filtered(self, only: Filter) -> set[int]:
        """Return the entries that a filter keeps."""
        from configurator.session.search import FilterKind

        menu = self.menu
        if only.kind is FilterKind.MENU:
            return set(range(only.menu, menu.ends[only.menu]))
        if only.kind is FilterKind.UNIT:
            inside = f"{only.unit}/"
            return {node for node in range(len(menu)) if menu.location(node).path.startswith(inside)}
        changed = self._since.before
        if only.kind is FilterKind.CHANGED:
            return {node for node, name in enumerate(menu.names) if name in changed}
        is_file = self.configuration.path is not None
        wanted: dict[FilterKind, Callable[[NodeState], bool]] = {
            FilterKind.NOT_DEFAULT: lambda state: not state.is_default,
            FilterKind.NEW: lambda state: is_file and state.visible and not state.is_set_by_user,
            FilterKind.SET: lambda state: state.is_set_by_user,
        }
        return menu.matching(wanted[only.kind])

    # Asking

    def why(self, name: str) -> Why:
        """Return what decides a symbol's value and what keeps it from being set, with links to other symbols.

        Raises:
            UsageError: there is no such symbol.
        """
        from configurator.session.why import explained

        return explained(self.configuration.analysis.why(name))

    def details(self, name: str) -> Details:
        """Return everything that the tree says of a symbol: defaults, ranges, what selects it and what it selects.

        Raises:
            UsageError: there is no such symbol.
        """
        return self.configuration.analysis.details(name)

    def plans(self, name: str, value: str | None = None, *, most: int = 5) -> list[Plan]:
        """Return the smallest sets of changes found that give a symbol a value, None to make it settable.

        Raises:
            UsageError: there is no such symbol, or the value is not of its type.
        """
        return self.configuration.analysis.plans(name, value, most=most)

    def problem(self, name: str, text: str) -> str:
        """Return what is wrong with a text as the value of a symbol, "" if nothing."""
        try:
            self.configuration.check(name, text)
        except UsageError as problem:
            return problem.message
        return ""

    # Changing

    def set(self, name: str, value: str) -> Outcome:
        """Give a symbol a value; one that does not take effect is taken back."""
        return self.set_all([Assignment(name, value)])

    def set_all(self, assignments: Sequence[Assignment], label: str = "") -> Outcome:
        """Give several symbols their values at once, all or none."""
        try:
            effect = self.configuration.edit(assignments)
        except UsageError as problem:
            return Outcome(Answer.INVALID, note=problem.message)
        if effect.missed:
            self._after(self.configuration.put_back(effect.former))
            missed = effect.missed[0]
            return Outcome(
                Answer.REFUSED, note=f"{missed.name} stays {missed.got or 'without a value'}: {missed.reason}"
            )
        return self._made(effect, label, [one.name for one in assignments])

    def unset(self, name: str) -> Outcome:
        """Give a symbol its default back; for a member of a choice, the choice."""
        return self._reset([name], f"reset {name}")

    def reset_menu(self, node: int) -> Outcome:
        """Give all symbols in a menu their defaults back; `TOP` means all."""
        if node == TOP:
            return self.reset_all()
        names = [name for name in self.menu.names[node : self.menu.ends[node]] if name]
        return self._reset(names, f"reset {self.title(node)}")

    def reset_all(self) -> Outcome:
        """Give all symbols their defaults back."""
        return self._reset([name for name in self.menu.names if name], "reset everything")

    def apply_plan(self, plan: Plan, label: str = "") -> Outcome:
        """Make the changes of a plan, as one step."""
        return self.set_all([Assignment(one.name, one.after) for one in plan.changes], label)

    def apply_preset(self, name: str) -> Outcome:
        """Take the values of a preset, and the defaults for what it does not say.

        Raises:
            UsageError: there is no such preset, or it cannot be read.
        """
        from configurator.source import find_preset

        return self._read(find_preset(name, self._presets()), f"preset {name}")

    def load(self, path: Path) -> Outcome:
        """Take the values of another file; `save` goes on to write this session's.

        This session's own file, which somebody else may have changed, is what saving is compared with from then on.

        Raises:
            UsageError: the file cannot be read, or is no configuration.
        """
        outcome = self._read(path, f"load {path}")
        if path == self.path:
            self._since.read_again(path)
            self.save_number += 1
        return outcome

    # Undo and redo

    @property
    def history(self) -> tuple[Step, ...]:
        """Return all steps, the oldest first; those that were undone are at the end."""
        return self._history.steps()

    @property
    def undo_label(self) -> str:
        """Return what `undo` takes back, "" if nothing."""
        record = self._history.last_done()
        return record.change.label if record else ""

    @property
    def redo_label(self) -> str:
        """Return what `redo` does again, "" if nothing."""
        record = self._history.first_undone()
        return record.change.label if record else ""

    def undo(self) -> Outcome:
        """Take the last step back; all that moves is in `Change.asked`."""
        record = self._history.last_done()
        if record is None:
            return Outcome(Answer.UNCHANGED, note="nothing to undo")
        self._history.position -= 1
        return self._replay(record, f"undo {record.change.label}", 0)

    def redo(self) -> Outcome:
        """Make the step again that was undone last."""
        record = self._history.first_undone()
        if record is None:
            return Outcome(Answer.UNCHANGED, note="nothing to redo")
        self._history.position += 1
        return self._replay(record, f"redo {record.change.label}", 1)

    @contextmanager
    def as_before(self) -> Iterator[bool]:
        """Have the values of before the last change for the length of a block; False if there was no change."""
        if self._before_last is None:
            yield False
            return
        former, latter = self._before_last
        self.configuration.put_back(former)
        try:
            yield True
        finally:
            self.configuration.put_back(latter)

    # Saving

    @property
    def modified(self) -> bool:
        """Return whether saving would change a value in the file, or make the file."""
        return self._since.modified(self._unknown)

    @property
    def changed(self) -> Collection[str]:
        """Return the symbols that have another value than when they were loaded or saved last."""
        return self._since.before

    @property
    def changed_count(self) -> int:
        """Return how many these are."""
        return len(self._since.before)

    def changes(self, against: Against) -> list[Difference]:
        """Return what differs from the saved file, the defaults, a preset, another file or a git revision.

        Raises:
            UsageError: there is no such thing, or it cannot be read.
        """
        from configurator.session.against import Comparer, Origin

        if self._comparer is None:
            self._comparer = Comparer(self.configuration)
        if against.origin is Origin.SAVED:
            return self._comparer.saved(self._since)
        return self._comparer.others(against, self.path)

    @property
    def unknown(self) -> tuple[Assignment, ...]:
        """Return the lines of symbols that the tree does not know; `save` keeps them."""
        return tuple(dotconfig.parse("\n".join(self._unknown)))

    def drop_unknown(self, names: Iterable[str]) -> Outcome:
        """Forget lines of symbols that the tree does not know."""
        dropped = set(names)
        kept = tuple(line for line in self._unknown if dotconfig.parse(line)[0].name not in dropped)
        if kept == self._unknown:
            return Outcome(Answer.UNCHANGED, note="there is no such line")
        change = Change(f"drop {', '.join(sorted(dropped))}", (), ())
        self._history.add(Record(change, (), (), None, (self._unknown, kept)))
        self._unknown = kept
        self.last_change_number, self._before_last = self.change_number, ((), ())
        self.change_number += 1
        return Outcome(Answer.CHANGED, change)

    def text(self) -> str:
        """Return what `save` writes."""
        return self.configuration.text() + unknown.block(self._unknown)

    def settings_text(self) -> str:
        """Return the lines of all that the user set, and those of symbols that the tree does not know."""
        return self.configuration.settings_text() + unknown.block(self._unknown)

    def save(self, path: Path | None = None) -> Saved:
        """Write the file, the former one kept as `.old`; another path becomes the session's.

        Raises:
            UsageError: the file cannot be written.
        """
        from configurator.files import write_if_changed

        path = path or self.path
        text = self.text()
        written = write_if_changed(path, text, keep_old=True)
        self.path = path
        self.was_saved = self.was_saved or written
        self._since.saved(text)
        self.save_number += 1
        return Saved(path, written)

    def save_minimal(self, path: Path) -> Saved:
        """Write only what differs from the defaults, as a preset.

        Raises:
            UsageError: the file cannot be written.
        """
        return Saved(path, self.configuration.write_minimal(path))

    # Inside

    def _visible_now(self) -> bytearray:
        if self._visible is None:
            self._visible = self.menu.visible()
        return self._visible

    def _presets(self) -> dict[str, Path]:
        from configurator.source import presets

        return presets(self.configuration.root)

    def _prompt_of(self, name: str) -> str:
        return self.menu.prompts[self.menu.index(name)] or name

    def _indent(self, node: int, view: View) -> int:
        """Return how many entries of the list an entry lies under."""
        parents, indent = self.menu.parents, 0
        while (node := parents[node]) not in (view.parent, TOP):
            indent += 1
        return indent

    def _reset(self, names: list[str], label: str) -> Outcome:
        try:
            effect = self.configuration.edit_unset(names)
        except UsageError as problem:
            return Outcome(Answer.INVALID, note=problem.message)
        return self._made(effect, label, names)

    def _read(self, path: Path, label: str) -> Outcome:
        configuration = self.configuration
        before = configuration.state()
        effect = configuration.edit_whole(lambda: configuration.read(path))
        lines = unknown.lines_of(configuration)
        states = (before, configuration.state())
        return self._made(effect, label, [one.name for one in effect.moved], states=states, unknown_lines=lines)

    def _made(
        self,
        effect: Effect,
        label: str,
        asked: Iterable[str],
        *,
        states: tuple[State, State] | None = None,
        unknown_lines: tuple[str, ...] | None = None,
    ) -> Outcome:
        """Note a change that was made."""
        number = self.change_number
        self._after(effect)
        lines = self._unknown if unknown_lines is None else unknown_lines
        if not effect.former and lines == self._unknown and states is None:
            return Outcome(Answer.UNCHANGED, note="it is so already")
        self.last_change_number, self._before_last = number, (effect.former, effect.latter)
        change = self._change(effect, label, asked)
        self._history.add(Record(change, effect.former, effect.latter, states, (self._unknown, lines)))
        self._unknown = lines
        return Outcome(Answer.CHANGED, change)

    def _replay(self, record: Record, label: str, side: int) -> Outcome:
        self.last_change_number = self.change_number
        self._before_last = (record.former, record.latter) if side else (record.latter, record.former)
        effect = self.configuration.put_back(record.latter if side else record.former)
        if record.states is not None:
            self.configuration.put_back_state(record.states[side])
        self._unknown = record.unknown[side]
        self._after(effect)
        return Outcome(Answer.CHANGED, self._change(effect, label, [one.name for one in effect.moved]))

    def _change(self, effect: Effect, label: str, asked: Iterable[str]) -> Change:
        wanted = {name.removeprefix(dotconfig.PREFIX) for name in asked}
        reasons = self.configuration.reasons(effect.moved, wanted)
        moved = [
            Moved(one.name, one.before, one.after, reason, self.menu.index(one.name))
            for one, reason in zip(effect.moved, reasons, strict=True)
        ]
        direct = tuple(one for one in moved if one.name in wanted)
        followed = tuple(one for one in moved if one.name not in wanted)
        return Change(label or ", ".join(map(str, direct)) or f"keep {', '.join(sorted(wanted))}", direct, followed)

    def _after(self, effect: Effect) -> None:
        self._visible = None
        self.change_number += 1
        self._since.note(effect)


def _told(finding: Finding) -> str:
    """Return a finding of the file as it is in an editor, which keeps the lines that the tree does not know."""
    if finding.kind is not FindingKind.UNKNOWN:
        return str(finding)
    place = "" if finding.location is None else f"{finding.location}: "
    meant = f" (perhaps {' or '.join(finding.hints)})" if finding.hints else ""
    return f"{place}the tree has no symbol {finding.name}{meant}; the line is kept unless you drop it"
