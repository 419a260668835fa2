"""The reader of Kconfig files: kconfiglib's, with what the language has gained since its last release.

- `modules` marks the symbol that says whether there are modules (Linux 5.13), where `option modules` did before;
- `transitional` marks a symbol that is read from a .config but not written (6.18);
- `depends on A if B` is `depends on A || B = n` (7.0).

Values follow C kconfig of Linux 6.12, see `configurator.model.symbols`.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import kconfiglib

from configurator.model.commands import Command, Commands
from configurator.model.expressions import is_off
from configurator.model.places import shown
from configurator.model.symbols import ModulesSymbol, TreeChoice, TreeSymbol
from configurator.model.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = re.compile(r"\s*(?:option\s+)?(?P<mark>modules|transitional)\s*(?:#.*)?\n?", re.ASCII)
_ENTRY = re.compile(r"(config|menuconfig)[ \t]+([A-Za-z0-9_]+)[ \t]*\n?", re.ASCII)
_TITLE = re.compile(r'[ \t]*(bool|tristate|int|hex|string|prompt|menu)[ \t]+"([^"$\\\n]*)"[ \t]*\n?', re.ASCII)
_KEYWORDS = kconfiglib._get_keyword  # noqa: SLF001 - one module with its base
_VISIBLE = re.compile(r"\s*visible\b", re.ASCII)
_PARTICULAR = re.compile(r"[$=\"']|^(?:menu)?config\b", re.ASCII)
_SHORT = 40
_DEPENDS = re.compile(r"\s*depends\b", re.ASCII)

_Defaults: TypeAlias = "tuple[tuple[kconfiglib.Expr, kconfiglib.Expr], ...]"


class Tree(kconfiglib.Kconfig):
    """A Kconfig tree.

    Attributes:
        commands: runs what the tree asks for, as far as somebody allows it.
        modules_symbol: the symbol that says whether there are modules, None when there never are.

    A tree of 18,000 symbols would take 34 MB as kconfiglib builds it, and takes 19 MB here: lists and sets that stay
    empty are not made, those that are read only become tuples, shared where they are alike, and all help texts lie in
    one piece of memory (`help_of`).
    """

    def __init__(self, filename: str, commands: Commands, *, warn_to_stderr: bool) -> None:
        self.commands = commands
        self.modules_symbol: kconfiglib.Symbol | None = None
        self._stand_in: ModulesSymbol | None = None
        self._marks: list[tuple[str, str, int]] = []
        self._turns = 0
        self._known_lines: dict[str, kconfiglib.Tokens] = {}
        self._helps = Texts()
        self._numbers = [0]
        self._alike: dict[tuple[int, int], _Defaults] = {}  # by identities, which last as long as the tuple
        kconfiglib.Kconfig.__init__(self, filename, warn_to_stderr=warn_to_stderr)
        self._known_lines = {}
        self._alike = {}
        self._refuse_stray_marks()
        self._helps.settle()
        for symbol in (*self.syms.values(), *self.const_syms.values()):
            if isinstance(symbol, TreeSymbol):
                symbol.settle()
        for place, symbol in enumerate(self.unique_defined_syms):
            symbol.place = self._number(place)  # type: ignore[attr-defined]  # a TreeSymbol

    def help_of(self, node: kconfiglib.MenuNode) -> str:
        """Return the help text of an entry, "" where it has none."""
        number = getattr(node, "help", None)  # menus and comments have no such attribute
        return self._helps[number] if isinstance(number, int) else ""

    def next_turn(self) -> int:
        """Return a number that is higher than all before."""
        self._turns += 1
        return self._number(self._turns)

    def _number(self, number: int) -> int:
        """Return a number, always the same object for the same one: each symbol has three, which are often alike."""
        numbers = self._numbers
        if number == len(numbers):
            numbers.append(number)
        return numbers[number] if number < len(numbers) else number

    @property
    def modules(self) -> kconfiglib.Symbol:
        """Return what stands for the `modules` symbol in expressions."""
        if self._stand_in is None:
            self._stand_in = ModulesSymbol()
            self._stand_in.kconfig = self
            self._stand_in.name = "MODULES"
            self._stand_in.orig_type = kconfiglib.BOOL
            self._stand_in.is_constant = False
            self._stand_in.rev_dep = self._stand_in.weak_rev_dep = self._stand_in.direct_dep = self.n
        return self._stand_in

    @modules.setter
    def modules(self, symbol: kconfiglib.Symbol) -> None:
        """Ignore that kconfiglib takes any symbol of the name MODULES: C needs the keyword."""

    def invalidate(self) -> None:
        """Forget all computed values."""
        self._invalidate_all()

    # What follows overrides the parser of kconfiglib 14.1, the last release of that line.

    def _fn_val(self, args: list[str]) -> str:
        """Expand a macro; `shell`, unless a variable has that name, is the one that runs commands."""
        if args[0] != "shell" or args[0] in self.variables or len(args) != 2:  # noqa: PLR2004 - its name and a command
            return kconfiglib.Kconfig._fn_val(self, args)  # noqa: SLF001 - one class with its base
        place = shown(Path(self.srctree), self.filename, self.linenr)
        execute = partial(kconfiglib.Kconfig._fn_val, self, args)  # noqa: SLF001 - one class with its base
        return self.commands.run(Command(args[1], place), execute)

    def _lookup_sym(self, name: str) -> kconfiglib.Symbol:
        known = self.syms.get(name)
        if known is not None:
            return known
        if getattr(self, "_parsing_kconfigs", True):
            self.syms[name] = self._new_symbol(name, is_constant=False)
        return kconfiglib.Kconfig._lookup_sym(self, name)  # noqa: SLF001 - one class with its base

    def _lookup_const_sym(self, name: str) -> kconfiglib.Symbol:
        if name not in self.const_syms and getattr(self, "_parsing_kconfigs", True):
            self.const_syms[name] = self._new_symbol(name, is_constant=True)
        return kconfiglib.Kconfig._lookup_const_sym(self, name)  # noqa: SLF001 - one class with its base

    def _new_symbol(self, name: str, *, is_constant: bool) -> TreeSymbol:
        symbol = TreeSymbol()
        symbol.kconfig = self
        symbol.name = name
        symbol.is_constant = is_constant
        symbol.rev_dep = symbol.weak_rev_dep = symbol.direct_dep = self.n
        return symbol

    def _tokenize(self, s: str) -> kconfiglib.Tokens:
        known = self._known_lines.get(s) or self._plain_tokens(s)
        if known is not None:
            self._line = s
            return known
        match = _MARK.fullmatch(s) if "modules" in s or "transitional" in s else None
        if match:
            self._marks.append((match["mark"], self.filename, self.linenr))
            return (None,)  # as for an empty line
        warnings = len(self.warnings)
        tokens = kconfiglib.Kconfig._tokenize(self, s)  # noqa: SLF001 - one class with its base
        # Half of a tree's lines are like others, such as `help` or `default y`. Macros are expanded each time, and what
        # there is to complain of is complained of each time.
        if len(s) < _SHORT and not _PARTICULAR.search(s) and len(self.warnings) == warnings:
            self._known_lines[s] = tokens
        return tokens

    def _plain_tokens(self, s: str) -> kconfiglib.Tokens | None:
        """Return the tokens of the two lines that nearly every entry has, ``config NAME`` and ``bool "..."``."""
        match = _ENTRY.fullmatch(s)
        if match is None:
            match = _TITLE.fullmatch(s)
            return [_KEYWORDS(match[1]), match[2], None] if match else None
        keyword, name = match.groups()
        if _KEYWORDS(name) or name in kconfiglib.STR_TO_TRI:
            return None
        return [_KEYWORDS(keyword), self._lookup_sym(name), None]

    def _parse_help(self, node: kconfiglib.MenuNode) -> None:
        """Read a help text, which ends before the first line that is less indented than its first one."""
        line = self._readline()
        words = line.lstrip()
        blank = line[: len(line) - len(words)]
        if not blank or not words or node.help is not None:  # kconfiglib knows what to say to that
            self._read_again(line, node)
            return
        readline, width, start = self._readline, len(blank.expandtabs()), len(blank)
        lines = [line.expandtabs()[width:]]
        while True:
            line = readline()
            if line.startswith(blank):  # nearly always
                words = line[start:] if "\t" not in line[start:] else line.expandtabs()[width:]
                lines.append("\n" if words.isspace() else words)
            elif line.isspace():
                lines.append("\n")
            else:
                expanded = line.expandtabs()
                if len(expanded) - len(expanded.lstrip()) < width:
                    break
                lines.append(expanded[width:])
        self.linenr += 1 + len(lines)
        node.help = self._number(self._helps.add("".join(lines).rstrip()))
        if line:
            self._line_after_help(line)

    def _read_again(self, line: str, node: kconfiglib.MenuNode) -> None:
        """Let kconfiglib read a help text the first line of which has been read already."""
        readline = self._readline
        self._readline = chain([line], iter(readline, None)).__next__
        try:
            kconfiglib.Kconfig._parse_help(self, node)  # noqa: SLF001 - one class with its base
        finally:
            self._readline = readline
        if isinstance(node.help, str):
            node.help = self._number(self._helps.add(node.help))

    def _parse_props(self, node: kconfiglib.MenuNode) -> None:
        self._refuse_stray_marks()
        kconfiglib.Kconfig._parse_props(self, node)  # noqa: SLF001 - one class with its base
        # kconfiglib adds to these only while it reads the entry
        node.defaults = node.defaults or ()
        node.selects = node.selects or ()
        node.implies = node.implies or ()
        node.ranges = node.ranges or ()
        marks, self._marks = self._marks, []
        for mark, filename, line in marks:
            if not isinstance(node.item, TreeSymbol):
                raise kconfiglib.KconfigError(f"{filename}:{line}: error: {mark!r} belongs to a symbol")
            if mark == "transitional":
                node.item.is_transitional = True
                self._check_transitional(node, filename, line)
            elif self.modules_symbol is None or self.modules_symbol is node.item:
                self.modules_symbol = node.item
            else:
                message = f"{self.modules_symbol.name} has the keyword 'modules' already"
                raise kconfiglib.KconfigError(f"{filename}:{line}: error: {message}")

    def _expect_expr_and_eol(self) -> kconfiglib.Expr:
        if _VISIBLE.match(self._line):  # m stays m here, see _finalize_node
            expression = self._parse_expr(False)
            self._check_end()
            return expression
        if not _DEPENDS.match(self._line):
            return kconfiglib.Kconfig._expect_expr_and_eol(self)  # noqa: SLF001 - one class with its base
        expression = self._parse_expr(True)
        condition = self._parse_cond()  # y without an `if`; refuses what follows
        return expression if condition is self.y else self._make_or(expression, is_off(condition))

    def _propagate_deps(self, node: kconfiglib.MenuNode, visible_if: kconfiglib.Expr) -> None:
        """Give the members of a choice its dependencies, but not the condition of its prompt, as C does now."""
        if not isinstance(node.item, kconfiglib.Choice) or _is_tristate(node) or node.item.is_optional:
            kconfiglib.Kconfig._propagate_deps(self, node, visible_if)  # noqa: SLF001 - one class with its base
            return
        choice, node.item = node.item, None  # as if it were an `if`
        try:
            kconfiglib.Kconfig._propagate_deps(self, node, visible_if)  # noqa: SLF001 - one class with its base
        finally:
            node.item = choice

    def _finalize_node(self, node: kconfiglib.MenuNode, visible_if: kconfiglib.Expr) -> None:
        if isinstance(node.item, kconfiglib.Symbol) and _is_in_choice(node):
            # A member that depends on another is a member too, which makes a circle, and not an entry below that.
            self._add_props_to_sym(node)
            return
        # For the entries of a menu, m in its `visible if` is m && MODULES as in any condition; for its heading it is m.
        heading = getattr(node, "visibility", None)
        if heading is not None:
            node.visibility = self._with_modules(heading)
        kconfiglib.Kconfig._finalize_node(self, node, visible_if)  # noqa: SLF001 - one class with its base
        if heading is not None:
            node.visibility = heading

    def _with_modules(self, expression: kconfiglib.Expr) -> kconfiglib.Expr:
        if expression is self.m:
            return (kconfiglib.AND, self.m, self.modules)
        if isinstance(expression, tuple) and expression[0] in (kconfiglib.AND, kconfiglib.OR, kconfiglib.NOT):
            return (expression[0], *map(self._with_modules, expression[1:]))  # type: ignore[return-value]  # as it was
        return expression

    def _check_end(self) -> None:
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()

    def _add_props_to_sym(self, node: kconfiglib.MenuNode) -> None:
        if node.defaults:
            node.defaults = self._shared(node.defaults)
        node.selects, node.implies, node.ranges = tuple(node.selects), tuple(node.implies), tuple(node.ranges)
        kconfiglib.Kconfig._add_props_to_sym(self, node)  # noqa: SLF001 - one class with its base

    def _shared(self, defaults: Sequence[tuple[kconfiglib.Expr, kconfiglib.Expr]]) -> _Defaults:
        """Return an entry's defaults as a tuple; the same one for `default y` and the like, which are many."""
        made = tuple(defaults)
        if len(made) > 1 or made[0][0] not in (self.y, self.n, self.m):
            return made
        value, condition = made[0]
        return self._alike.setdefault((id(value), id(condition)), made)

    def _build_dep(self) -> None:
        for choice in self.unique_choices:
            choice.__class__ = TreeChoice
        kconfiglib.Kconfig._build_dep(self)  # noqa: SLF001 - one class with its base
        if self.modules_symbol is not None:  # for the search for loops, and for messages
            self.modules.name = self.modules_symbol.name
            self.modules_symbol._dependents.update(self.modules._dependents)  # noqa: SLF001 - one class with its base
        for symbol in self.unique_defined_syms:
            if isinstance(symbol, TreeSymbol) and symbol.weak_rev_dep is not self.n:
                for limit in symbol.imply_limits:
                    kconfiglib._depend_on(symbol, limit)  # noqa: SLF001 - one module with its base

    def _add_choice_deps(self) -> None:
        kconfiglib.Kconfig._add_choice_deps(self)  # noqa: SLF001 - one class with its base
        for choice in self.unique_choices:
            choice._dependents.update(choice.syms)  # noqa: SLF001 - one class with its base

    def _check_transitional(self, node: kconfiglib.MenuNode, filename: str, line: int) -> None:
        """Refuse what C refuses: a transitional symbol passes on what a .config says, and nothing else."""
        others = [node.prompt, node.defaults, node.selects, node.implies, node.ranges, node.dep is not self.y]
        if any(others):
            raise kconfiglib.KconfigError(
                f"{filename}:{line}: error: a transitional symbol has a type and a help text, and nothing else"
            )

    def _refuse_stray_marks(self) -> None:
        for mark, filename, line in self._marks:
            raise kconfiglib.KconfigError(f"{filename}:{line}: error: {mark!r} belongs to a symbol")


def _is_in_choice(node: kconfiglib.MenuNode) -> bool:
    parent = node.parent
    while parent is not None and parent.item is None:  # an `if`
        parent = parent.parent
    return parent is not None and isinstance(parent.item, kconfiglib.Choice)


def _is_tristate(node: kconfiglib.MenuNode) -> bool:
    """Return whether a choice or any of its members is tristate; C 6.12 refuses such a choice."""
    if isinstance(node.item, kconfiglib.Symbol | kconfiglib.Choice) and node.item.orig_type is kconfiglib.TRISTATE:
        return True
    child = node.list
    while child:
        if _is_tristate(child):
            return True
        child = child.next
    return False
