"""What can never be: symbols that no configuration switches on, prompts that never show, defaults that never count.

An expression is tried with all values of the symbols in it. Small sets of symbols are looked at, as those of one
dependency are, with what these symbols themselves depend on as far as it fits; beyond that everything counts as
possible. So what is reported is certain, and not everything that is true is found.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import kconfiglib

from configurator.model import values
from configurator.model.expressions import value_of
from configurator.model.places import shown
from configurator.model.views import TreeWarning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_SYMBOLS = 10
_LEVELS = {"n": 0, "m": 1, "y": 2}


class Reach:
    """Answers for one tree, whatever its values are at present."""

    def __init__(self, tree: kconfiglib.Kconfig) -> None:
        self._tree = tree
        self._never: set[kconfiglib.Symbol] = set()
        booleans = [symbol for symbol in tree.unique_defined_syms if values.is_boolean(symbol)]
        found = True
        while found:  # what depends on one that can never be y can never be y either
            dead = {symbol for symbol in booleans if symbol not in self._never and not self._can_be_on(symbol)}
            self._never |= dead
            found = bool(dead)

    def unreachable(self, root: Path) -> Iterator[TreeWarning]:
        """Yield the symbols that never have a value other than n, and the prompts that never show."""
        for symbol in self._tree.unique_defined_syms:
            first = symbol.nodes[0]
            if symbol in self._never:
                place = shown(root, first.filename, first.linenr)
                yield TreeWarning(f"{symbol.name} can never be y: {self._reason(symbol)}", place)
                continue
            for node in symbol.nodes:
                if node.prompt and not self._can_hold(node.prompt[1]):
                    place = shown(root, node.filename, node.linenr)
                    condition = kconfiglib.expr_str(node.prompt[1])
                    yield TreeWarning(f"the prompt of {symbol.name} never shows: {condition} cannot hold", place)

    def dead_defaults(self, root: Path) -> Iterator[TreeWarning]:
        """Yield the defaults that never count: their condition cannot hold, or earlier ones leave them nothing."""
        for symbol in self._tree.unique_defined_syms:
            if symbol in self._never or symbol.choice:
                continue
            earlier: kconfiglib.Expr = self._tree.n
            for node in symbol.nodes:
                for value, condition, *_ in node.defaults:
                    place = shown(root, node.filename, node.linenr)
                    text = f"the default {kconfiglib.expr_str(value)} of {symbol.name} never counts"
                    if not self._can_hold(condition):
                        yield TreeWarning(f"{text}: {kconfiglib.expr_str(condition)} cannot hold", place)
                    elif not self._can_hold((kconfiglib.AND, condition, (kconfiglib.NOT, earlier))):
                        yield TreeWarning(f"{text}: an earlier one holds whenever it does", place)
                    earlier = (kconfiglib.OR, earlier, condition)

    def _reason(self, symbol: kconfiglib.Symbol) -> str:
        if not self._can_hold(symbol.direct_dep):
            return f"{kconfiglib.expr_str(symbol.direct_dep)} cannot hold"
        if values.has_prompt(symbol):
            return "its prompt never shows"
        return "it has no prompt, and nothing selects it"

    def _can_be_on(self, symbol: kconfiglib.Symbol) -> bool:
        ways = [node.prompt[1] for node in symbol.nodes if node.prompt]
        ways += [(kconfiglib.AND, value, condition) for value, condition, *_ in symbol.defaults]
        ways += [symbol.rev_dep, (kconfiglib.AND, symbol.weak_rev_dep, symbol.direct_dep)]
        return any(self._can_hold(way) for way in ways)

    def _can_hold(self, expression: kconfiglib.Expr) -> bool:
        """Return whether some configuration makes `expression` other than n."""
        atoms = _atoms(expression)
        if len(atoms) > _MOST_SYMBOLS:
            return True
        atoms = self._with_dependencies(atoms)
        for chosen in itertools.product(*map(self._domain, atoms)):
            assigned = dict(zip(atoms, chosen, strict=True))
            if _value(expression, assigned) and self._is_consistent(assigned):
                return True
        return False

    def _with_dependencies(self, atoms: list[kconfiglib.Symbol | str]) -> list[kconfiglib.Symbol | str]:
        """Add the symbols that the atoms depend on, breadth first, as long as there are few."""
        known = dict.fromkeys(atoms)
        waiting = list(atoms)
        while waiting:
            atom = waiting.pop(0)
            if isinstance(atom, str) or self._is_selectable(atom):
                continue
            more = [other for other in _atoms(atom.direct_dep) if other not in known]
            if len(known) + len(more) > _MOST_SYMBOLS:
                break
            known.update(dict.fromkeys(more))
            waiting += more
        return list(known)

    def _is_selectable(self, symbol: kconfiglib.Symbol) -> bool:
        return symbol.rev_dep is not self._tree.n

    def _domain(self, atom: kconfiglib.Symbol | str) -> tuple[int, ...]:
        if isinstance(atom, str):  # a comparison that is not looked into
            return (0, 2)
        if atom in self._never:
            return (0,)
        return (2, 1, 0) if atom.type == kconfiglib.TRISTATE else (2, 0)

    def _is_consistent(self, assigned: dict[kconfiglib.Symbol | str, int]) -> bool:
        """Return whether the values can stand together: dependencies are met, of a choice one at most is y."""
        chosen: set[kconfiglib.Choice] = set()
        for atom, value in assigned.items():
            if isinstance(atom, str) or not value:
                continue
            if atom.choice and value == _LEVELS["y"]:
                if atom.choice in chosen:
                    return False
                chosen.add(atom.choice)
            dependency = atom.direct_dep
            known = all(other in assigned for other in _atoms(dependency))
            if known and not self._is_selectable(atom) and _value(dependency, assigned) < value:
                return False
        return True


def _atoms(expression: kconfiglib.Expr) -> list[kconfiglib.Symbol | str]:
    """Return what an expression is made of: bool and tristate symbols, and comparisons of others as texts."""
    if isinstance(expression, kconfiglib.Symbol):
        return [expression] if expression.nodes and values.is_boolean(expression) else []
    if isinstance(expression, kconfiglib.Choice):
        return _atoms(expression.direct_dep)
    if expression[0] in (kconfiglib.AND, kconfiglib.OR, kconfiglib.NOT):
        parts: list[kconfiglib.Symbol | str] = []
        for part in expression[1:]:
            parts += _atoms(part)
        return list(dict.fromkeys(parts))
    left, right = _sides(expression)
    if _is_level_test(expression):
        return [side for side in (left, right) if side.nodes and values.is_boolean(side)]
    return [] if left.is_constant and right.is_constant else [kconfiglib.expr_str(expression)]


def _value(  # noqa: PLR0911 - one for each kind of expression
    expression: kconfiglib.Expr, assigned: dict[kconfiglib.Symbol | str, int]
) -> int:
    if isinstance(expression, kconfiglib.Symbol):
        if expression.nodes and values.is_boolean(expression):
            return assigned[expression]
        return value_of(expression)
    if isinstance(expression, kconfiglib.Choice):
        return _value(expression.direct_dep, assigned)
    operator, *parts = expression
    if operator == kconfiglib.NOT:
        return 2 - _value(parts[0], assigned)
    if operator == kconfiglib.AND:
        return min(_value(part, assigned) for part in parts)
    if operator == kconfiglib.OR:
        return max(_value(part, assigned) for part in parts)
    if _is_level_test(expression):
        left, right = (_level(side, assigned) for side in _sides(expression))
        return 2 if (left == right) is (operator == kconfiglib.EQUAL) else 0
    text = kconfiglib.expr_str(expression)
    return assigned[text] if text in assigned else value_of(expression)


def _is_level_test(expression: kconfiglib.Expr) -> bool:
    """Return whether an expression compares bool or tristate symbols with each other, or with y, m or n."""
    if isinstance(expression, (kconfiglib.Symbol, kconfiglib.Choice)):
        return False
    sides = _sides(expression)
    known = [(side.nodes and values.is_boolean(side)) or side.name in _LEVELS for side in sides]
    return expression[0] in (kconfiglib.EQUAL, kconfiglib.UNEQUAL) and all(known)


def _level(side: kconfiglib.Symbol, assigned: dict[kconfiglib.Symbol | str, int]) -> int:
    return assigned[side] if side.nodes else _LEVELS[side.name]


def _sides(expression: kconfiglib.Expr) -> tuple[kconfiglib.Symbol, kconfiglib.Symbol]:
    _, left, right = expression  # type: ignore[misc]  # the parser builds comparisons of two symbols
    return left, right  # type: ignore[return-value]
