"""Random trees and random edits: what always holds, whatever the user does.

EGGCUP_FUZZ_CASES sets the number of cases of each test.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from configurator.model import Configuration
from configurator.session import SAVED, TOP, Answer, Mode, Session, View
from tests.compat.trees import NUMBERS, TEXTS, random_config, random_tree

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    import pytest

    from configurator.session import Outcome
    from tests.compat.trees import Drawn, RandomTree

CASES = int(os.environ.get("EGGCUP_FUZZ_CASES", "150"))
EDITS = 12
_RANGE = re.compile(r"^\trange .*\n", re.MULTILINE)

cases = settings(
    max_examples=CASES,
    derandomize="EGGCUP_FUZZ_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
randoms = st.randoms(use_true_random=True)  # a case drawn bit by bit could be made small, but takes ten times as long


class Editing:
    """A session on a random tree, an oracle of its values, and random edits.

    The oracle is the same tree in another object, which is given all that the user set at once: its values are computed
    by kconfiglib's own way of forgetting and computing anew.
    """

    def __init__(self, random: Random, folder: Path, *, ranges: bool = True) -> None:
        self.random = random
        self.tree: RandomTree = random_tree(random)
        if not ranges:
            self.tree.text = _RANGE.sub("", self.tree.text)
        self.folder = folder
        kconfig, self.config = folder / "Kconfig", folder / ".config"
        kconfig.write_text(self.tree.text, encoding="utf-8")
        self.config.write_text(random_config(random, self.tree), encoding="utf-8")
        self.kconfig = kconfig
        self.session = Session(Configuration.load(kconfig, self.config), self.config)
        self.oracle = Configuration.load(kconfig)

    def values(self) -> dict[str, str]:
        """Return the values by the oracle."""
        self.oracle.restore(self.session.configuration.snapshot())
        return self.oracle.values()

    def edit(self) -> Outcome:
        """Do something that `undo` can take back."""
        session, symbol = self.session, self._one()
        roll = self.random.randrange(100)
        if roll < 60:
            value = self._value(symbol)
            note(f"set {symbol.name}={value}")
            return session.set(symbol.name, value)
        if roll < 70:
            note(f"unset {symbol.name}")
            return session.unset(symbol.name)
        if roll < 80:
            node = self.random.randrange(-1, len(session.menu))
            note(f"reset {node}")
            return session.reset_menu(node)
        if roll < 90:
            path = self.folder / "other"
            path.write_text(random_config(self.random, self.tree), encoding="utf-8")
            note(f"load {path.read_text(encoding='utf-8')}")
            return session.load(path)
        note("drop")
        return session.drop_unknown([one.name for one in session.unknown])

    def _one(self) -> Drawn:
        return self.tree.symbols[self.random.randrange(len(self.tree.symbols))]

    def _value(self, symbol: Drawn) -> str:
        if symbol.kind in ("bool", "tristate"):
            return "nmy"[self.random.randrange(3)]
        values = TEXTS if symbol.kind == "string" else NUMBERS
        return values[self.random.randrange(len(values))]


def editing(random: Random, factory: pytest.TempPathFactory, *, ranges: bool = True) -> Editing:
    """Return a session on a random tree."""
    folder = factory.getbasetemp() / "session"
    folder.mkdir(exist_ok=True)
    case = Editing(random, folder, ranges=ranges)
    note(case.tree.text)
    note(case.config.read_text(encoding="utf-8"))
    return case


@cases
@given(random=randoms)
def test_consequences_are_the_difference(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What an outcome lists is what moved, all of it, and once; the values are those that a recomputation gives."""
    case = editing(random, tmp_path_factory)
    for _ in range(EDITS):
        before = case.values()
        outcome = case.edit()
        after = case.values()
        assert case.session.configuration.values() == after
        different = {(name, before[name], value) for name, value in after.items() if before[name] != value}
        told = [(one.name, one.before, one.after) for one in (outcome.change.moved if outcome.change else ())]
        assert sorted(told) == sorted(different)
        assert all(one.reason for one in (outcome.change.followed if outcome.change else ()))
        assert (outcome.answer is Answer.CHANGED) == (outcome.change is not None)


