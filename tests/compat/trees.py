"""Kconfig trees and .config files at random, in the language that all kconfigs share.

Symbols are numbered. What a symbol's value follows from has lower numbers, and what it selects has higher ones, so that
no tree has a dependency loop, which every kconfig refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NUMBERS = ("0", "1", "3", "5", "7", "10", "42", "-1", "-8", "100")
HEXES = ("0x0", "0x1", "0x5", "0xA", "0xff", "0x10", "0X1F", "0x100", "3f")
TEXTS = ("", "a", "b", "x y", "5", "y", "n", 'say "hi"', "back\\slash", "it's", "# no", "é")
WRONG = {
    "bool": ("m", "x"), "tristate": ("x", "5"), "int": ("abc", "0x5"), "hex": ("0xg", "-1"), "string": ('""', '"y"'),
}  # fmt: skip
"""Values that C kconfig refuses too; a text is never wrong."""
RELATIONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass
class Drawn:
    """A symbol of a random tree: its number, its type, and the choice that it is a member of."""

    number: int
    kind: str
    choice: int | None = None
    has_prompt: bool = False

    @property
    def name(self) -> str:
        """Return the symbol's name."""
        return f"S{self.number}"


@dataclass
class RandomTree:
    """A tree: `text` is its one Kconfig file, `symbols` what it defines."""

    text: str
    symbols: list[Drawn]


