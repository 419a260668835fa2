"""How symbols and choices get their values, by the rules of C kconfig in Linux 6.12.

kconfiglib follows the C tools of 2020. Since then C lets ``# CONFIG_X is not set`` count for a member of a choice, puts
a number that is out of range to the nearest bound, and limits what `imply` may do. docs/kconfig.md lists what remains.

The classes here pretend to be kconfiglib's own: its parser asks `item.__class__ is Symbol`, and a class attribute of
that name answers it. That keeps kconfiglib as it is, neither patched nor copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kconfiglib

from configurator.model.expressions import BOOLEAN, LETTERS, MODULE, NO, YES, leading_number, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from configurator.model.tree import Tree

_BASES = {kconfiglib.INT: 10, kconfiglib.HEX: 16}
_NOTHING = {kconfiglib.INT: "0", kconfiglib.HEX: "0x0"}
"""What a number is worth that neither the user nor a default gives a value."""


_DEPENDENTS: Any = kconfiglib.Symbol._dependents  # noqa: SLF001 - one module with its base
"""Where a symbol holds what depends on it."""


class TreeSymbol(kconfiglib.Symbol):
    """A symbol with C's values.

    Attributes:
        is_transitional: read from a .config and used in expressions, but never written.
        place: its place among the tree's symbols, in the order of the Kconfig files; -1 for one that has no entry.
        turn: a number that grows each time a user sets a symbol of the tree; 0 while this one is not set.
    """

    __slots__ = ("is_transitional", "place", "turn")  # one more would take 16 bytes of each
    __class__ = kconfiglib.Symbol  # type: ignore[assignment]  # see the module's docstring

    kconfig: Tree

    def __init__(self) -> None:
        kconfiglib.Symbol.__init__(self)
        # Most stay empty, and so does what depends on most symbols; the lists and the set just made are memory of the
        # next symbol's. kconfiglib adds to them what it reads from a menu node, which `Tree` has made tuples, too.
        self.defaults = self.selects = self.implies = self.ranges = ()  # type: ignore[assignment]  # see above
        self.is_transitional = False
        self.place = -1
        self.turn = 0

    def settle(self) -> None:
        """Give up the memory that is needed only while the tree is read."""
        self.nodes = tuple(self.nodes)  # type: ignore[assignment]  # read only from here on
        known = _DEPENDENTS.__get__(self)
        _DEPENDENTS.__set__(self, () if known is None else tuple(known))

    @property
    def imply_limits(self) -> list[kconfiglib.Expr]:
        """Return what limits an implied value: the dependencies of those definitions that have any.

        A definition without dependencies does not lift the limit, which looks odd and is what C does.
        """
        return [node.dep for node in self.nodes if node.dep is not self.kconfig.y]

    @property
    def _dependents(self) -> set[kconfiglib.Symbol | kconfiglib.Choice]:
        """What depends on the symbol: a set, made when something is added to it; a tuple once all has been read."""
        known: set[kconfiglib.Symbol | kconfiglib.Choice] | None = _DEPENDENTS.__get__(self)
        if known is None:
            known = set()
            _DEPENDENTS.__set__(self, known)
        return known

    @_dependents.setter
    def _dependents(self, items: set[kconfiglib.Symbol | kconfiglib.Choice]) -> None:
        _DEPENDENTS.__set__(self, items or None)

    @property
    def visibility(self) -> int:
        """Return the highest value that the user can give, n when it is hidden."""
        if self._cached_vis is None:
            self._cached_vis = self._seen()
        return self._cached_vis

    @property
    def tri_value(self) -> int:
        """Return the value in an expression; n for what is neither bool nor tristate."""
        if self.orig_type not in BOOLEAN or _old_choice(self):
            return kconfiglib.Symbol.tri_value.fget(self)  # type: ignore[attr-defined, no-any-return]  # a property
        if self._cached_tri_val is None:
            self._cached_tri_val = self._member_value() if self.choice else self._free_value()
        return self._cached_tri_val

    @property
    def str_value(self) -> str:
        """Return the value as it is written."""
        if self._cached_str_val is None:
            if self.orig_type in BOOLEAN:
                self._cached_str_val = LETTERS[self.tri_value]
            elif self.orig_type:
                self._cached_str_val = self._written_value()
            else:
                self._cached_str_val = self.name  # an undefined name stands for itself
        return self._cached_str_val

    @property
    def has_value(self) -> bool:
        """Return whether the user or a default gives a value; a number that has none counts as 0."""
        return self.orig_type in BOOLEAN or bool(self.str_value and self._write_to_conf) or self.is_transitional

    def set_value(self, value: str | int) -> bool:
        """Take a user's value; see kconfiglib. The last member of a choice that was set y is chosen."""
        taken = kconfiglib.Symbol.set_value(self, value)
        if taken:
            self.turn = self.kconfig.next_turn()
        return taken

    def unset_value(self) -> None:
        """Forget the user's value."""
        kconfiglib.Symbol.unset_value(self)
        self.turn = 0

    @property
    def can_change(self) -> bool:
        """Return whether the user has a say in the value now."""
        return self.visibility > (NO if self.choice else self._promoted(self.rev_dep))

    @property
    def is_default(self) -> bool:
        """Return whether the value is what it would be if the user had not set it."""
        return self.str_value == self.default_text()

    def default_text(self) -> str:
        """Return what the value would be if the user had not set it, as C computes it for `savedefconfig`."""
        condition, default = self._default()
        if self.orig_type not in BOOLEAN:
            return (default.str_value if isinstance(default, kconfiglib.Symbol) else "") or _NOTHING.get(
                self.orig_type, ""
            )
        if self.choice:
            return "n"
        value = max(min(value_of(default), condition) if default is not None else NO, self._promoted(self.rev_dep))
        return LETTERS[max(self._in_type(value), self._promoted(self.weak_rev_dep))]

    def _seen(self) -> int:
        if self.is_transitional:
            return YES
        if _old_choice(self):
            return kconfiglib.Symbol.visibility.fget(self)  # type: ignore[attr-defined, no-any-return]  # a property
        return self._in_type(max((value_of(node.prompt[1]) for node in self.nodes if node.prompt), default=NO))

    def _in_type(self, value: int) -> int:
        """Return `value`, m made y for a bool and for a tristate without modules."""
        return YES if value == MODULE and self.type is not kconfiglib.TRISTATE else value

    def _promoted(self, expression: kconfiglib.Expr) -> int:
        return self._in_type(value_of(expression))

    def _default(self) -> tuple[int, kconfiglib.Expr | None]:
        """Return the first default whose condition holds, behind the value of that condition."""
        for default, condition, *_ in self.defaults:
            holds = value_of(condition)
            if holds:
                return holds, default
        return NO, None

    def _member_value(self) -> int:
        """Return the value of a member of a choice."""
        visible = self.visibility
        self._write_to_conf = visible != NO and not self.is_transitional
        return YES if visible and self.choice and self.choice.selection is self else NO

    def _free_value(self) -> int:
        """Return the value of a bool or tristate outside choices."""
        visible = self.visibility
        is_written = visible != NO
        forced = self._promoted(self.rev_dep)
        if visible and self.user_value is not None:
            value = min(int(self.user_value), visible)
        else:
            condition, default = self._default()
            value = min(value_of(default), condition) if default is not None else NO
            implied = self._promoted(self.weak_rev_dep)
            is_written = is_written or bool(forced or value or implied)
            if implied:
                limit = max(map(self._promoted, self.imply_limits), default=YES)
                value = min(max(value, implied), limit)
        if forced > self._promoted(self.direct_dep):
            self._warn_select_unsatisfied_deps()
        self._write_to_conf = is_written and not self.is_transitional
        return self._in_type(max(value, forced))

    def _written_value(self) -> str:
        """Return the value of a number or a text."""
        visible = self.visibility
        has_default = False
        value = _NOTHING.get(self.orig_type, "")
        if visible and isinstance(self.user_value, str):
            value = self.user_value
        else:
            _, default = self._default()
            has_default = isinstance(default, kconfiglib.Symbol)
            if isinstance(default, kconfiglib.Symbol):
                value = default.str_value
        is_mentioned = self.env_var is None and not self.is_transitional
        self._write_to_conf = is_mentioned and (visible != NO or has_default)
        return self._in_range(value, is_default=has_default) if self.orig_type in _BASES else value

    def _in_range(self, value: str, *, is_default: bool) -> str:
        """Return `value`, or the bound of the active range that it lies beyond."""
        base = _BASES[self.orig_type]
        for low, high, condition, *_ in self.ranges:
            if value_of(condition):
                number = leading_number(value, base)
                for bound, is_beyond in ((low, int.__lt__), (high, int.__gt__)):
                    if is_beyond(number, leading_number(bound.str_value, base)):
                        if is_default:
                            self.kconfig._warn(  # noqa: SLF001 - one class with its base
                                f"default value {value} of {self.name_and_loc} is out of range,"
                                f" {bound.str_value} holds instead"
                            )
                        return bound.str_value
                break
        return value

    def _assignable(self) -> tuple[int, ...]:
        if self.orig_type not in BOOLEAN or _old_choice(self):
            return kconfiglib.Symbol._assignable(self)  # noqa: SLF001 - one class with its base
        visible = self.visibility
        if self.choice or not visible:
            return (YES,) if visible else ()
        forced = self._promoted(self.rev_dep)
        if forced >= visible:
            return (forced,)
        return tuple(one for one in range(forced, visible + 1) if self._in_type(one) == one)

    def _rec_invalidate(self) -> None:
        if self is self.kconfig.modules_symbol:
            self.kconfig.invalidate()
        else:
            kconfiglib.Symbol._rec_invalidate(self)  # noqa: SLF001 - one class with its base

    def _rec_invalidate_if_has_prompt(self) -> None:
        if self.is_transitional:
            self._rec_invalidate()
        else:
            kconfiglib.Symbol._rec_invalidate_if_has_prompt(self)  # noqa: SLF001 - one class with its base


