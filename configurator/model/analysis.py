"""Answers about a configuration: what decides a value, how to get another one, what can never be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from configurator.errors import UsageError
from configurator.model import describe, engine, renames, values
from configurator.model.dotconfig import Assignment
from configurator.model.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import kconfiglib

    from configurator.model.configuration import Configuration
    from configurator.model.details import Details
    from configurator.model.origin import Origin
    from configurator.model.planner import Plan
    from configurator.model.reach import Reach
    from configurator.model.renames import Rename
    from configurator.model.views import TreeWarning
    from configurator.model.why import Why


class Analysis:
    """Looks into a configuration; leaves its values as they are.

    What an answer needs is imported with it: a command asks one question, and its start is to be quick.

    Every method that takes the name of a symbol raises UsageError when there is none of that name.

    Args:
        configuration: what is asked about.
        tree: its tree.
        find_symbol: returns the symbol of a name, or raises UsageError.
        root: the folder of the places that are told, to open them; None for places as the tree has them.
    """

    def __init__(
        self,
        configuration: Configuration,
        tree: kconfiglib.Kconfig,
        find_symbol: Callable[[str], kconfiglib.Symbol],
        root: Path | None,
    ) -> None:
        self._configuration = configuration
        self._tree = tree
        self._symbol = find_symbol
        self._root = configuration.root
        self._shown_from = root
        self._lines = configuration.lines

    def plans(self, name: str, value: str | None, *, most: int = 5) -> list[Plan]:
        """Return the smallest sets of changes found that give a symbol a value, the smallest first.

        Args:
            name: the symbol.
            value: the value; None asks for what makes the symbol settable.
            most: how many to return at most.

        Returns:
            The plans; one without changes when nothing needs to be done, none when no way was found.

        Raises:
            UsageError: the value is not of the symbol's type.
        """
        from configurator.model import planner
        from configurator.model.needs import Want

        symbol = self._symbol(name)
        wanted = None if value is None else values.normalised(symbol, Assignment(name, value))
        found = planner.search(self._tree, Want(symbol.name, wanted), most)
        plans = [self._with_consequences(assignments) for assignments in found]
        return sorted(plans, key=lambda plan: (len(plan.changes), len(plan.consequences)))

    def _with_consequences(self, assignments: dict[str, str]) -> Plan:
        """Return a set of assignments with all that comes of it."""
        from configurator.model.planner import Change, Plan

        configuration = self._configuration
        snapshot, before = configuration.snapshot(), configuration.values()
        configuration.set_all(Assignment(name, value) for name, value in assignments.items())
        changes = tuple(Change(name, before[name], value) for name, value in assignments.items())
        consequences = tuple(
            Change(name, before[name], value, self.origin(name).text)
            for name, value in configuration.values().items()
            if value != before[name] and name not in assignments
        )
        configuration.restore(snapshot)
        return Plan(changes, consequences)

    def origin(self, name: str) -> Origin:
        """Return where the value of a symbol comes from."""
        return origin_of(self._symbol(name), self._shown_from, self._lines)

    def why(self, name: str) -> Why:
        """Explain where the value of a symbol comes from and what keeps it from being set."""
        from configurator.model.why import Explainer

        return Explainer(self._tree, self._shown_from, self._lines).why(self._symbol(name))

    def details(self, name: str) -> Details:
        """Return everything that the tree says of a symbol, with what holds now."""
        from configurator.model.details import details_of

        return details_of(self._symbol(name))

    def menu_path(self, name: str) -> tuple[str, ...]:
        """Return the titles of the menus and choices that a symbol lies in, from the top."""
        return describe.menu_path(self._symbol(name))

    def evaluate(self, expression: str) -> str:
        """Return the value of an expression in Kconfig's language, such as ``UART && UART_BAUD > 9600``: y, m or n.

        Raises:
            UsageError: it is no expression, or names a symbol that is not there.
        """
        if "$(" in expression:
            raise UsageError(f"macros are not expanded here: {expression!r}")
        plain = re.sub(r'"[^"]*"|\'[^\']*\'', " ", expression)
        for name in re.findall(r"[A-Za-z0-9_]*[A-Za-z_][A-Za-z0-9_]*", plain):
            if name not in ("y", "m", "n") and not re.fullmatch(r"0[xX][0-9a-fA-F]+", name):
                self._symbol(name)  # kconfiglib takes an unknown name for a text
        return engine.evaluate(self._tree, expression)

    def unreachable(self) -> list[TreeWarning]:
        """Return the symbols of the tree that no configuration switches on, and the prompts that never show."""
        return list(self._reach().unreachable(self._root))

    def dead_defaults(self) -> list[TreeWarning]:
        """Return the defaults of the tree that never count, in any configuration."""
        return list(self._reach().dead_defaults(self._root))

    def _reach(self) -> Reach:
        from configurator.model.reach import Reach

        return Reach(self._tree)

    def renames(self) -> dict[str, Rename]:
        """Return what the tree's rename files say, by old name.

        Raises:
            UsageError: a rename file is wrong.
        """
        return renames.load(self._root, self._tree.kconfig_filenames)