@dataclass
class _Maker:
    """Writes a tree; `limit` is the highest number that a condition around the present place refers to."""

    random: Random
    modules: bool
    kinds: list[str]
    lines: list[str] = field(default_factory=list)
    symbols: list[Drawn] = field(default_factory=list)
    choices: int = 0
    limit: int = 0

    def chance(self, percent: int) -> bool:
        """Return True that often."""
        return self.random.randrange(100) < percent

    def pick(self, *options: str) -> str:
        """Return one of the options."""
        return options[self.random.randrange(len(options))]

    # Expressions

    def expression(self, below: int, depth: int = 0) -> str:
        """Return an expression over symbols with numbers under `below`."""
        roll = self.random.randrange(100)
        if depth < 2 and roll < 40:
            operator = self.pick("&&", "||")
            text = f"{self.expression(below, depth + 1)} {operator} {self.expression(below, depth + 1)}"
            return f"({text})" if depth else text
        if roll < 50:
            return f"!{self.operand(below)}"
        if roll < 75:
            return self.relation(below)
        return self.operand(below)

    def operand(self, below: int) -> str:
        """Return a symbol that is bool or tristate, or a constant."""
        names = [one.name for one in self.symbols if one.number < below and one.kind in ("bool", "tristate")]
        if not names or self.chance(8):
            return self.pick("y", "n", "m", "UNDEFINED")
        return self.pick(*names)

    def relation(self, below: int) -> str:
        """Return a comparison."""
        known = [one for one in self.symbols if one.number < below]
        if not known:
            return self.pick("y = y", "n != y", "1 < 2", '"a" = "b"')
        left = known[self.random.randrange(len(known))]
        if self.chance(30):
            right = known[self.random.randrange(len(known))].name
        else:
            right = {
                "int": self.pick(*NUMBERS),
                "hex": self.pick(*HEXES),
                "string": quoted(self.pick(*TEXTS)),
            }.get(left.kind) or self.pick("y", "n", "m", '"y"', "UNDEFINED")
        operator = self.pick(*RELATIONS)
        if left.kind == "bool" and operator == "!=" and right in ("y", '"y"'):
            operator = "="  # for `A != y` of a bool, C kconfig 6.12 follows a wild pointer
        return f"{left.name} {operator} {right}"

    def condition(self, below: int, percent: int = 40) -> str:
        """Return an `if` with its expression, that often."""
        return f" if {self.expression(below)}" if self.chance(percent) else ""

    # Entries

    def block(self, depth: int, size: int) -> None:
        """Write entries until `size` symbols are there, or as many as there will be."""
        while len(self.symbols) < min(size, len(self.kinds)):
            roll = self.random.randrange(100)
            if depth < 3 and roll < 10:
                self.around("menu", depth)
            elif depth < 3 and roll < 22:
                self.around("if", depth)
            elif roll < 32:
                self.choice()
            elif roll < 37:
                self.comment()
            elif roll < 43 and self.symbols:
                self.again()
            else:
                self.config(self.pick("config", "config", "config", "menuconfig"))

    def around(self, keyword: str, depth: int) -> None:
        """Write a menu or an `if` with entries in it."""
        below, before = len(self.symbols), self.limit
        size = below + self.random.randrange(4)
        if keyword == "if":
            self.lines.append(f"if {self.expression(below)}")
        else:
            self.lines.append(f'menu "Menu {below}"')
            if self.chance(40):
                self.lines.append(f"\tdepends on {self.expression(below)}")
            if self.chance(40):
                self.lines.append(f"\tvisible if {self.expression(below)}")
        self.limit = max(before, below)
        self.block(depth + 1, size)
        self.limit = before
        self.lines.append(f"end{keyword}")

    def comment(self) -> None:
        """Write a comment."""
        self.lines.append(f'comment "Comment {len(self.lines)}"')
        if self.chance(50):
            self.lines.append(f"\tdepends on {self.expression(len(self.symbols))}")

    def config(self, keyword: str) -> None:
        """Write a new symbol."""
        symbol = Drawn(len(self.symbols), self.kinds[len(self.symbols)])
        self.symbols.append(symbol)
        self.lines.append(f"{keyword} {symbol.name}")
        self.properties(symbol, is_first=True, prompt=100 if keyword == "menuconfig" else 70)

    def again(self) -> None:
        """Define a symbol a second time, where no condition around refers to a later one."""
        first = max(self.limit, 1 if self.modules else 0)  # the condition m refers to the modules symbol
        known = [one for one in self.symbols if one.number >= first and one.choice is None]
        if known:
            symbol = known[self.random.randrange(len(known))]
            self.lines.append(f"config {symbol.name}")
            self.properties(symbol, is_first=False, prompt=40)

    def properties(self, symbol: Drawn, *, is_first: bool, prompt: int) -> None:
        """Write what may stand below a symbol."""
        below = symbol.number
        if self.chance(prompt):
            symbol.has_prompt = True
            self.lines.append(f'\t{symbol.kind} "Prompt {symbol.name}"{self.condition(below, 30)}')
        elif is_first and symbol.kind in ("bool", "tristate") and self.chance(30):
            self.lines.append(f"\tdef_{symbol.kind} {self.expression(below)}{self.condition(below)}")
        else:
            self.lines.append(f"\t{symbol.kind}")
        if self.chance(40):
            self.lines.append(f"\tdepends on {self.expression(below)}")
        for _ in range(self.random.randrange(3)):
            self.lines.append(f"\tdefault {self.default(symbol)}{self.condition(below)}")
        if symbol.kind in ("int", "hex"):
            for _ in range(self.random.randrange(3)):
                self.lines.append(f"\trange {self.bound(symbol)} {self.bound(symbol)}{self.condition(below)}")
        elif symbol.kind != "string":
            self.reverse(symbol)
        if self.chance(10):
            self.lines += ["\thelp", "\t  Help that mentions", "\t\tconfig FAKE", "", "\t  and goes on."]

    def reverse(self, symbol: Drawn) -> None:
        """Let a symbol select and imply later ones."""
        for keyword, percent in (("select", 25), ("imply", 25)):
            later = [n for n in range(symbol.number + 1, len(self.kinds)) if self.kinds[n] in ("bool", "tristate")]
            if later and self.chance(percent):
                target = later[self.random.randrange(len(later))]
                self.lines.append(f"\t{keyword} S{target}{self.condition(symbol.number)}")

    def default(self, symbol: Drawn) -> str:
        """Return the value of a default."""
        if symbol.kind in ("bool", "tristate"):
            return self.pick("y", "n", "m", self.expression(symbol.number))
        same = [one.name for one in self.symbols if one.number < symbol.number and one.kind == symbol.kind]
        if same and self.chance(30):
            return self.pick(*same)
        return self.constant(symbol.kind)

    def bound(self, symbol: Drawn) -> str:
        """Return the bound of a range."""
        same = [one.name for one in self.symbols if one.number < symbol.number and one.kind == symbol.kind]
        return self.pick(*same) if same and self.chance(20) else self.constant(symbol.kind)

    def constant(self, kind: str) -> str:
        """Return a constant of a type."""
        if kind == "string":
            return quoted(self.pick(*TEXTS))
        return self.pick(*(NUMBERS if kind == "int" else HEXES))

    def choice(self) -> None:
        """Write a choice, of bools alone as C kconfig has it."""
        first = len(self.symbols)
        end = first
        while end < len(self.kinds) and self.kinds[end] == "bool" and end - first < 4:
            end += 1
        if end == first:
            self.config("config")
            return
        number, self.choices = self.choices, self.choices + 1
        self.lines += ["choice", f'\tprompt "Choice {first}"{self.condition(first, 30)}']
        if self.chance(30):
            self.lines.append(f"\tdepends on {self.expression(first)}")
        for _ in range(self.random.randrange(3)):
            target = self.random.randrange(first, end)
            self.lines.append(f"\tdefault S{target}{self.condition(first)}")
        for member in range(first, end):
            self.member(member, first, number)
        self.lines.append("endchoice")

    def member(self, number: int, first: int, choice: int) -> None:
        """Write a member of a choice."""
        symbol = Drawn(number, "bool", choice, has_prompt=True)
        self.symbols.append(symbol)
        inside_if = self.chance(15)
        if inside_if:
            self.lines.append(f"if {self.expression(first)}")
        self.lines += [f"config {symbol.name}", f'\tbool "Prompt {symbol.name}"{self.condition(first, 20)}']
        if self.chance(30):
            self.lines.append(f"\tdepends on {self.expression(first)}")
        if self.chance(20):
            self.reverse_of_member(symbol)
        if inside_if:
            self.lines.append("endif")

    def reverse_of_member(self, symbol: Drawn) -> None:
        """Let a member select a symbol that is surely not in its choice, which has four members at most."""
        later = [n for n in range(symbol.number + 4, len(self.kinds)) if self.kinds[n] in ("bool", "tristate")]
        if later:
            self.lines.append(f"\tselect S{later[self.random.randrange(len(later))]}")


