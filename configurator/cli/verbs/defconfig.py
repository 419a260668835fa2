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
        metavar="NAME",
        help=f"a preset (default: {DEFAULT_PRESET}), or the path of a file with a / in it",
    )
    parser.add_argument("--list", action="store_true", help="list the presets, and do nothing else")


def run(args: argparse.Namespace) -> int:
    """Write the preset's configuration, or list the presets."""
    from configurator.source import presets_folder

    kconfig = options.kconfig_path(args)
    presets = _presets(presets_folder(kconfig.parent))
    if args.list:
        if args.preset:
            raise UsageError("--list takes no NAME", hints=["eggcup defconfig --list"])
        _list(presets)
        return ExitCode.OK
    from configurator.model import Configuration

    configuration = Configuration.load(kconfig, _find(args.preset or DEFAULT_PRESET, presets))
    options.report(configuration)
    options.save(configuration, options.config_path(args))
    return ExitCode.OK


def _presets(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and "." not in path.name}


def _find(name: str, presets: dict[str, Path]) -> Path:
    if "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"there is no file {name}", hints=["eggcup defconfig --list"])
        return path
    if name not in presets:
        import difflib

        near = difflib.get_close_matches(name, presets) or list(presets)
        raise UsageError(f"there is no preset {name!r}", hints=[f"eggcup defconfig {other}" for other in near])
    return presets[name]


def _list(presets: dict[str, Path]) -> None:
    from configurator.model import leading_comment

    width = max(map(len, presets), default=0)
    for name, path in presets.items():
        description = leading_comment(path).partition("\n")[0].lstrip("# ")
        output.result(f"{name:<{width}}  {description}".rstrip())
