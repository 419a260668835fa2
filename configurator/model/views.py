"""What the model shows of a configuration: frozen values, free of kconfiglib's objects.

All locations inside the Kconfig tree are relative to the folder of the root Kconfig; `Configuration.shown` turns one
into a path that the user can open.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.errors import Location


class SymbolType(Enum):
    """The type of a symbol; the value is Kconfig's keyword."""

    BOOL = "bool"
    TRISTATE = "tristate"
    INT = "int"
    HEX = "hex"
    STRING = "string"
    UNKNOWN = "unknown"

    @property
    def is_boolean(self) -> bool:
        """Return whether the values are y and n, and m perhaps."""
        return self in (SymbolType.BOOL, SymbolType.TRISTATE)


class NodeKind(Enum):
    """What an entry of the menu tree is."""

    MENU = "menu"
    SYMBOL = "symbol"
    CHOICE = "choice"
    COMMENT = "comment"


@dataclass(frozen=True)
class Condition:
    """A part of a dependency: its text, such as ``PS2`` or ``!NET_DHCP``, and whether it holds now."""

    text: str
    holds: bool
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the text with the values behind it, such as ``PS2 (PS2=n)``."""
        values = ", ".join(f"{name}={value or '(none)'}" for name, value in self.values)
        return f"{self.text} ({values})" if values else self.text


@dataclass(frozen=True)
class SymbolInfo:
    """A symbol as it stands now.

    `value` is always a string: y, m or n, a number as written, the text itself, or "" where dependencies leave none.
    `range` is the one that holds now, `has_range` says whether there is any. `assignable` holds the values a bool or
    tristate can take now ("n", "m", "y"); it is empty for other types and where nothing can be chosen. A tristate is of
    type bool while there are no modules. `visible` says whether the user can set it now; `choice` names the members of
    its choice, itself included.
    """

    name: str
    type: SymbolType
    value: str
    prompt: str | None
    help: str
    range: tuple[str, str] | None
    has_range: bool
    assignable: tuple[str, ...]
    visible: bool
    is_set_by_user: bool
    depends_on: tuple[Condition, ...]
    selected_by: tuple[str, ...]
    choice: tuple[str, ...]
    location: Location | None


@dataclass(frozen=True)
class NodeInfo:
    """An entry of the menu tree, in the order of the Kconfig files.

    `index` identifies it as long as the configuration is loaded; `parent` is the index of the entry it lies under (-1
    for the top); `depth` counts from 0. `is_menu` says that one enters it rather than changes it; `name` is the
    symbol's name, None for others. `selection` is the chosen member of a choice.
    """

    index: int
    parent: int
    depth: int
    kind: NodeKind
    prompt: str
    help: str
    visible: bool
    is_menu: bool
    name: str | None
    selection: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class NodeState:
    """What an entry of the menu tree holds now.

    `type` is UNKNOWN and `value` is "" for what is no symbol; `selection` is the chosen member of a choice.
    `assignable` is as in `SymbolInfo`. `is_member` says that it is a member of a choice, `is_default` that it has the
    value which it would have if the user had set nothing.
    """

    visible: bool
    type: SymbolType
    value: str
    assignable: tuple[str, ...]
    selection: str | None
    is_set_by_user: bool = False
    is_member: bool = False
    is_default: bool = True


@dataclass(frozen=True)
class NotTaken:
    """An assignment that did not have its effect.

    `asked` was wanted, `got` is what holds, `reason` says why; `unmet` are the conditions that keep its prompt hidden,
    if that is why.
    """

    name: str
    asked: str
    got: str
    reason: str
    unmet: tuple[Condition, ...] = ()
    location: Location | None = None

    def __str__(self) -> str:
        got = self.got or "no value"
        return f"{self.name}={self.asked} has no effect, it is {got}: {self.reason}"


@dataclass(frozen=True)
class TreeWarning:
    """Something in the Kconfig tree or the .config that is probably not meant so."""

    message: str
    location: Location | None = None

    def __str__(self) -> str:
        return self.message if self.location is None else f"{self.location}: {self.message}"


class EdgeKind(Enum):
    """Why one symbol comes before another."""

    DEPENDS = "depends"
    SELECTS = "selects"
    PROVIDES = "provides"


@dataclass(frozen=True)
class Edge:
    """`before` starts before `after`, because of the entry at `location`."""

    before: str
    after: str
    kind: EdgeKind
    location: Location

    @property
    def reason(self) -> str:
        """Say it in Kconfig's words."""
        if self.kind is EdgeKind.DEPENDS:
            return f"{self.after} depends on {self.before}"
        if self.kind is EdgeKind.SELECTS:
            return f"{self.after} selects {self.before}"
        return f"{self.before} provides {self.after}"


@dataclass(frozen=True)
class Unit:
    """A folder drivers/NAME or kernel/NAME with a Kconfig, a Go package and an Init function.

    `symbol` is its bool symbol, `folder` its place relative to the tree's root, `location` the symbol's definition.
    """

    symbol: str
    folder: str
    enabled: bool
    prompt: str
    help: str
    location: Location

    @property
    def package(self) -> str:
        """Return the Go package's name, which is the folder's."""
        return self.folder.rpartition("/")[2]