def quoted(text: str) -> str:
    """Return a text as Kconfig and .config files quote it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def random_tree(random: Random) -> RandomTree:
    """Return a tree of up to 14 symbols."""
    modules = random.randrange(100) < 40
    kinds = ["bool", "bool", "bool", "int", "hex", "string", *(["tristate"] * 3 if modules else ["tristate"])]
    size = random.randrange(1, 15)
    maker = _Maker(random, modules, [kinds[random.randrange(len(kinds))] for _ in range(size)])
    maker.lines.append('mainmenu "Random"')
    if modules:
        maker.kinds[0] = "bool"
        maker.symbols.append(Drawn(0, "bool", has_prompt=True))
        maker.lines += ["config S0", '\tbool "Modules"', "\tmodules"]
        if maker.chance(70):
            maker.lines.append("\tdefault y")
    maker.block(0, size)
    return RandomTree("\n".join(maker.lines) + "\n", maker.symbols)


def random_config(random: Random, tree: RandomTree) -> str:
    """Return a .config for a tree: some of its symbols, in any order, some of them twice.

    Some values are out of range or of the wrong type, and some symbols are not in the tree.
    """
    lines = []
    for _ in range(random.randrange(len(tree.symbols) + 4)):
        roll = random.randrange(100)
        symbol = tree.symbols[random.randrange(len(tree.symbols))]
        if roll < 3:
            lines.append(f"CONFIG_UNKNOWN{roll}=y")
        elif roll < 6:
            lines.append(f"CONFIG_{symbol.name}={WRONG[symbol.kind][random.randrange(2)]}")
        else:
            lines.append(_line(random, symbol))
    return "".join(f"{line}\n" for line in lines)


def _line(random: Random, symbol: Drawn) -> str:
    if symbol.kind in ("bool", "tristate"):
        letters = "yn" if symbol.kind == "bool" else "ymn"
        value = letters[random.randrange(len(letters))]
        is_comment = value == "n" and random.randrange(2)
        return f"# CONFIG_{symbol.name} is not set" if is_comment else f"CONFIG_{symbol.name}={value}"
    if symbol.kind == "string":
        return f"CONFIG_{symbol.name}={quoted(TEXTS[random.randrange(len(TEXTS))])}"
    values = NUMBERS if symbol.kind == "int" else HEXES
    return f"CONFIG_{symbol.name}={values[random.randrange(len(values))]}"
