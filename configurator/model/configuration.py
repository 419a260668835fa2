"""A configuration: a Kconfig tree with the values of a .config."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING

from configurator.errors import Location, UsageError
from configurator.files import write_if_changed
from configurator.model import describe, dotconfig, engine, findings, garbage, questions, units, values
from configurator.model.commands import NOBODY
from configurator.model.dotconfig import PREFIX, Assignment, ConfigFile
from configurator.model.places import shown
from configurator.model.reading import Reader, Reading
from configurator.model.symbols import in_turn, place_of
from configurator.model.values import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping
    from pathlib import Path

    import kconfiglib

    from configurator.model.analysis import Analysis
    from configurator.model.answers import Probability
    from configurator.model.commands import Trust
    from configurator.model.edits import Edits, Effect, Movement, Setting
    from configurator.model.findings import Finding, Migration
    from configurator.model.menu import Menu
    from configurator.model.planner import Plan
    from configurator.model.questions import Question
    from configurator.model.tree import Tree
    from configurator.model.views import Edge, NodeInfo, NotTaken, SymbolInfo, TreeWarning, Unit

_HEADER = """\
#
# {title}
# Change it with `eggcup menuconfig` or `eggcup set`, or by hand followed by `eggcup olddefconfig`.
#
"""


@dataclass(frozen=True)
class Snapshot:
    """What the user has set, in the order in which he did, for `Configuration.restore`."""

    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Peek:
    """The values of something else: of each symbol, and of those that differ from their defaults what was set."""

    values: dict[str, str]
    minimal: dict[str, str]


@dataclass(frozen=True)
class State:
    """What a configuration knows of the files that were read into it."""

    reading: Reading
    path: Path | None


class Configuration:
    """A Kconfig tree with values; made by `load`, changed by `set`, kept by `write`.

    Loud where kconfig's tools are silent: what a file asks for and does not get is a finding with file and line, and
    `set` refuses a symbol that is not there and a value of the wrong type or out of range. Not thread-safe.

    Attributes:
        kconfig: the root Kconfig file.
        root: the folder to which paths in the views are relative: that of `kconfig`, or `srctree`.
        path: the .config that was loaded, None when there was none.
        findings: what the files asked for and did not get.
        migrations: their lines that were translated to a symbol's new name.
        tree_warnings: what is suspicious in the Kconfig tree alone: kconfiglib's warnings and undefined symbols.
    """

    def __init__(self, tree: Tree, kconfig: Path, root: Path) -> None:
        self._tree = tree
        self._parsed_warnings = len(tree.warnings)
        self._reading = Reading({})
        self.kconfig = kconfig
        self.root = root
        self._shown_from: Path | None = root
        self.path: Path | None = None
        self.tree_warnings: tuple[TreeWarning, ...] = ()

    @classmethod
    def load(
        cls,
        kconfig: Path,
        config: Path | None = None,
        *,
        srctree: Path | None = None,
        trust: Trust = NOBODY,
    ) -> Configuration:
        """Parse the tree `kconfig` and take the values of the file `config`.

        Args:
            kconfig: the root Kconfig file.
            config: a .config, a preset or a fragment; the defaults hold when it is None or does not exist.
            srctree: the folder to which paths in the tree are relative, where that is not the root file's own.
            trust: who allows the commands that the tree runs; by default nobody does.

        Raises:
            UsageError: a file cannot be read, or is not of its language; nothing is ever half loaded.
        """
        try:
            kconfig = kconfig.absolute()
            root = srctree.absolute() if srctree else kconfig.parent
        except FileNotFoundError:
            raise UsageError("the current folder is gone", location=Location(str(kconfig))) from None
        with garbage.paused():
            configuration = cls(engine.load_tree(kconfig, root, trust), kconfig, root)
            configuration.read(*[config] if config is not None and _exists(config) else [])
        return configuration

    def read(self, *files: Path | ConfigFile, complete: Callable[[Configuration], None] | None = None) -> None:
        """Forget all values and take those of `files`; where they differ, the later one counts.

        Args:
            files: what to read, none for the defaults.
            complete: gives further symbols values, before it is looked at what the files did not get.

        Raises:
            UsageError: a file cannot be read, or is not a configuration; the values are as they were.
        """
        with garbage.paused():
            contents = [file if isinstance(file, ConfigFile) else dotconfig.read_file(file) for file in files]
            self._tree.unset_values()
            del self._tree.warnings[self._parsed_warnings :]
            further = (lambda: complete(self)) if complete else None
            self._reading = Reader(self._tree, self.root, self._symbol).read(contents, further)
            self.path = contents[0].path if contents else None
            self.tree_warnings = tuple(engine.tree_warnings(self._tree))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the files asked for and did not get, as of the time they were read."""
        return self._reading.findings

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """Return the lines of the files that name a symbol by a former name."""
        return self._reading.migrations

    @property
    def lines(self) -> Mapping[str, Assignment]:
        """Return the line of the files that counts for each symbol, its value in the symbol's own form."""
        return self._reading.lines

    @property
    def unknown(self) -> tuple[Assignment, ...]:
        """Return the lines of the files for symbols that the tree does not have; of several for one, the last."""
        return self._reading.unknown

    @property
    def trust(self) -> Trust:
        """Return who allows the commands of this tree: for reading it again, nobody is asked again."""
        return self._tree.commands.granted()

    @property
    def analysis(self) -> Analysis:
        """Return what answers questions about the configuration."""
        from configurator.model.analysis import Analysis  # here: the usual command asks nothing

        return Analysis(self, self._tree, self._symbol, self._shown_from)

    def unmet_selects(self) -> list[Finding]:
        """Return the symbols that are selected although what they depend on is not there."""
        return list(findings.unmet_selects(self._tree, self.root, self._reading.lines))

    def has_prompt(self, name: str) -> bool:
        """Return whether a user could ever set the symbol; others follow from the rest."""
        return values.has_prompt(self._tree.syms[name])

    def get(self, name: str) -> str:
        """Return the value of a symbol: y, m or n, a number, a text; "" where its dependencies leave it none."""
        return values.value_now(self._symbol(name))

    def set(self, name: str, value: str) -> NotTaken | None:
        """Give a symbol a value.

        Returns:
            Why the symbol does not hold the value now, None when it does. The value is remembered all the same, and
            holds as soon as what it needs is there; it is lost when the configuration is written before.

        Raises:
            UsageError: there is no such symbol, or the value is not of its type or out of range; nothing has changed.
        """
        missed = self.set_all([Assignment(name, value)])
        return missed[0] if missed else None

    def set_all(self, assignments: Iterable[Assignment]) -> list[NotTaken]:
        """Give several symbols their values at once, so that their order does not matter; the last one counts.

        A member of a choice cannot be set to n here, as that would leave it to chance which one is chosen instead. In a
        file it can, as C kconfig has it.

        Returns:
            The assignments that do not hold.

        Raises:
            UsageError: as `set`; all assignments are looked at, and nothing has changed.
        """
        before = self.snapshot()
        wanted = self._well_formed(assignments)
        emptying = [one for one in wanted if values.would_empty_choice(one, wanted)]
        missed = self._apply([one for one in wanted if one not in emptying])
        missed += [values.choice_is_full(symbol, assignment) for symbol, assignment, _ in emptying]
        problems = []
        for symbol, assignment, value in wanted:
            try:
                values.check_range(symbol, assignment, value)
            except UsageError as problem:
                problems.append(problem)
        if problems:
            self.restore(before)
            raise _summary(problems)
        return missed

    def check(self, name: str, value: str) -> None:
        """Refuse a value that `set` would refuse, and change nothing.

        Raises:
            UsageError: there is no such symbol, or the value is not of its type or out of range.
        """
        symbol, assignment = self._symbol(name), Assignment(name, value)
        values.check_range(symbol, assignment, values.normalised(symbol, assignment))

    def unset(self, name: str) -> None:
        """Forget what the user set, so that the default holds; for a member of a choice, the whole choice's default."""
        symbol = self._symbol(name)
        if symbol.choice:
            symbol.choice.unset_value()
            for member in symbol.choice.syms:
                member.unset_value()
        symbol.unset_value()

    def answer_all(self, value: str) -> None:
        """Give every bool and tristate that is not set yet the value y, m or n, as far as it can have it."""
        from configurator.model import answers  # here: the usual command has no use for it

        answers.answer_all(self._tree, value)

    def answer_at_random(self, seed: int, probability: Probability) -> None:
        """Give every bool, tristate and choice that is not set yet a random value; equal seeds give equal values."""
        from configurator.model import answers

        answers.answer_at_random(self._tree, seed, probability)

    @property
    def has_modules(self) -> bool:
        """Return whether the tree has a symbol with the keyword `modules`."""
        return self._tree.modules_symbol is not None

    def apply(self, plan: Plan) -> None:
        """Make the changes of a plan."""
        self.set_all(Assignment(change.name, change.after) for change in plan.changes)

    def kconfig_files(self) -> list[str]:
        """Return the tree's Kconfig files, relative to its root, in the order in which they are read."""
        return list(dict.fromkeys(self._tree.kconfig_filenames))

    def snapshot(self) -> Snapshot:
        """Return what the user has set so far."""
        given = in_turn(self._tree.unique_defined_syms)
        return Snapshot(tuple((symbol.name, values.user_value(symbol)) for symbol in given))

    def restore(self, snapshot: Snapshot) -> None:
        """Return to what `snapshot` holds."""
        self._tree.unset_values()
        for name, value in snapshot.values:
            self._tree.syms[name].set_value(value)

    def values(self) -> dict[str, str]:
        """Return the value of every symbol, by name."""
        return {symbol.name: values.value_now(symbol) for symbol in self._tree.unique_defined_syms}

    def symbol(self, name: str) -> SymbolInfo:
        """Return a symbol as it stands now.

        Raises:
            UsageError: there is no such symbol; the hints are those of similar names.
        """
        return describe.symbol_info(self._symbol(name))

    def symbols(self) -> list[SymbolInfo]:
        """Return all symbols, in the order of the Kconfig files."""
        return [describe.symbol_info(symbol) for symbol in self._tree.unique_defined_syms]

    def new_symbols(self) -> list[str]:
        """Return the symbols that a user could set now and that neither a file nor `set` has given a value."""
        return [symbol.name for symbol in questions.new_symbols(self._tree)]

    def questions(self) -> Iterator[Question]:
        """Yield what is to be asked about them, in the order of the menus, with the values of this moment."""
        return questions.questions(self._tree)

    def nodes(self) -> list[NodeInfo]:
        """Return the whole menu tree, depth first; the parent of an entry is `nodes()[entry.parent]`."""
        return describe.menu_nodes(self._tree)

    @cached_property
    def menu(self) -> Menu:
        """Return the menu tree as an editor needs it, made once."""
        from configurator.model.menu import Menu  # here: only an editor needs it, as the edits below

        with garbage.paused():
            return Menu(self._tree)

    @cached_property
    def _edits(self) -> Edits:
        from configurator.model.edits import Edits

        return Edits(self._tree)

    def prepare_edits(self) -> None:
        """Do now what the first edit would have to wait for; what there is now is taken to stay."""
        with garbage.paused():
            self._edits.prepare()
        garbage.keep()

    def end_edits(self) -> None:
        """Take nothing to stay any longer."""
        garbage.release()

    def edit(self, assignments: Iterable[Assignment]) -> Effect:
        """Do as `set_all`, and tell what came of it.

        Raises:
            UsageError: as `set_all`.
        """
        wanted = self._well_formed(assignments)
        emptying = [one for one in wanted if values.would_empty_choice(one, wanted)]
        taken = [one for one in wanted if one not in emptying and values.takes_values(one.symbol)]
        if all(values.was_said(one) for one in taken):
            taken = []
        effect = self._edits.assign({one.symbol: one.value for one in taken})
        problems = []
        for symbol, assignment, value in wanted:
            try:
                values.check_range(symbol, assignment, value)
            except UsageError as problem:
                problems.append(problem)
        if problems:
            self.put_back(effect.former)
            raise _summary(problems)
        missed = [
            values.not_taken(symbol, one, value)
            for symbol, one, value in wanted
            if (symbol, one, value) not in emptying
        ]
        missed += [values.choice_is_full(symbol, one) for symbol, one, _ in emptying]
        return replace(effect, missed=tuple(one for one in missed if one))

    def edit_unset(self, names: Iterable[str]) -> Effect:
        """Do as `unset` for several symbols at once, and tell what came of it."""
        symbols = dict.fromkeys(
            member
            for name in names
            for symbol in [self._symbol(name)]
            for member in (symbol.choice.syms if symbol.choice else (symbol,))
        )
        return self._edits.assign(dict.fromkeys(symbols))

    def edit_whole(self, change: Callable[[], None]) -> Effect:
        """Make a change that may concern everything, such as `read`, and tell what came of it."""
        return self._edits.whole(change)

    def reasons(self, moved: Iterable[Movement], asked: Container[str]) -> list[str]:
        """Return why symbols moved, in a few words each; "" for those that somebody `asked` for."""
        from configurator.model.moves import Mover

        moved = list(moved)
        mover = Mover(self._shown_from, self.lines, {one.name: one.after for one in moved})
        return ["" if one.name in asked else mover.reason(self._tree.syms[one.name]) for one in moved]

    def put_back(self, settings: Iterable[Setting]) -> Effect:
        """Return to what an effect calls its `former` or `latter` settings."""
        return self._edits.put_back(settings)

    def state(self) -> State:
        """Return what is known of the files that were read, for `put_back_state`."""
        return State(self._reading, self.path)

    def put_back_state(self, state: State) -> None:
        """Return to what `state` holds; the values are the caller's business."""
        self._reading, self.path = state.reading, state.path

    def peek(self, *files: Path) -> Peek:
        """Return what `read` would give, and change nothing.

        Raises:
            UsageError: a file cannot be read, or is no configuration.
        """
        state, warnings = self.state(), self.tree_warnings
        settings = self._edits.settings()
        try:
            self.read(*files)
            return Peek(self.values(), self.minimal_values())
        finally:
            self._edits.restore(settings)
            self.put_back_state(state)
            self.tree_warnings = warnings

    def names(self) -> list[str]:
        """Return the names of all symbols, in the order of the Kconfig files."""
        return [symbol.name for symbol in self._tree.unique_defined_syms]

    def place(self, name: str) -> int:
        """Return the place of a symbol in `names`."""
        return place_of(self._tree.syms[name])

    def written_line(self, name: str) -> str:
        """Return a symbol's line of `text`, "" when it has none."""
        return self._tree.syms[name].config_string.rstrip("\n")

    def minimal_value(self, name: str) -> str | None:
        """Return the value of a symbol if `minimal_text` has it, None otherwise."""
        symbol = self._tree.syms[name]
        return values.value_now(symbol) if dotconfig.is_minimal(symbol) else None

    def is_set_by_user(self, name: str) -> bool:
        """Return whether a file or `set` has given the symbol a value."""
        return self._tree.syms[name].user_value is not None

    def holds_what_was_set(self, name: str) -> bool:
        """Return whether a symbol has the value that a file or `set` has given it."""
        symbol = self._tree.syms[name]
        return symbol.user_value is not None and values.same(
            symbol, values.user_value(symbol), values.value_now(symbol)
        )

    @property
    def title(self) -> str:
        """Return the main menu's title."""
        return self._tree.mainmenu_text

    def shown(self, location: Location) -> Location:
        """Return a location of the Kconfig tree with a path that can be opened from the current folder."""
        return shown(self._shown_from, location.path, location.line)

    def name_places_by_tree(self) -> None:
        """From now on tell places in Kconfig as the tree has them, for who reads them and opens no file."""
        self._shown_from = None

    def units(self) -> list[Unit]:
        """Return the units of the tree, enabled or not, sorted by symbol.

        Raises:
            UsageError: a unit's folder breaks the rules.
        """
        return units.find_units(self._tree, self.root)

    def edges(self, *, enabled_only: bool = True) -> list[Edge]:
        """Return what must come before what; see `configurator.model.units.find_edges`.

        Raises:
            UsageError: a dependency cannot be turned into an order.
        """
        return units.find_edges(self._tree, self.units(), self.root, enabled_only=enabled_only)

    def digest(self) -> str:
        """Return a SHA-256 over name, type and value of every symbol, in hexadecimal.

        Two configurations with the same digest give the same generated constants.
        """
        import hashlib  # here, as difflib below: the usual command needs neither, and start-up time is a promise

        lines = sorted(
            f"{symbol.name} {values.symbol_type(symbol).value} {values.value_now(symbol)}\n"
            for symbol in self._tree.unique_defined_syms
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def text(self) -> str:
        """Return what `write` writes."""
        return dotconfig.render(self._tree, _HEADER.format(title=self.title))

    def minimal_text(self, header: str = "") -> str:
        """Return only what differs from the defaults, below `header`; loading it gives the same configuration."""
        return dotconfig.render_minimal(self._tree, header)

    def settings_text(self) -> str:
        """Return the lines of all that the user set, in the order in which he did; reading it restores just that."""
        text = StringIO()  # and no list of all lines: an editor keeps this text every second or so
        for symbol in in_turn(self._tree.unique_defined_syms):
            text.write(f"{dotconfig.assignment_line(symbol, values.user_value(symbol))}\n")
        return text.getvalue()

    def minimal_values(self) -> dict[str, str]:
        """Return the symbols of `minimal_text` with their values."""
        return {one.name: one.value for one in dotconfig.parse(self.minimal_text())}

    def written_lines(self) -> dict[str, str]:
        """Return the lines of `text` by symbol: ``CONFIG_X=...`` or ``# CONFIG_X is not set``."""
        return {
            symbol.name: line for symbol in self._tree.unique_defined_syms if (line := symbol.config_string.strip())
        }

    def write(self, path: Path) -> bool:
        """Write the .config, the former one kept as `.old`; return False, and touch nothing, when it is the same.

        Raises:
            UsageError: the file cannot be written.
        """
        return write_if_changed(path, self.text(), keep_old=True)

    def write_minimal(self, path: Path) -> bool:
        """Write what differs from the defaults; comment lines at the head of an existing file stay.

        Raises:
            UsageError: the file cannot be written.
        """
        header = dotconfig.leading_comment(path) if _exists(path) else ""
        return write_if_changed(path, self.minimal_text(header))

    def _apply(self, wanted: Iterable[Wanted]) -> list[NotTaken]:
        """Give symbols their values, and return what does not hold then; a number out of range goes to the bound."""
        for symbol, _, value in wanted:
            if values.takes_values(symbol):  # kconfiglib would store the others' to no effect, and warn
                symbol.set_value(value)
        checked = (values.not_taken(symbol, assignment, value) for symbol, assignment, value in wanted)
        return [missed for missed in checked if missed]

    def difference(self, path: Path) -> str:
        """Return how a file differs from what `write` would make of it, as a unified diff; "" if it does not.

        Raises:
            UsageError: the file is not there, or is no text.
        """
        return dotconfig.text_difference(path, self.text(), "olddefconfig")

    def minimal_difference(self, path: Path) -> str:
        """Return how a file differs from what `write_minimal` would make of it, as a unified diff; "" if it does not.

        Raises:
            UsageError: the file is not there, or is no text.
        """
        wanted = self.minimal_text(dotconfig.leading_comment(path))
        return dotconfig.text_difference(path, wanted, "savedefconfig")

    def _symbol(self, name: str, location: Location | None = None) -> kconfiglib.Symbol:
        """Find a symbol by its name, with or without the prefix of the .config file."""
        symbol = self._tree.syms.get(name) or self._tree.syms.get(name.removeprefix(PREFIX))
        if symbol is not None and symbol.nodes:
            return symbol
        import difflib

        known = [other.name for other in self._tree.unique_defined_syms]
        near = difflib.get_close_matches(name.removeprefix(PREFIX).upper(), known)
        raise UsageError(f"there is no symbol {name[:80]!r}", location=location, hints=near)

    def _well_formed(self, assignments: Iterable[Assignment]) -> list[Wanted]:
        """Return the assignments that count, with their values normalised; the last one for each symbol."""
        last: dict[str, Wanted] = {}
        problems = []
        for assignment in assignments:
            try:
                symbol = self._symbol(assignment.name, assignment.location)
                value = values.normalised(symbol, assignment)
            except UsageError as problem:
                problems.append(problem)
                continue
            last.pop(symbol.name, None)  # a later place in the order: in a choice, the last y counts
            last[symbol.name] = Wanted(symbol, assignment, value)
        if problems:
            raise _summary(problems)
        return list(last.values())


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError):  # a name that is too long, a NUL byte: reading it says what is wrong
        return True


def _summary(problems: list[UsageError]) -> UsageError:
    """Return the first problem, which mentions the lines of the others."""
    first = problems[0]
    if len(problems) == 1:
        return first
    lines = [str(problem.location.line) for problem in problems[1:] if problem.location]
    shown = 10
    also = f"lines {', '.join(lines[:shown])}{', ...' if len(lines) > shown else ''}" if lines else problems[1].message
    return UsageError(f"{first.message} (also wrong: {also})", location=first.location, hints=first.hints)
