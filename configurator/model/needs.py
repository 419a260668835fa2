"""What a symbol needs in order to have a value: the next steps backwards from a want, by its Kconfig entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import kconfiglib

from configurator.model import values
from configurator.model.expressions import value_of
from configurator.model.symbols import TreeSymbol
from configurator.model.views import SymbolType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LEVELS = {"n": 0, "m": 1, "y": 2}
_OPPOSITE = {
    kconfiglib.EQUAL: kconfiglib.UNEQUAL,
    kconfiglib.UNEQUAL: kconfiglib.EQUAL,
    kconfiglib.LESS: kconfiglib.GREATER_EQUAL,
    kconfiglib.GREATER_EQUAL: kconfiglib.LESS,
    kconfiglib.GREATER: kconfiglib.LESS_EQUAL,
    kconfiglib.LESS_EQUAL: kconfiglib.GREATER,
}
_MIRRORED = {
    kconfiglib.EQUAL: kconfiglib.EQUAL,
    kconfiglib.UNEQUAL: kconfiglib.UNEQUAL,
    kconfiglib.LESS: kconfiglib.GREATER,
    kconfiglib.GREATER: kconfiglib.LESS,
    kconfiglib.LESS_EQUAL: kconfiglib.GREATER_EQUAL,
    kconfiglib.GREATER_EQUAL: kconfiglib.LESS_EQUAL,
}


class Want(NamedTuple):
    """A value that a symbol shall have; None asks that it can be set, whatever to."""

    name: str
    value: str | None


def needs_of(symbol: kconfiglib.Symbol, value: str | None) -> Iterator[Want]:
    """Yield alternatives, each a step towards a value that `symbol` does not have now.

    One of them is taken at a time; when several things are needed together, the first that is missing shows.
    """
    if value is None:
        yield from _to_be_visible(symbol, 1)
    elif values.symbol_type(symbol) in (SymbolType.INT, SymbolType.HEX, SymbolType.STRING):
        yield from _of_text(symbol, value)
    elif value == "m" and symbol.type != kconfiglib.TRISTATE:
        yield from _to_have_modules(symbol)
    elif _LEVELS[value] > symbol.tri_value:
        yield from _to_rise(symbol, value)
    else:
        yield from _to_fall(symbol, value)


def _to_be_visible(symbol: kconfiglib.Symbol, level: int) -> Iterator[Want]:
    for node in symbol.nodes:
        if node.prompt:
            yield from lift(node.prompt[1], level)


def _to_have_modules(symbol: kconfiglib.Symbol) -> Iterator[Want]:
    """Yield what makes m a value of a tristate, which is a bool as long as there are no modules."""
    modules = symbol.kconfig.modules_symbol if isinstance(symbol, TreeSymbol) else None
    if symbol.orig_type == kconfiglib.TRISTATE and modules is not None:
        yield Want(modules.name, "y")


def _to_be_hidden(symbol: kconfiglib.Symbol) -> Iterator[Want]:
    for node in symbol.nodes:
        if node.prompt:
            yield from lower(node.prompt[1], 0)


def _of_text(symbol: kconfiglib.Symbol, value: str) -> Iterator[Want]:
    """Yield steps towards a number or a text; "" stands for a number that has no value."""
    is_number = values.symbol_type(symbol) is not SymbolType.STRING
    if symbol.visibility:
        if is_number and not value:
            yield from _to_be_hidden(symbol)
            return
        for low, high, condition, *_ in symbol.ranges:
            if value_of(condition):
                if not values.lies_between(symbol, value, low.str_value, high.str_value):
                    yield from lower(condition, 0)
                break
        yield Want(symbol.name, value)
        return
    if value or not is_number:
        yield from _to_be_visible(symbol, 1)
    yield from _of_default_text(symbol, value)


def _of_default_text(symbol: kconfiglib.Symbol, value: str) -> Iterator[Want]:
    """Yield steps towards a default that is `value`, or for "" towards no default."""
    holding = next((one for one in symbol.defaults if value_of(one[1])), None)
    for default, condition, *_ in symbol.defaults:
        if not isinstance(default, kconfiglib.Symbol):
            continue
        if values.same(symbol, value, default.str_value):
            yield from _without_earlier(symbol, condition) if value_of(condition) else lift(condition, 1)
        elif default.nodes and not default.is_constant:
            yield Want(default.name, value)
    if not value and holding:
        yield from lower(holding[1], 0)
    yield from _without_bound(symbol)


def _without_bound(symbol: kconfiglib.Symbol) -> Iterator[Want]:
    """Yield what makes another range hold, which leaves a default as it is or moves it to another bound."""
    for _, _, condition, *_ in symbol.ranges:
        if value_of(condition):
            yield from lower(condition, 0)
            return
        yield from lift(condition, 1)


def _without_earlier(symbol: kconfiglib.Symbol, wanted: kconfiglib.Expr) -> Iterator[Want]:
    """Yield what takes away the default that holds instead of the later one with the condition `wanted`."""
    for _, condition, *_ in symbol.defaults:
        if condition is wanted:
            return
        if value_of(condition):
            yield from lower(condition, 0)
            return


def _to_rise(symbol: kconfiglib.Symbol, value: str) -> Iterator[Want]:
    level = _LEVELS[value]
    if symbol.visibility >= level:
        yield Want(symbol.name, value)
    else:
        yield from _to_be_visible(symbol, level)
        if not symbol.choice:
            yield from _by_default(symbol, level)
    if not symbol.choice:  # a select has no effect there
        yield from lift(symbol.rev_dep, level)


def _by_default(symbol: kconfiglib.Symbol, level: int) -> Iterator[Want]:
    """Yield what gives a symbol that cannot be set a level, by a default or an imply."""
    for default, condition, *_ in symbol.defaults:
        if value_of(condition) < level:
            yield from lift(condition, level)
        else:
            yield from lift(default, level)
            yield from _without_earlier(symbol, condition)
    if value_of(symbol.weak_rev_dep) < level:
        yield from lift(symbol.weak_rev_dep, level)
    else:
        yield from lift(symbol.direct_dep, level)


def _to_fall(symbol: kconfiglib.Symbol, value: str) -> Iterator[Want]:
    level = _LEVELS[value]
    if symbol.choice:
        yield from (Want(member.name, "y") for member in symbol.choice.syms if member is not symbol)
        yield from _to_be_hidden(symbol)
    elif value_of(symbol.rev_dep) > level:
        yield from lower(symbol.rev_dep, level)
    elif symbol.visibility:
        yield Want(symbol.name, value)
    else:
        yield from _to_be_visible(symbol, 1)
        yield from lower(symbol.direct_dep, level)
        yield from _without_default(symbol, level)
        yield from lower(symbol.weak_rev_dep, level)


def _without_default(symbol: kconfiglib.Symbol, level: int) -> Iterator[Want]:
    """Yield what takes away the default that gives a symbol more than a level, or sets an earlier one in its place."""
    for default, condition, *_ in symbol.defaults:
        if value_of(condition):
            if value_of(default) > level:
                yield from lower(condition, level)
                yield from lower(default, level)
            return
        if value_of(default) <= level:
            yield from lift(condition, 1)


def lift(expression: kconfiglib.Expr, level: int) -> Iterator[Want]:
    """Yield alternatives, each a step towards a value of `expression` of at least `level`; none when it has that."""
    if value_of(expression) >= level:
        return
    if isinstance(expression, kconfiglib.Symbol):
        yield from _of_operand(expression, level, or_else="y")
    elif isinstance(expression, kconfiglib.Choice):
        for node in expression.nodes:
            if node.prompt:
                yield from lift(node.prompt[1], level)
    elif expression[0] == kconfiglib.AND:
        yield from _each(lift, [part for part in expression[1:] if value_of(part) < level], level)
    elif expression[0] == kconfiglib.OR:
        for part in expression[1:]:
            yield from lift(part, level)
    elif expression[0] == kconfiglib.NOT:
        yield from lower(expression[1], 2 - level)
    else:
        yield from _of_relation(*_relation(expression))


def lower(expression: kconfiglib.Expr, level: int) -> Iterator[Want]:
    """Yield alternatives, each a step towards a value of `expression` of at most `level`; none when it has that."""
    if value_of(expression) <= level:
        return
    if isinstance(expression, kconfiglib.Symbol):
        yield from _of_operand(expression, level, or_else="n")
    elif isinstance(expression, kconfiglib.Choice):
        for node in expression.nodes:
            if node.prompt:
                yield from lower(node.prompt[1], level)
    elif expression[0] == kconfiglib.AND:
        for part in expression[1:]:
            yield from lower(part, level)
    elif expression[0] == kconfiglib.OR:
        yield from _each(lower, [part for part in expression[1:] if value_of(part) > level], level)
    elif expression[0] == kconfiglib.NOT:
        yield from lift(expression[1], 2 - level)
    else:
        operator, left, right = _relation(expression)
        yield from _of_relation(_OPPOSITE[operator], left, right)


def _each(
    step: Callable[[kconfiglib.Expr, int], Iterator[Want]], parts: list[kconfiglib.Expr], level: int
) -> Iterator[Want]:
    """Yield steps for the first of several parts that are all needed, and for those on the same numbers or texts.

    One of these may ask for a value that suits the first one too, as the second part of ``A != 1 && A > 5`` does.
    """
    compared = {item for item in kconfiglib.expr_items(parts[0]) if isinstance(item, kconfiglib.Symbol) and item.nodes}
    texts = {symbol for symbol in compared if not values.is_boolean(symbol)}
    yield from step(parts[0], level)
    for part in parts[1:]:
        if texts & kconfiglib.expr_items(part):
            yield from step(part, level)


def _relation(expression: kconfiglib.Expr) -> tuple[int, kconfiglib.Symbol, kconfiglib.Symbol]:
    return cast("tuple[int, kconfiglib.Symbol, kconfiglib.Symbol]", expression)  # as the parser builds comparisons


def _of_operand(symbol: kconfiglib.Symbol, level: int, *, or_else: str) -> Iterator[Want]:
    """Yield the want that a symbol has a level, or `or_else` where that is m and the symbol has none.

    Constants and undefined symbols never change.
    """
    if symbol.nodes and values.is_boolean(symbol):
        letter = {0: "n", 2: "y"}.get(level, "m" if symbol.type == kconfiglib.TRISTATE else or_else)
        yield Want(symbol.name, letter)


def _of_relation(operator: int, left: kconfiglib.Symbol, right: kconfiglib.Symbol) -> Iterator[Want]:
    """Yield values of one side or the other that make a comparison true."""
    for symbol, other, relation in ((left, right, operator), (right, left, _MIRRORED[operator])):
        if symbol.nodes and not symbol.is_constant:
            for value in _candidates(symbol, other.str_value, relation):
                yield Want(symbol.name, value)


def _candidates(symbol: kconfiglib.Symbol, other: str, relation: int) -> Iterable[str]:
    """Return values of `symbol` that stand in a relation to the text `other`, the likely ones."""
    if values.is_boolean(symbol):
        letters = [letter for letter in "nmy" if _related(_LEVELS[letter], _LEVELS.get(other), relation)]
        return [letter for letter in letters if letter != "m" or symbol.type == kconfiglib.TRISTATE]
    defaults = [value.str_value for value, *_ in symbol.defaults if isinstance(value, kconfiglib.Symbol)]
    if values.symbol_type(symbol) is SymbolType.STRING:
        if relation == kconfiglib.EQUAL:
            return [other]
        texts = [f"{other}x" if other else "x", "", *defaults]
        return [text for text in dict.fromkeys(texts) if text != other]
    number = values.number(symbol, other)
    if number is None:
        return []
    written = [*defaults, *(bound.str_value for low, high, *_ in symbol.ranges for bound in (low, high))]
    likely = [number, number + 1, number - 1, *(values.number(symbol, one) for one in written)]
    fitting = [one for one in dict.fromkeys(likely) if one is not None and _related(one, number, relation)]
    limits = values.active_range(symbol)
    spellings = [values.spelled(symbol, one) for one in fitting]
    allowed = [one for one in spellings if limits is None or values.lies_between(symbol, one, *limits)] or spellings
    return [*allowed, ""] if _related(0, number, relation) else allowed  # without a value it counts as 0


def _related(left: int, right: int | None, relation: int) -> bool:
    if right is None:
        return relation == kconfiglib.UNEQUAL
    return {
        kconfiglib.EQUAL: left == right,
        kconfiglib.UNEQUAL: left != right,
        kconfiglib.LESS: left < right,
        kconfiglib.LESS_EQUAL: left <= right,
        kconfiglib.GREATER: left > right,
        kconfiglib.GREATER_EQUAL: left >= right,
    }[relation]
