"""What a configuration does not answer: the symbols that a user can set now and that no file mentions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import kconfiglib

from configurator.model import describe, values
from configurator.model.expressions import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from configurator.model.views import SymbolInfo


@dataclass(frozen=True)
class Question:
    """A symbol to be asked about, or a choice.

    Attributes:
        prompt: what to ask.
        help: the help text, of the choice where it is one.
        menu: the menus around it.
        symbol: the symbol as it stands; of a choice, the member that is chosen now.
        members: of a choice, those that can be chosen, in their order; else empty.
    """

    prompt: str
    help: str
    menu: tuple[str, ...]
    symbol: SymbolInfo
    members: tuple[SymbolInfo, ...] = ()

    @property
    def key(self) -> str:
        """Return what tells the question from others, whatever the answer; a choice may be asked about only once."""
        return "|".join(self.symbol.choice) or self.symbol.name


def new_symbols(tree: kconfiglib.Kconfig) -> list[kconfiglib.Symbol]:
    """Return the symbols without a user's value that a user could give one now, members of choices among them.

    These are the ones that C's `listnewconfig` lists.
    """
    return [symbol for symbol in tree.unique_defined_syms if _is_open(symbol)]


def questions(tree: kconfiglib.Kconfig) -> Iterator[Question]:
    """Yield the questions in the order of the menus; answering one may make others appear, or go."""
    for node in tree.node_iter():
        if not node.prompt or not value_of(node.prompt[1]):
            continue
        item = node.item
        if isinstance(item, kconfiglib.Choice) and item.selection and any(map(_is_open, item.syms)):
            members = tuple(describe.symbol_info(member) for member in item.syms if member.visibility)
            menu = describe.menu_path(item.syms[0])[:-1]
            chosen = describe.symbol_info(item.selection)
            yield Question(node.prompt[0], describe.help_of(node), menu, chosen, members)
        elif isinstance(item, kconfiglib.Symbol) and not item.choice and _is_open(item):
            yield Question(node.prompt[0], describe.help_of(node), describe.menu_path(item), describe.symbol_info(item))


def _is_open(symbol: kconfiglib.Symbol) -> bool:
    if not values.has_prompt(symbol) or symbol.user_value is not None:
        return False
    return symbol.visibility > (0 if symbol.choice else value_of(symbol.rev_dep))
