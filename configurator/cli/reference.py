"""Makes docs/cli.md, the reference of the command line, from what `--help` shows."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from configurator.cli.main import load_verb, verb_names, verb_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Command line

<!-- Made from the commands' --help by scripts/clidoc.py; `make docs` writes it. -->

All commands that read a configuration take `--kconfig`, `--config` and `--strict`, and look at `KCONFIG_CONFIG` and
`srctree` as kconfig's own tools do. Results go to standard output, everything else to standard error.

Exit codes: 0 ok; 1 findings; 2 usage, missing file, bad input; 3 build failed; 4 a generated file is stale; 124
time-out; 130 interrupted. What counts as a finding: [ADR 11](adr/0011-findings-and-exit-codes.md).

"""


def markdown() -> str:
    """Return the whole reference."""
    rows = "".join(f"| [{name}](#{name}) | {_summary(name)} |\n" for name in verb_names())
    sections = "".join(f"\n## {name}\n\n{_section(name)}" for name in verb_names())
    return f"{_HEAD}| Command | |\n| --- | --- |\n{rows}{sections}"


def _summary(name: str) -> str:
    return (load_verb(name).__doc__ or "").strip().partition("\n")[0]


def _section(name: str) -> str:
    verb = load_verb(name)
    parser = verb_parser(name, verb)
    usage = " ".join(parser.format_usage().removeprefix("usage:").split())
    parts = [f"```\n{usage}\n```\n"]
    parts += [_paragraph(text) for text in (verb.__doc__ or "").strip().split("\n\n")]
    rows = "".join(f"| {left} | {right} |\n" for left, right in _arguments(parser))
    return "\n".join([*parts, f"| Argument | |\n| --- | --- |\n{rows}" if rows else ""]).rstrip("\n") + "\n"


def _paragraph(text: str) -> str:
    """Return a paragraph of a docstring; an example becomes a block of code."""
    heading, _, rest = text.partition("\n")
    if heading == "example:":
        commands = "\n".join(line.strip() for line in rest.splitlines())
        return f"Example:\n\n```sh\n{commands}\n```\n"
    return f"{text[:1].upper()}{text[1:]}\n"


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield name and meaning of each argument, but for --help."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        if action.help == argparse.SUPPRESS or "--help" in action.option_strings:
            continue
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if action.choices is not None:
            metavar = "|".join(map(str, action.choices))
        value = "" if action.nargs == 0 else metavar
        names = [f"{option} {value}".strip() for option in action.option_strings] or [value]
        escaped = ", ".join(f"`{one}`" for one in names).replace("|", "\\|")
        yield escaped, (action.help or "").replace("%%", "%").replace("|", "\\|")