class ModulesSymbol(TreeSymbol):
    """Stands for the tree's `modules` symbol, which an expression may need before its entry was read.

    Without such a symbol there are no modules: m counts as y where it is a value, and as n in a condition.
    """

    __slots__ = ()
    __class__ = kconfiglib.Symbol

    @property
    def tri_value(self) -> int:
        """Return whether there are modules; n while that is being found out, if it depends on a tristate."""
        real = self.kconfig.modules_symbol
        if real is None or self._write_to_conf:
            return NO
        if real._cached_tri_val is not None:  # noqa: SLF001 - one class with its base
            return real._cached_tri_val  # noqa: SLF001 - as above
        self._write_to_conf = True  # never written: a mark that the question is being asked
        try:
            return real.tri_value
        finally:
            self._write_to_conf = False


class TreeChoice(kconfiglib.Choice):
    """A choice with C's selection."""

    __slots__ = ()
    __class__ = kconfiglib.Choice  # type: ignore[assignment]  # see the module's docstring

    @property
    def default(self) -> kconfiglib.Symbol | None:
        """Return the member that is chosen when the user has set none."""
        return self._selection_from_defaults()

    def _selection(self) -> kconfiglib.Symbol | None:
        """Return the chosen member: what the user said last, else the default, unless the user said n to it."""
        self.visibility  # noqa: B018 - tells kconfiglib's cache that this choice has been evaluated
        if _is_old(self):
            return kconfiglib.Choice._selection(self)  # noqa: SLF001 - one class with its base
        visible = [member for member in self.syms if member.visibility]
        said_yes = [member for member in visible if member.user_value == YES]
        if said_yes:
            return max(said_yes, key=turn_of)
        default = self._selection_from_defaults()
        if default is None or default.user_value is None:
            return default
        unsaid = (member for member in visible if member.user_value is None)
        return next(unsaid, None) or min(visible, key=turn_of)

    def _selection_from_defaults(self) -> kconfiglib.Symbol | None:
        for member, condition, *_ in self.defaults:
            if value_of(condition) and member.visibility:
                return member
        return next((member for member in self.syms if member.visibility), None)


