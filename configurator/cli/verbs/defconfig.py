"""Start a configuration from a preset.

Writes the .config of the preset NAME, or of a file of one's own; a former .config is kept as .config.old.

example:
  eggcup defconfig tiny
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

DEFAULT_PRESET = "qemu"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument(
        "preset",
        nargs="?",
        metavar="PRESET",
        help=f"a preset (default: {DEFAULT_PRESET}), or the path of a file with a / in it",
    )
    parser.add_argument("--list", action="store_true", help="list the presets, and do nothing else")
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Write the preset's configuration, or list the presets."""
    from configurator import source

    presets = source.presets(options.tree_root(args))
    if args.list:
        if args.preset:
            raise UsageError("--list takes no PRESET", hints=["eggcup defconfig --list"])
        _list(presets, as_json=args.json)
        return ExitCode.OK
    name = args.preset or DEFAULT_PRESET
    file = _own_file(name) if "/" in name else source.find_preset(name, presets)
    configuration = options.open_tree(args)
    configuration.read(file)
    options.report(configuration, strict=args.strict)
    path = options.config_path(args)
    changed = options.save(configuration, path)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.written(configuration, path, changed=changed))
    return ExitCode.OK


def _own_file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"there is no file {name}", hints=["eggcup defconfig --list"])
    return path


def _list(presets: dict[str, Path], *, as_json: bool) -> None:
    from configurator.model import leading_comment

    described = {name: leading_comment(path).partition("\n")[0].lstrip("# ") for name, path in presets.items()}
    if as_json:
        output.result_json([{"name": name, "file": str(presets[name]), "description": described[name]}
                            for name in presets])  # fmt: skip
        return
    width = max(map(len, presets), default=0)
    for name, description in described.items():
        output.result(f"{name:<{width}}  {description}".rstrip())
