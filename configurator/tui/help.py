"""The help text, made from the key bindings so that it cannot differ from them."""

from collections.abc import Iterable

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key

from configurator.tui.rows import Part, Span

KEY_NAMES = {
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "f1": "F1",
}


def help_text(sections: Iterable[tuple[str, type[DOMNode]]]) -> list[Span]:
    """Return for each section a heading and a line for each action: its keys and what it does."""
    text: list[Span] = []
    for title, owner in sections:
        text += [Span(title, Part.HEADING)]
        text += [Span(f"  {keys:<24}{does}", Part.PROMPT) for does, keys in keys_of(owner)]
        text += [Span("", Part.PROMPT)]
    return text[:-1]


def keys_of(owner: type[DOMNode]) -> list[tuple[str, str]]:
    """Return what each action of `owner` does and the keys for it, in the order of the bindings."""
    keys: dict[str, list[str]] = {}
    for binding in Binding.make_bindings(owner.BINDINGS):
        keys.setdefault(binding.tooltip or binding.description, []).append(key_name(binding.key))
    return [(does, ", ".join(names)) for does, names in keys.items()]


def key_name(key: str) -> str:
    """Return the name of `key` as it stands on a keyboard."""
    *modifiers, last = key.split("+")
    name = KEY_NAMES.get(last) or format_key(last)
    return "-".join([*(modifier.capitalize() for modifier in modifiers), name.upper() if modifiers else name])
