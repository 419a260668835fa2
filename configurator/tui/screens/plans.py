"""The ways to make a symbol settable, or to give it a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.tui.actions import Where
from configurator.tui.rows import Part, Row, Span, printable
from configurator.tui.screens.pick import PickScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from configurator.model.planner import Plan


class PlansScreen(PickScreen["Plan | None"], where=Where.PLANS):
    """Lists the plans with their consequences; closes with the one to apply."""

    def __init__(self, heading: str, plans: Sequence[Plan]) -> None:
        super().__init__(heading)
        self._plans = plans

    def rows(self) -> Sequence[Row]:
        """Return a row for each plan."""
        return [self._row(number, plan) for number, plan in enumerate(self._plans)]

    def nothing(self) -> str:
        """Say that there is no way."""
        return "no way was found: perhaps it depends on itself, or on what nothing can set"

    def about(self, row: Row) -> Sequence[Span]:
        """Tell what a plan changes and what comes of it."""
        plan = self._plan(row)
        spans = [Span("Changes", Part.HEADING)]
        spans += [Span(printable(f"  {one.name} {_or_none(one.before)} -> {one.after}"), Part.VALUE)
                  for one in plan.changes]  # fmt: skip
        spans += [Span(""), Span("Consequences", Part.HEADING)]
        for one in plan.consequences:
            spans.append(Span(printable(f"  {one.name} {_or_none(one.before)} -> {_or_none(one.after)}"), Part.PROMPT))
            spans.append(Span(printable(f"      {one.reason}"), Part.COMMENT))
        return spans if plan.consequences else [*spans, Span("  none: no other symbol moves", Part.COMMENT)]

    def chosen(self, row: Row) -> None:
        """Close, to apply the plan."""
        self.dismiss(self._plan(row))

    def _plan(self, row: Row) -> Plan:
        return self._plans[row.key if isinstance(row.key, int) else 0]

    def _row(self, number: int, plan: Plan) -> Row:
        count, others = len(plan.changes), len(plan.consequences)
        changes = ", ".join(f"{one.name}={one.after}" for one in plan.changes)
        sizes = f"  {count} change{'s' if count > 1 else ''}, {others} other{'' if others == 1 else 's'} follow"
        return Row(number, (Span(f" {number + 1}. ", Part.KEY), Span(printable(changes)), Span(sizes, Part.COMMENT)))


def _or_none(value: str) -> str:
    return value or "(none)"
