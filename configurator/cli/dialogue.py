"""Asks for values line by line, on a terminal or from what is piped in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from configurator.cli import output
from configurator.errors import EggcupError, FindingsError
from configurator.model import SymbolType

if TYPE_CHECKING:
    from configurator.model import Configuration
    from configurator.model.questions import Question


def ask_all(configuration: Configuration, *, defaults_at_end: bool) -> int:
    """Ask for every symbol that the configuration does not answer, and for those that appear by the answers.

    Args:
        configuration: takes the answers.
        defaults_at_end: when the input ends, let the rest have their defaults.

    Returns:
        How many questions were answered.

    Raises:
        FindingsError: the input ended before the questions did.
    """
    answered: set[str] = set()
    menu: tuple[str, ...] | None = None
    while question := next((one for one in configuration.questions() if one.key not in answered), None):
        if question.menu != menu:
            menu = question.menu
            output.narrate(f"*\n* {' > '.join(menu) or configuration.title}\n*")
        if not _ask(configuration, question):
            if defaults_at_end:
                output.narrate("eggcup: end of input, the rest have their defaults")
                break
            name = question.symbol.name
            hints = ["eggcup oldconfig --defaults", "eggcup olddefconfig"]
            raise FindingsError(f"the input ended before {name} was answered; nothing was written", hints=hints)
        answered.add(question.key)
    return len(answered)


def _ask(configuration: Configuration, question: Question) -> bool:
    """Ask until the answer is one; return False at the end of the input."""
    for number, member in enumerate(question.members, start=1):
        mark = ">" if member.name == question.symbol.name else " "
        output.narrate(f"{mark} {number}. {member.prompt} ({member.name})")
    while True:
        output.prompt(_text(question))
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            output.narrate("")
            return False
        answer = line.strip()
        if not sys.stdin.isatty():
            output.narrate(answer)  # a terminal has shown it
        if answer == "?":
            output.narrate(question.help.rstrip() or "There is no help for this.")
            continue
        try:
            name, value = _meaning(question, answer)
            missed = configuration.set(name, value)
        except EggcupError as problem:
            output.error(problem)
            continue
        if missed is None:
            return True
        output.warn(str(missed))


def _text(question: Question) -> str:
    symbol = question.symbol
    if question.members:
        chosen = [member.name for member in question.members].index(symbol.name) + 1
        return f"{question.prompt} [1-{len(question.members)}, {chosen}, ?] "
    if symbol.assignable:
        letters = "/".join(one.upper() if one == symbol.value else one for one in symbol.assignable)
        return f"{question.prompt} ({symbol.name}) [{letters}/?] (new) "
    limits = f" from {symbol.range[0]} to {symbol.range[1]}" if symbol.range else ""
    return f"{question.prompt} ({symbol.name}){limits} [{symbol.value}, ?] (new) "


def _meaning(question: Question, answer: str) -> tuple[str, str]:
    """Return the symbol and the value that an answer means; an empty one is the present value."""
    symbol = question.symbol
    if question.members:
        if not answer:
            return symbol.name, "y"
        if answer.isdecimal() and 1 <= int(answer) <= len(question.members):
            return question.members[int(answer) - 1].name, "y"
        names = {member.name: member.name for member in question.members}
        names |= {f"CONFIG_{name}": name for name in names}
        if answer.upper() in names:
            return names[answer.upper()], "y"
        raise FindingsError(f"{answer!r} is none of 1 to {len(question.members)}, nor one of their names")
    if not answer:
        return symbol.name, symbol.value
    is_letter = symbol.type not in (SymbolType.INT, SymbolType.HEX, SymbolType.STRING)
    words = {"yes": "y", "no": "n", "module": "m"}
    return symbol.name, words.get(answer.lower(), answer.lower()) if is_letter else answer
