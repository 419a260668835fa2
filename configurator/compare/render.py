"""Difference as text: unified, in the format of Linux's scripts/diffconfig, and as Markdown for a comment."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from configurator.compare.difference import Difference, SymbolDifference
    from configurator.compare.product import Product

_UNSET = re.compile(r"# CONFIG_(\w+) is not set")


def unified(difference: Difference) -> str:
    """Return the lines of the .config that differ, below their menus, what was set before what followed."""
    if not difference.symbols:
        return ""
    lines = [f"--- {difference.before}", f"+++ {difference.after}"]
    for heading, symbols in (("set", difference.is_set), ("follows", difference.follows)):
        if symbols:
            lines.append(f"# {heading}")
        for menu, members in itertools.groupby(symbols, key=lambda one: one.menu):
            lines.append(f"@@ {menu_title(menu)} @@")
            for one in members:
                lines += _hunk(one)
    lines += [f"# {line}" for line in product_lines(difference.product)]
    return "".join(f"{line}\n" for line in lines)


def _hunk(one: SymbolDifference) -> Iterator[str]:
    about = one.prompt or one.name
    yield f" # {about}" if one.is_set else f" # {about}: {one.reason}"
    before, after = one.written
    if before is None and after is None:  # a symbol without a prompt may change and be written nowhere
        before, after = f"# {one.name}: {one.before or 'n'}", f"# {one.name}: {one.after or 'n'}"
    if before is not None:
        yield f"-{before}"
    if after is not None:
        yield f"+{after}"


def menu_title(menu: Sequence[str]) -> str:
    """Return the menus that a symbol lies in as one line."""
    return " > ".join(menu) or "Main menu"


def product_lines(product: Product) -> list[str]:
    """Return what the difference does to the product, a line for each kind of effect; [] when it does nothing."""
    effects = [
        ("units added", product.added),
        ("units removed", product.removed),
        ("units that start at another place", product.moved),
    ]
    lines = [f"{effect}: {', '.join(units)}" for effect, units in effects if units]
    if lines:
        lines.append(f"order of start: {' '.join(product.order) or 'nothing starts'}")
    return lines + [
        f"constant {one.name}: {one.before or 'none'} -> {one.after or 'none'}" for one in product.constants
    ]


def diffconfig(difference: Difference) -> str:
    """Return the difference as scripts/diffconfig prints it: removed, changed, new, each sorted by name."""
    removed, changed, new = [], [], []
    for name, before, after in sorted(difference.lines):
        if after is None:
            removed.append(f"-{name} {_written_value(before)}")
        elif before is None:
            new.append(f"+{name} {_written_value(after)}")
        else:
            changed.append(f" {name} {_written_value(before)} -> {_written_value(after)}")
    return "".join(f"{line}\n" for line in [*removed, *changed, *new])


def _written_value(line: str | None) -> str:
    """Return the value in a line of a .config as it is written, strings with their quotes."""
    line = line or ""
    return "n" if _UNSET.fullmatch(line) else line.partition("=")[2]


def markdown(difference: Difference) -> str:
    """Return the difference for a comment on a pull request."""
    title = f"### Configuration: {_code(difference.before)} → {_code(difference.after)}\n\n"
    if not difference.symbols:
        return f"{title}No difference.\n"
    parts = [title]
    if difference.is_set:
        parts.append(_table(difference.is_set, "Symbol | Setting | Before | After", with_reason=False))
    if difference.follows:
        number = len(difference.follows)
        parts.append(f"<details><summary>{number} that follow{'s' if number == 1 else ''} from this</summary>\n\n")
        parts.append(_table(difference.follows, "Symbol | Setting | Before | After | Why", with_reason=True))
        parts.append("</details>\n\n")
    product = difference.product
    parts += [f"- **{effect}**: {', '.join(map(_code, units))}\n" for effect, units in _unit_effects(product)]
    if product.constants:
        parts.append(f"- {len(product.constants)} constants of the generated code change\n")
    return "".join(parts).rstrip("\n") + "\n"


def _unit_effects(product: Product) -> list[tuple[str, tuple[str, ...]]]:
    effects = [("units added", product.added), ("units removed", product.removed), ("units moved", product.moved)]
    return [(effect, units) for effect, units in effects if units]


def _table(symbols: Iterable[SymbolDifference], header: str, *, with_reason: bool) -> str:
    columns = header.count("|") + 1
    lines = [f"| {header} |", f"|{' --- |' * columns}"]
    for one in symbols:
        setting = _plain(" > ".join([*one.menu, one.prompt] if one.prompt else one.menu))
        cells = [_code(one.name), setting, _code(shown(one.before)), _code(shown(one.after))]
        lines.append(f"| {' | '.join([*cells, _plain(one.reason)] if with_reason else cells)} |")
    return "".join(f"{line}\n" for line in lines) + "\n"


def shown(value: str | None) -> str:
    """Return a value for people: what is not there, and what is empty, would be overlooked."""
    return "(no such symbol)" if value is None else value or "(empty)"


def _code(text: str) -> str:
    """Return `text` as Markdown code inside a table, whatever is in it."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    shown_text = " ".join(text.split()).replace("|", "\\|")
    return f"{fence}{padding}{shown_text}{padding}{fence}"


def _plain(text: str) -> str:
    """Return `text` so that Markdown and HTML show it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#!~@|])", r"\\\1", " ".join(text.split()))
