"""Write zz_init.go, which starts the units, into one's own package.

Optional: without the file, `eggcup build` adds the start by itself. With it, `build` takes the file as it is, edited or
not. A file that was edited is never overwritten without --force; one that is as eggcup wrote it is refreshed.

--check writes nothing and ends with 4 when the configuration has moved on. --committed does both for the generated
files of eggcup's own tree, which are made from the preset qemu.

example:
  eggcup generate -o cmd/server/zz_init.go
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode, Location, StaleError, UsageError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_configuration_options(parser)
    parser.add_argument("--check", action="store_true", help="write nothing, end with 4 when the file is out of date")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("-o", "--output", metavar="FILE", help="file or folder, - for stdout (default: ./zz_init.go)")
    target.add_argument("--committed", action="store_true", help="the generated files of eggcup's own tree")
    parser.add_argument("--force", action="store_true", help="overwrite a file that was edited")
    options.add_json_option(parser, "print what was done as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the file or compare it."""
    if args.committed:
        return _committed(args)
    if args.check and (args.force or args.output == "-"):
        raise UsageError("--check writes nothing, so it goes neither with --force nor with -o -")
    if args.output == "-" and args.json:
        raise UsageError("-o - and --json both go to stdout")
    configuration = options.open_configuration(args)
    from configurator import generate

    text = generate.render_zz_init(configuration, generate.init_order(configuration), editable=True)
    if args.output == "-":
        output.result_text(text)
        return ExitCode.OK
    path = Path(args.output or generate.FILE_NAME)
    if path.is_dir():
        path /= generate.FILE_NAME
    changed = False
    if args.check:
        generate.check_init_file(path, text, configuration.digest())
    else:
        changed = generate.write_init_file(path, text, force=args.force)
    output.narrate(f"eggcup: wrote {path}" if changed else f"eggcup: {path} is up to date")
    if args.json:
        output.result_json({"files": [_written(path, changed=changed)]})
    return ExitCode.OK


def _committed(args: argparse.Namespace) -> int:
    from configurator.generate import committed_files, write_if_changed

    files = []
    for path, text in committed_files(options.tree_root(args).resolve()).items():
        changed = False
        if args.check:
            present = path.read_text(encoding="utf-8") if path.is_file() else None
            if present != text:
                hints = ["eggcup generate --committed"]
                raise StaleError("the committed file is out of date", location=Location(str(path)), hints=hints)
        else:
            changed = write_if_changed(path, text)
        if changed:
            output.narrate(f"eggcup: wrote {path}")
        files.append(_written(path, changed=changed))
    if args.json:
        output.result_json({"files": files})
    return ExitCode.OK


def _written(path: Path, *, changed: bool) -> dict[str, object]:
    return {"file": str(path), "written": changed}
