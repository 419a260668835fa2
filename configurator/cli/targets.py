"""What the verbs alldefconfig, allyesconfig, allnoconfig, allmodconfig and randconfig share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from configurator.model import Configuration

COMMON_SEED = "all.config"


def make_configuration(args: argparse.Namespace, own_seed: str, answer: Callable[[Configuration], None]) -> int:
    """Write a configuration that starts from what KCONFIG_ALLCONFIG names, and not from the present .config.

    Args:
        args: the verb's options.
        own_seed: the file that KCONFIG_ALLCONFIG=1 stands for, such as ``allyes.config``.
        answer: gives the symbols that are not set yet their values.

    Raises:
        UsageError: the file that KCONFIG_ALLCONFIG names is not there, or wrong.
    """
    seed = _seed_file(options.tree_root(args), own_seed)
    configuration = options.open_tree(args)
    configuration.read(*[seed] if seed else [], complete=answer)
    options.report(configuration, strict=args.strict)
    path = options.config_path(args)
    changed = options.save(configuration, path)
    if args.json:
        from configurator.cli import documents

        output.result_json(documents.written(configuration, path, changed=changed))
    return ExitCode.OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that all of these verbs have."""
    options.add_configuration_options(parser)
    options.add_json_option(parser, "print what was written and found as JSON")


def _seed_file(tree: Path, own_seed: str) -> Path | None:
    """Return the file that KCONFIG_ALLCONFIG names, None where it is not set."""
    named = os.environ.get("KCONFIG_ALLCONFIG")
    if named is None:
        return None
    candidates = [own_seed, COMMON_SEED] if named in ("", "1") else [named]
    for name in candidates:
        for path in (Path(name), tree / name):
            if path.exists():
                return path
    raise UsageError(
        f"KCONFIG_ALLCONFIG is set, and there is no file {' or '.join(candidates)}",
        hints=["unset KCONFIG_ALLCONFIG", "KCONFIG_ALLCONFIG=FILE"],
    )
