"""Gives a tree the values of configuration files, and finds what did not come about as asked."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from configurator.errors import Location, UsageError
from configurator.model import renames, values
from configurator.model.dotconfig import Assignment
from configurator.model.findings import Finding, FindingKind, Migration, unmet_selects
from configurator.model.symbols import level_of, place_of, put

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    import kconfiglib

    from configurator.model.dotconfig import ConfigFile
    from configurator.model.tree import Tree

_MOST_WITH_HINTS = 20


@dataclass(frozen=True)
class Reading:
    """What came of reading files.

    `lines` holds, by symbol, the assignment that counts, its value in the symbol's own form; `unknown` holds those of
    symbols that the tree does not have.
    """

    lines: Mapping[str, Assignment]
    findings: tuple[Finding, ...] = ()
    migrations: tuple[Migration, ...] = ()
    unknown: tuple[Assignment, ...] = ()


class _Request(NamedTuple):
    """An assignment to a symbol of the tree; `file` counts the files, `value` is in the symbol's own form."""

    symbol: kconfiglib.Symbol
    assignment: Assignment
    file: int
    value: str


class Lines(Mapping[str, "Assignment"]):
    """The assignments that count, by symbol, with their values in the symbols' own form.

    They are made when they are asked for: all of those of a large file are several megabytes.
    """

    def __init__(self, tree: kconfiglib.Kconfig, requests: Collection[_Request]) -> None:
        self._tree = tree
        count = len(tree.unique_defined_syms)
        self._values: list[str | None] = [None] * count
        self._numbers = array("I", bytes(array("I").itemsize * count))
        self._paths = dict.fromkeys(one.assignment.location.path for one in requests if one.assignment.location)
        self._files = array("H", bytes(array("H").itemsize * count))
        files = {path: number for number, path in enumerate(self._paths, start=1)}
        self._count = len(requests)
        for one in requests:
            place, location = place_of(one.symbol), one.assignment.location
            self._values[place] = one.value
            if location is not None:
                self._files[place], self._numbers[place] = files[location.path], location.line or 0

    def __getitem__(self, name: str) -> Assignment:
        symbol = self._tree.syms[name]
        place = place_of(symbol) if symbol.nodes else -1
        value = self._values[place] if place >= 0 else None
        if value is None:
            raise KeyError(name)
        file = self._files[place]
        location = Location([*self._paths][file - 1], self._numbers[place] or None) if file else None
        return Assignment(name, value, location)

    def __iter__(self) -> Iterator[str]:
        symbols = self._tree.unique_defined_syms
        return (symbol.name for symbol, value in zip(symbols, self._values, strict=True) if value is not None)

    def __len__(self) -> int:
        return self._count


