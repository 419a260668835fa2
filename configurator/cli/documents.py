"""The JSON forms of what several verbs print; docs/json.md describes them, and scripts rely on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from configurator.errors import FindingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from configurator.compare import Difference, SymbolDifference
    from configurator.errors import EggcupError, Location
    from configurator.model import Condition, Configuration, Finding, Migration, NodeInfo, SymbolInfo
    from configurator.model.origin import Origin
    from configurator.model.planner import Change, Plan
    from configurator.model.why import Why

Document = dict[str, Any]


def place(location: Location | None) -> Document:
    """Return the keys `file` and `line`, null where there is none."""
    return {"file": location.path if location else None, "line": location.line if location else None}


def error(problem: EggcupError) -> Document:
    """Return an error, and the findings that it stands for."""
    message = {"message": problem.message, **place(problem.location), "hints": list(problem.hints)}
    document: Document = {"error": message, "exit_code": int(problem.exit_code)}
    if isinstance(problem, FindingsError) and problem.findings:
        document["findings"] = list(problem.findings)
    return document


def finding(found: Finding) -> Document:
    """Return a line of a configuration that has not its effect."""
    return {
        "kind": found.kind.value,
        "symbol": found.name,
        "asked": found.asked,
        "became": found.became,
        "message": found.reason,
        "unmet": [condition(one) for one in found.unmet],
        "hints": list(found.hints),
        **place(found.location),
    }


def condition(one: Condition) -> Document:
    """Return a condition with the values that decide it."""
    return {"condition": one.text, "holds": one.holds, "values": dict(one.values)}


def symbol(configuration: Configuration, info: SymbolInfo) -> Document:
    """Return a symbol as it stands now."""
    return {
        "symbol": info.name,
        "type": info.type.value,
        "value": info.value,
        "prompt": info.prompt,
        "help": info.help,
        "visible": info.visible,
        "assignable": list(info.assignable),
        "range": list(info.range) if info.range else None,
        "set_by_user": info.is_set_by_user,
        "depends_on": [condition(one) for one in info.depends_on],
        "selected_by": list(info.selected_by),
        "choice": list(info.choice),
        **place(configuration.shown(info.location) if info.location else None),
    }


def migration(one: Migration) -> Document:
    """Return a line that was translated to the new name of its symbol."""
    return {
        "old": one.old,
        "new": one.new,
        "asked": one.asked,
        "became": one.became,
        "overridden": one.overridden,
        **place(one.location),
    }


def reading(configuration: Configuration) -> Document:
    """Return what came of reading the files of a configuration."""
    return {
        "findings": [finding(one) for one in configuration.findings],
        "migrations": [migration(one) for one in configuration.migrations],
    }


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Document]:
    """Return the symbols whose values differ; null stands for a symbol that is not there."""
    names = dict.fromkeys([*before, *after])
    return [
        {"symbol": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def written(configuration: Configuration, path: object, *, changed: bool) -> Document:
    """Return what a verb that writes a configuration has done."""
    return {"config": str(path), "written": changed, **reading(configuration)}


def difference(one: Difference) -> Document:
    """Return the difference of two configurations."""
    product = one.product
    return {
        "before": one.before,
        "after": one.after,
        "symbols": [_symbol_difference(symbol) for symbol in one.symbols],
        "product": {
            "known": product.is_known,
            "units": {
                "added": list(product.added),
                "removed": list(product.removed),
                "moved": list(product.moved),
                "order": list(product.order),
            },
            "constants": [{"name": c.name, "before": c.before, "after": c.after} for c in product.constants],
        },
    }


def _symbol_difference(one: SymbolDifference) -> Document:
    return {
        "symbol": one.name,
        "prompt": one.prompt,
        "menu": list(one.menu),
        "before": one.before,
        "after": one.after,
        "set": one.is_set,
        "reason": one.reason,
    }


def why(one: Why) -> Document:
    """Return an explanation with those of the symbols that decide."""
    return {
        **traced(one.name, one.value, one.origin),
        "because": [why(deeper) for deeper in one.because],
        "blocked_by": [condition(unmet) for unmet in one.blocked_by],
        "blockers": [why(deeper) for deeper in one.blockers],
    }


def traced(name: str, value: str, origin: Origin) -> Document:
    """Return a value with its origin."""
    from_where = {"kind": origin.kind.value, "text": origin.text, "by": list(origin.by), **place(origin.location)}
    return {"symbol": name, "value": value, "origin": from_where}


def entry(configuration: Configuration, node: NodeInfo) -> Document:
    """Return an entry of the menu tree."""
    return {
        "kind": node.kind.value,
        "symbol": node.name,
        "value": configuration.get(node.name) if node.name else None,
        "prompt": node.prompt,
        "help": node.help,
        "visible": node.visible,
        **place(configuration.shown(node.location)),
    }


def planned(plans: Sequence[Plan]) -> list[Document]:
    """Return plans, each with its changes and what follows from them."""
    return [{"changes": [_change(one) for one in plan.changes],
             "consequences": [_change(one) for one in plan.consequences]} for plan in plans]  # fmt: skip


def _change(one: Change) -> Document:
    return {"symbol": one.name, "before": one.before, "after": one.after, "reason": one.reason}
