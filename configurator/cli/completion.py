"""What the shell offers when the user presses Tab, and the scripts that make it ask.

A positional's metavar says what it is completed with: SYM, SYM=VALUE, PRESET and so on. Nothing here imports
kconfiglib: an answer must be there before the finger has left the key.
"""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from configurator import source
from configurator.cli.main import load_verb, verb_names, verb_parser
from configurator.errors import EggcupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHELLS = ("bash", "zsh", "fish")

_SYMBOLS = {"SYM"}
_ASSIGNMENTS = {"SYM=VALUE"}
_PRESETS = {"PRESET"}
_SIDES = {"A", "B", "BASE", "FRAGMENT"}
_FILES = {"FILE", "PKG", "KERNEL|PKG"}

_BASH = """\
# Completion of eggcup for bash; in ~/.bashrc: source <(eggcup completion bash)
_eggcup() {
    local IFS=$'\\n'
    COMPREPLY=($("${COMP_WORDS[0]}" completion bash --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
    if [[ ${COMPREPLY[0]} == *[=:/] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _eggcup eggcup
"""
_ZSH = """\
#compdef eggcup
# Completion of eggcup for zsh; in ~/.zshrc: source <(eggcup completion zsh)
_eggcup() {
    local -a found open
    found=("${(@f)$("${words[1]}" completion zsh --line "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
    open=("${(@M)found:#*[=:/]}")
    found=("${(@)found:#*[=:/]}")
    compadd -Q -S '' -- "${(@)open:#}"
    compadd -Q -- "${(@)found:#}"
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _eggcup "$@"; else compdef _eggcup eggcup; fi
"""
_FISH = """\
# Completion of eggcup for fish; in ~/.config/fish/config.fish: eggcup completion fish | source
function __eggcup_complete
    set -l line (commandline -cp)
    set -l program (string split -m 1 ' ' -- $line)[1]
    eval $program completion fish --line (string escape -- $line) 2>/dev/null
end
complete -c eggcup -f -a '(__eggcup_complete)'
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def complete(line: str, shell: str) -> list[str]:
    """Return the words that the last word of `line`, up to the cursor, can become."""
    words = _split(line)
    current = words[-1]
    if len(words) <= 2:  # noqa: PLR2004 - the program and the verb
        found: Iterable[str] = [*verb_names(), "--help", "--version"]
    else:
        try:
            found = _arguments(words[1], words[2:])
        except EggcupError:  # no such verb, or no tree
            return []
    fitting = [word for word in found if word.startswith(current) and word != current]
    if shell == "bash":  # bash breaks words at = and : and wants only what is behind
        kept = max(current.rfind("="), current.rfind(":")) + 1
        return [word[kept:] for word in fitting]
    return fitting


def _split(line: str) -> list[str]:
    """Return the words of a line, the last one perhaps empty, perhaps with a quote that is not closed yet."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        is_new = not words or (not closing and line[-1].isspace())
        return [*words, ""] if is_new else words
    return [*line.split(), ""]


def _arguments(verb: str, words: Sequence[str]) -> list[str]:
    parser = verb_parser(verb, load_verb(verb))
    current = words[-1]
    actions = parser._actions  # noqa: SLF001 - argparse has no other way to list them
    options = {option: action for action in actions for option in action.option_strings}
    before = options.get(words[-2]) if len(words) > 1 else None
    if before is not None and before.nargs != 0:
        return _values(before, current, words)
    if current.startswith("-"):
        return sorted(options)
    positionals = [action for action in actions if not action.option_strings]
    place = _positionals_before(words[:-1], options)
    if place < len(positionals):
        return _values(positionals[place], current, words)
    repeated = positionals and positionals[-1].nargs in (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE)
    return _values(positionals[-1], current, words) if repeated else []


def _positionals_before(words: Sequence[str], options: dict[str, argparse.Action]) -> int:
    count, takes_value = 0, False
    for word in words:
        action = options.get(word)
        if not takes_value and action is None and not word.startswith("-"):
            count += 1
        takes_value = action is not None and action.nargs != 0
    return count


def _values(action: argparse.Action, current: str, words: Sequence[str]) -> list[str]:
    """Return what an argument can be, by its choices or its metavar."""
    if action.choices is not None:
        return [str(choice) for choice in action.choices]
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if metavar in _SYMBOLS:
        return sorted(_symbols(words))
    if metavar in _ASSIGNMENTS:
        return _assignments(current, words)
    if metavar in _PRESETS | _SIDES:
        more = ["defaults", "git:"] if metavar in _SIDES else []
        return [*source.presets(_tree(words)[1]), *more, *_files(current)]
    return _files(current) if metavar in _FILES else []


def _assignments(current: str, words: Sequence[str]) -> list[str]:
    name, equals, _ = current.partition("=")
    symbols = _symbols(words)
    if not equals:
        return [f"{symbol}=" for symbol in sorted(symbols)]
    kind = symbols.get(name.removeprefix("CONFIG_"))
    return [f"{name}={letter}" for letter in "yn"] if kind in ("bool", "def_bool", "tristate") else []


def _symbols(words: Sequence[str]) -> dict[str, str]:
    return source.symbol_types(*_tree(words))


def _tree(words: Sequence[str]) -> tuple[Path, Path]:
    """Return the root Kconfig file and its folder, as the line says or the environment."""
    named = os.environ.get("srctree")  # noqa: SIM112 - kconfig spells it so
    root = Path(named) if named else None
    if "--kconfig" in words[:-2]:
        kconfig = Path(words[words.index("--kconfig") + 1]).expanduser()
        return kconfig, root or kconfig.parent
    root = root or source.source_root()
    return root / "Kconfig", root


def _files(current: str) -> list[str]:
    """Return the files and folders that a word can become, a folder with its slash."""
    folder, _, start = current.rpartition("/")
    prefix = f"{folder}/" if "/" in current else ""
    place = Path(prefix).expanduser() if prefix else Path()
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return []
    hidden = start.startswith(".")
    return [f"{prefix}{path.name}{'/' if path.is_dir() else ''}" for path in entries
            if hidden or not path.name.startswith(".")]  # fmt: skip
