# The part of kconfiglib 14.1 that configurator.model uses.
import builtins
from collections.abc import Callable, Iterator, Sequence
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
Tokens: TypeAlias = tuple[None] | list[object]

class KconfigError(Exception): ...
class InternalError(Exception): ...

class Symbol:
    kconfig: Kconfig
    name: str
    type: int
    orig_type: int
    user_value: str | int | None
    env_var: str | None
    choice: Choice | None
    nodes: list[MenuNode]
    direct_dep: Expr
    rev_dep: Expr
    weak_rev_dep: Expr
    is_constant: bool  # a quoted name; such symbols are in const_syms, not in syms
    defaults: list[tuple[Expr, Expr]]
    ranges: list[tuple[Symbol, Symbol, Expr]]
    selects: list[tuple[Symbol, Expr]]
    assignable: tuple[int, ...]
    config_string: str
    name_and_loc: str
    _cached_vis: int | None
    _cached_tri_val: int | None
    _cached_str_val: str | None
    _write_to_conf: bool
    _dependents: set[Symbol | Choice]
    def __init__(self) -> None: ...
    @property
    def str_value(self) -> str: ...
    @property
    def tri_value(self) -> int: ...
    @property
    def visibility(self) -> int: ...
    def set_value(self, value: str | int) -> bool: ...
    def unset_value(self) -> None: ...
    def _assignable(self) -> tuple[int, ...]: ...
    def _invalidate(self) -> None: ...
    def _rec_invalidate(self) -> None: ...
    def _rec_invalidate_if_has_prompt(self) -> None: ...
    def _warn_select_unsatisfied_deps(self) -> None: ...

class Choice:
    kconfig: Kconfig
    name: str | None
    orig_type: int
    syms: list[Symbol]
    defaults: list[tuple[Symbol, Expr]]
    selection: Symbol | None
    user_selection: Symbol | None
    visibility: int
    tri_value: int
    is_optional: bool
    direct_dep: Expr
    nodes: list[MenuNode]
    _dependents: set[Symbol | Choice]
    def unset_value(self) -> None: ...
    def _invalidate(self) -> None: ...
    def _selection(self) -> Symbol | None: ...
    def _selection_from_defaults(self) -> Symbol | None: ...

class MenuNode:
    item: Symbol | Choice | int | None  # None for an `if`, which only the parser sees
    next: MenuNode | None
    parent: MenuNode | None
    list: MenuNode | None
    prompt: tuple[str, Expr] | None
    visibility: Expr
    dep: Expr
    help: str | int | None  # what a configurator.model.tree.Tree has read is a number there
    kconfig: Kconfig
    is_menuconfig: bool
    filename: str
    linenr: int
    defaults: Sequence[tuple[Expr, Expr]]
    ranges: Sequence[tuple[Symbol, Symbol, Expr]]
    selects: Sequence[tuple[Symbol, Expr]]
    implies: Sequence[tuple[Symbol, Expr]]
    @property
    def orig_defaults(self) -> builtins.list[tuple[Expr, Expr]]: ...
    @property
    def orig_ranges(self) -> builtins.list[tuple[Symbol, Symbol, Expr]]: ...
    @property
    def orig_selects(self) -> builtins.list[tuple[Symbol, Expr]]: ...
    @property
    def orig_implies(self) -> builtins.list[tuple[Symbol, Expr]]: ...
    referenced: set[Symbol | Choice]

class Kconfig:
    syms: dict[str, Symbol]
    variables: dict[str, object]
    const_syms: dict[str, Symbol]
    unique_defined_syms: list[Symbol]
    unique_choices: list[Choice]
    top_node: MenuNode
    mainmenu_text: str
    warnings: list[str]
    warn: bool
    kconfig_filenames: list[str]
    srctree: str
    filename: str
    linenr: int
    n: Symbol
    m: Symbol
    y: Symbol
    _line: str
    _tokens: Tokens
    _tokens_i: int
    def __init__(
        self, filename: str = ..., warn: bool = ..., warn_to_stderr: bool = ..., encoding: str = ...
    ) -> None: ...
    def node_iter(self, unique_syms: bool = ...) -> Iterator[MenuNode]: ...
    def eval_string(self, s: str) -> int: ...
    def unset_values(self) -> None: ...
    def _warn(self, msg: str, filename: str | None = ..., linenr: int | None = ...) -> None: ...
    def _lookup_sym(self, name: str) -> Symbol: ...
    def _lookup_const_sym(self, name: str) -> Symbol: ...
    def _fn_val(self, args: list[str]) -> str: ...
    def _tokenize(self, s: str) -> Tokens: ...
    _readline: Callable[[], str]
    def _line_after_help(self, line: str) -> None: ...
    def _parse_help(self, node: MenuNode) -> None: ...
    def _parse_props(self, node: MenuNode) -> None: ...
    def _trailing_tokens_error(self) -> None: ...
    def _parse_cond(self) -> Expr: ...
    def _parse_expr(self, transform_m: bool) -> Expr: ...
    def _expect_expr_and_eol(self) -> Expr: ...
    def _make_or(self, e1: Expr, e2: Expr) -> Expr: ...
    def _propagate_deps(self, node: MenuNode, visible_if: Expr) -> None: ...
    def _finalize_node(self, node: MenuNode, visible_if: Expr) -> None: ...
    def _add_props_to_sym(self, node: MenuNode) -> None: ...
    def _build_dep(self) -> None: ...
    def _add_choice_deps(self) -> None: ...
    def _invalidate_all(self) -> None: ...

STR_TO_TRI: dict[str, int]

def _get_keyword(name: str) -> int | None: ...
def expr_value(expr: Expr) -> int: ...
def expr_str(expr: Expr) -> str: ...
def split_expr(expr: Expr, op: int) -> list[Expr]: ...
def expr_items(expr: Expr) -> set[Symbol | Choice]: ...
def _depend_on(sc: Symbol | Choice, expr: Expr) -> None: ...
