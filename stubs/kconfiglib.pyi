# The part of kconfiglib 14.1 that configurator.model uses.
import builtins
from collections.abc import Iterator
from typing import TypeAlias

VERSION: tuple[int, int, int]

UNKNOWN: int
BOOL: int
TRISTATE: int
STRING: int
INT: int
HEX: int
MENU: int
COMMENT: int
AND: int
OR: int
NOT: int
EQUAL: int
UNEQUAL: int
LESS: int
LESS_EQUAL: int
GREATER: int
GREATER_EQUAL: int

Expr: TypeAlias = Symbol | Choice | tuple[int, Expr] | tuple[int, Expr, Expr]

class KconfigError(Exception): ...
class InternalError(Exception): ...

class Symbol:
    name: str
    type: int
    orig_type: int
    str_value: str
    tri_value: int
    visibility: int
    assignable: tuple[int, ...]
    user_value: str | int | None
    choice: Choice | None
    nodes: list[MenuNode]
    direct_dep: Expr
    rev_dep: Expr
    weak_rev_dep: Expr
    kconfig: Kconfig
    defaults: list[tuple[Expr, Expr]]
    is_constant: bool  # a quoted name; such symbols are in const_syms, not in syms
    ranges: list[tuple[Symbol, Symbol, Expr]]
    selects: list[tuple[Symbol, Expr]]
    config_string: str
    def set_value(self, value: str) -> bool: ...
    def unset_value(self) -> None: ...

class Choice:
    name: str | None
    syms: list[Symbol]
    selection: Symbol | None
    user_selection: Symbol | None
    visibility: int
    direct_dep: Expr
    nodes: list[MenuNode]
    def unset_value(self) -> None: ...

class MenuNode:
    item: Symbol | Choice | int
    next: MenuNode | None
    parent: MenuNode | None
    list: MenuNode | None
    prompt: tuple[str, Expr] | None
    visibility: Expr
    dep: Expr
    help: str | None
    is_menuconfig: bool
    filename: str
    linenr: int
    selects: builtins.list[tuple[Symbol, Expr]]
    defaults: builtins.list[tuple[Expr, Expr]]
    @property
    def orig_defaults(self) -> builtins.list[tuple[Expr, Expr]]: ...
    referenced: set[Symbol | Choice]

class Kconfig:
    syms: dict[str, Symbol]
    unique_defined_syms: list[Symbol]
    unique_choices: list[Choice]
    top_node: MenuNode
    mainmenu_text: str
    warnings: list[str]
    warn: bool
    kconfig_filenames: list[str]
    n: Symbol
    y: Symbol
    def __init__(
        self, filename: str = ..., warn: bool = ..., warn_to_stderr: bool = ..., encoding: str = ...
    ) -> None: ...
    def node_iter(self, unique_syms: bool = ...) -> Iterator[MenuNode]: ...
    def eval_string(self, s: str) -> int: ...
    def unset_values(self) -> None: ...
    def write_min_config(self, filename: str, header: str | None = ...) -> str: ...

def expr_value(expr: Expr) -> int: ...
def expr_str(expr: Expr) -> str: ...
def split_expr(expr: Expr, op: int) -> list[Expr]: ...
def expr_items(expr: Expr) -> set[Symbol | Choice]: ...