class Reader:
    """Reads files into a tree whose user values are unset.

    Args:
        tree: the tree.
        root: its folder.
        find_symbol: returns the symbol of a name, or raises UsageError with hints of similar ones.
    """

    def __init__(self, tree: Tree, root: Path, find_symbol: Callable[[str], kconfiglib.Symbol]) -> None:
        self._tree = tree
        self._root = root
        self._find_symbol = find_symbol
        self._renames: dict[str, renames.Rename] | None = None
        self._found: list[tuple[int, int, Finding]] = []
        self._migrations: list[Migration] = []
        self._unknown: dict[str, Assignment] = {}
        self._out_of_range: set[kconfiglib.Symbol] = set()

    def read(self, files: Sequence[ConfigFile], complete: Callable[[], None] | None = None) -> Reading:
        """Give the tree the values of `files`; of several values for a symbol the last one counts.

        Args:
            files: the contents, in the order in which they count.
            complete: gives other symbols values; called before the effects of the files' lines are looked at.

        Raises:
            UsageError: a rename file is wrong.
        """
        requests = self._requests(files)
        last: dict[str, _Request] = {}
        for request in requests:
            former = last.pop(request.symbol.name, None)  # a later place in the order: in a choice, the last y counts
            if former:
                self._note_repetition(former, request)
            last[request.symbol.name] = request
        self._assign(list(last.values()), complete)
        for request in last.values():
            self._check_effect(request, last, is_complete=files[request.file].is_complete)
        lines = Lines(self._tree, last.values())
        ordered = [self._finished(finding) for *_, finding in sorted(self._found, key=lambda entry: entry[:2])]
        selects = unmet_selects(self._tree, self._root, lines)
        return Reading(lines, (*ordered, *selects), tuple(self._migrations), tuple(self._unknown.values()))

    def _requests(self, files: Sequence[ConfigFile]) -> list[_Request]:
        """Return the assignments that name a symbol of the tree and are of its type; note the others."""
        requests = []
        for number, file in enumerate(files):
            named = {assignment.name for assignment in file.assignments}
            for given in file.assignments:
                assignment = self._migrated(given, named, number)
                request = self._request(assignment, number) if assignment else None
                if request:
                    requests.append(request)
        return requests

    def _request(self, assignment: Assignment, file: int) -> _Request | None:
        symbol = self._tree.syms.get(assignment.name)
        if symbol is None or not symbol.nodes:
            self._note_unknown(assignment, file)
            return None
        try:
            return _Request(symbol, assignment, file, values.normalised(symbol, assignment))
        except UsageError as problem:
            self._note(file, Finding(FindingKind.INVALID, symbol.name, assignment.value, "", problem.message,
                                     hints=problem.hints, location=assignment.location))  # fmt: skip
            return None

    def _note_unknown(self, assignment: Assignment, file: int) -> None:
        self._unknown.pop(assignment.name, None)  # the last line counts
        self._unknown[assignment.name] = assignment
        hints: tuple[str, ...] = ()
        if len(self._unknown) <= _MOST_WITH_HINTS:  # looking for similar names takes long in a large tree
            try:
                self._find_symbol(assignment.name)
            except UsageError as problem:
                hints = problem.hints
        reason = f"there is no symbol {assignment.name[:80]!r}, the line is dropped"
        self._note(file, Finding(FindingKind.UNKNOWN, assignment.name, assignment.value, None, reason,
                                 hints=hints, location=assignment.location))  # fmt: skip

    def _migrated(self, given: Assignment, named: set[str], file: int) -> Assignment | None:
        """Return an assignment under its symbol's present name, None when that is gone or set by the file too."""
        symbol = self._tree.syms.get(given.name)
        if symbol is not None and symbol.nodes:
            return given
        if self._renames is None:
            self._renames = renames.load(self._root, self._tree.kconfig_filenames)
        rename = renames.resolve(self._renames, given.name)
        if rename is None:
            return given
        if rename.new is None:
            reason = f"{given.name} was removed{': ' if rename.reason else ''}{rename.reason}; the line is dropped"
            kind = FindingKind.REMOVED
            self._note(file, Finding(kind, given.name, given.value, None, reason, location=given.location))
            return None
        value = rename.translated(given.value)
        overridden = rename.new in named
        migration = Migration(given.name, rename.new, given.value, value, given.location, overridden)
        self._migrations.append(migration)
        return None if overridden else replace(given, name=rename.new, value=value)

    def _note_repetition(self, former: _Request, later: _Request) -> None:
        assignment, name = later.assignment, later.symbol.name
        if former.file != later.file:
            if former.value != later.value:
                self._note_override(former, later)
            return
        line = former.assignment.location.line if former.assignment.location else None
        same = former.value == later.value
        reason = f"{name} is set again, {'as on line' if same else 'line'} {line}"
        reason += "" if same else f" says {former.assignment.value!r}"
        place = assignment.location
        self._note(later.file, Finding(FindingKind.DUPLICATE, name, later.value, later.value, reason, location=place))

    def _note_override(self, former: _Request, later: _Request) -> None:
        asked = f"{former.symbol.name}={former.value}"
        same = former.symbol is later.symbol
        instead = f"says {later.value or 'nothing'}" if same else f"chooses {later.symbol.name}"
        reason = f"{asked} is overridden: {later.assignment.location} {instead}"
        became = later.value if same else "n"
        place = former.assignment.location
        finding = Finding(FindingKind.OVERRIDDEN, former.symbol.name, former.value, became, reason, location=place)
        self._note(former.file, finding)

    def _assign(self, requests: Sequence[_Request], complete: Callable[[], None] | None) -> None:
        """Set the values, and note what is out of range, for which the nearer bound holds as in C kconfig."""
        warns, self._tree.warn = self._tree.warn, False  # kconfiglib's own words on values are findings here
        for request in requests:
            if values.takes_values(request.symbol):
                put(request.symbol, level_of(request.symbol, request.value), self._tree.next_turn())
        self._tree.invalidate()  # all at once: kconfiglib's `set_value` looks for what depends on each
        if complete:
            complete()
        for request in requests:
            try:
                values.check_range(request.symbol, request.assignment, request.value)
            except UsageError as problem:
                self._out_of_range.add(request.symbol)
                place = request.assignment.location
                self._note(request.file, Finding(FindingKind.RANGE, request.symbol.name, request.value, "",
                                                 problem.message, location=place))  # fmt: skip
        self._tree.warn = warns

    def _check_effect(self, request: _Request, last: dict[str, _Request], *, is_complete: bool) -> None:
        """Note an assignment that has no effect, once for each line."""
        symbol, assignment = request.symbol, request.assignment
        if not values.takes_values(symbol):
            if not is_complete:
                got = symbol.str_value
                reason = values.promptless_reason(symbol, request.value)
                kind = FindingKind.PROMPTLESS
                self._note(
                    request.file,
                    Finding(kind, symbol.name, request.value, got, reason, location=assignment.location),
                )
            return
        if symbol in self._out_of_range:
            return
        missed = values.not_taken(symbol, assignment, request.value)
        if missed is None:
            return
        chosen = symbol.choice.selection if symbol.choice else None
        if chosen and request.value == "y" and chosen.name in last and last[chosen.name].file > request.file:
            self._note_override(request, last[chosen.name])
            return
        kind, place = FindingKind.WITHOUT_EFFECT, assignment.location
        self._note(request.file, Finding(kind, symbol.name, request.value, missed.got, str(missed), missed.unmet,
                                         location=place))  # fmt: skip

    def _note(self, file: int, finding: Finding) -> None:
        line = finding.location.line if finding.location else None
        self._found.append((file, line or 0, finding))

    def _finished(self, finding: Finding) -> Finding:
        """Return a finding with the value that holds at the end, where it was not known before."""
        if finding.kind in (FindingKind.INVALID, FindingKind.RANGE):
            return finding.with_became(self._tree.syms[finding.name].str_value)
        if finding.kind is FindingKind.DUPLICATE:
            return replace(finding, became=self._tree.syms[finding.name].str_value)
        return finding