class Given:
    """What the user has set a symbol to, and when; see `TreeSymbol.turn`."""

    __slots__ = ("_symbol", "_turn", "_value")

    def __init__(self, symbol: kconfiglib.Symbol) -> None:
        self._symbol = symbol
        self._value = symbol.user_value
        self._turn = turn_of(symbol)

    def restore(self) -> None:
        """Let the symbol be set as it was."""
        if self._value is None:
            self._symbol.unset_value()
        else:
            self._symbol.set_value(self._value)
            self._symbol.turn = self._turn  # type: ignore[attr-defined]  # a TreeSymbol


def in_turn(symbols: Iterable[kconfiglib.Symbol]) -> list[kconfiglib.Symbol]:
    """Return the symbols that the user set, in the order in which he did."""
    return sorted((symbol for symbol in symbols if symbol.user_value is not None), key=turn_of)


def turn_of(symbol: kconfiglib.Symbol) -> int:
    """Return when the user set a symbol, as a number that grows; 0 while it is not set."""
    return symbol.turn  # type: ignore[attr-defined, no-any-return]  # a TreeSymbol


def level_of(symbol: kconfiglib.Symbol, value: str) -> str | int:
    """Return a value in the form in which a symbol keeps what the user sets."""
    return LETTERS.index(value) if symbol.orig_type in BOOLEAN else value


def put(symbol: kconfiglib.Symbol, value: str | int | None, turn: int) -> None:
    """Store a user's value and forget nothing: that is the caller's business."""
    symbol.user_value = value
    symbol.turn = turn  # type: ignore[attr-defined]  # a TreeSymbol
    if symbol.choice:  # only choices with kconfiglib's rules look at it
        yes = [member for member in symbol.choice.syms if member.user_value == YES]
        symbol.choice.user_selection = max(yes, key=turn_of, default=None)


def place_of(symbol: kconfiglib.Symbol) -> int:
    """Return the place of a symbol among those of the tree."""
    return symbol.place  # type: ignore[attr-defined, no-any-return]  # a TreeSymbol


def _old_choice(symbol: kconfiglib.Symbol) -> bool:
    return symbol.choice is not None and _is_old(symbol.choice)


def _is_old(choice: kconfiglib.Choice) -> bool:
    """Return whether C 6.12 has no such choice any more: those keep kconfiglib's rules."""
    return choice.is_optional or choice.orig_type is kconfiglib.TRISTATE