@cases
@given(random=randoms)
def test_undo_and_redo_restore_the_exact_file(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """After any edits, undo leads back through the exact texts, and redo forth again."""
    case = editing(random, tmp_path_factory)
    session = case.session
    texts = [session.text()]
    for _ in range(EDITS):
        if case.edit().answer is Answer.CHANGED:
            texts.append(session.text())
        else:
            assert session.text() == texts[-1]
    assert len(session.history) == len(texts) - 1
    for text in reversed(texts[:-1]):
        assert session.undo().answer is Answer.CHANGED
        assert session.text() == text
        assert session.configuration.values() == case.values()
    assert session.undo().answer is Answer.UNCHANGED
    for text in texts[1:]:
        assert session.redo().answer is Answer.CHANGED
        assert session.text() == text
    assert session.redo().answer is Answer.UNCHANGED


@cases
@given(random=randoms)
def test_undo_and_redo_in_any_order(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Edits, undo and redo at random: the file is always that of the position in the history.

    A look at the values of before the last of them shows just those, and leaves everything as it was.
    """
    case = editing(random, tmp_path_factory)
    session = case.session
    texts, position = [session.text()], 0
    former = ""
    for _ in range(2 * EDITS):
        before = session.configuration.text()
        roll = random.randrange(3)
        outcome = (case.edit, session.undo, session.redo)[roll]()
        if outcome.answer is Answer.CHANGED:
            former = before
            position += -1 if roll == 1 else 1
            if roll == 0:
                texts[position:] = [session.text()]
        with session.as_before() as was_changed:
            assert session.configuration.text() == (former if was_changed else before)
        assert session.text() == texts[position]


@cases
@given(random=randoms)
def test_a_saved_file_gives_the_same_values(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file that was saved is not modified; it reads back to the same values and the same text.

    Ranges are left out: of `range 5 1`, which trees at random have, the bound that holds depends on the value.
    """
    case = editing(random, tmp_path_factory, ranges=False)
    for _ in range(EDITS):
        case.edit()
    case.session.save()
    assert not case.session.modified
    again = Session(Configuration.load(case.kconfig, case.config), case.config)
    assert again.configuration.values() == case.session.configuration.values()
    assert again.text() == case.session.text()
    assert not again.modified
    assert again.changes(SAVED) == []


@cases
@given(random=randoms)
def test_modified_is_what_saving_would_do(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`modified` says after each step whether the file would get another line that sets something."""
    case = editing(random, tmp_path_factory)
    for number in range(EDITS):
        lines = [_settings(text) for text in (case.session.text(), case.config.read_text(encoding="utf-8"))]
        assert case.session.modified == (lines[0] != lines[1])
        if number == EDITS // 2:
            case.session.save()
        elif random.randrange(3):
            case.edit()
        else:
            case.session.undo()


@cases
@given(random=randoms)
def test_every_row_is_reachable(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is visible can be reached from the main menu, by entering menus that are shown; so can what is hidden."""
    case = editing(random, tmp_path_factory)
    session = case.session
    for _ in range(EDITS // 3):
        case.edit()
        visible = {node for node in range(len(session.menu)) if session.menu.is_visible(node)}
        around = {above for node in visible for above in _above(session, node)}
        assert _reached(session, TOP, show_hidden=False) == visible | around
        assert _reached(session, TOP, show_hidden=True) == set(range(len(session.menu)))
        for hidden, expected in ((False, visible | around), (True, set(range(len(session.menu))))):
            rows = session.rows(View(mode=Mode.WHOLE_TREE, show_hidden=hidden))
            assert set(rows.nodes) == expected
            assert [row.node for row in rows] == [*rows.nodes] == sorted(rows.nodes)
        assert [*session.menu.visible()] == [session.menu.is_visible(node) for node in range(len(session.menu))]


def _above(session: Session, node: int) -> list[int]:
    found = []
    while (node := session.menu.parents[node]) != TOP:
        found.append(node)
    return found


def _reached(session: Session, menu: int, *, show_hidden: bool) -> set[int]:
    rows = session.rows(View(menu, show_hidden=show_hidden))
    below = [_reached(session, row.node, show_hidden=show_hidden) for row in rows if row.is_menu]
    return set(rows.nodes).union(*below)


def _settings(text: str) -> frozenset[str]:
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if not line.startswith("#") or line.endswith(" is not set")) - {""}


@cases
@given(random=randoms)
def test_a_plan_keeps_its_promise(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A plan that is applied makes the changes and consequences that it lists, no others, and is one step."""
    case = editing(random, tmp_path_factory)
    session = case.session
    for symbol in case.tree.symbols:
        wanted = "y" if symbol.kind in ("bool", "tristate") else None
        for plan in session.plans(symbol.name, wanted):
            before = session.configuration.values()
            outcome = session.apply_plan(plan)
            told = {(one.name, one.before, one.after) for one in (outcome.change.moved if outcome.change else ())}
            promised = {(one.name, one.before, one.after) for one in (*plan.changes, *plan.consequences)}
            assert told == {one for one in promised if one[1] != one[2]}
            info = session.symbol(symbol.name)
            assert info.value == "y" if wanted else info.visible
            if outcome.answer is Answer.CHANGED:
                session.undo()
            assert session.configuration.values() == before
