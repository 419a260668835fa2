"""Build a kernel from a Go program.

PKG is the folder of a package main: in a module of one's own, with or without a vendor folder or a go.work, or a folder
with nothing but the program. Nothing in it is written but the kernel itself. Without a zz_init.go in the package, and
unless the program imports eggcup, the start of the units is added to it by the build.

The Go toolchain is $EGGCUP_GO, else that of eggcup's own Python environment, else `go` in PATH.

example:
  eggcup build ./cmd/server -o server.elf
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import kernels, options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse

DEFAULT_KERNEL = "kernel.elf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("package", metavar="PKG", nargs="?", default=".", help="the program's folder (default: .)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, default=Path(DEFAULT_KERNEL), help=f"default: {DEFAULT_KERNEL}"
    )
    kernels.add_build_options(parser)
    options.add_configuration_options(parser)
    options.add_json_option(parser, "print what was built as JSON")


def run(args: argparse.Namespace) -> int:
    """Build the kernel and print where it is."""
    from configurator.build.program import locate

    package = locate(args.package)
    configuration = options.open_configuration(args)
    memory_mb = int(configuration.get("RUN_MEMORY"))
    built = kernels.build_kernel(args, package, args.output, configuration, memory_mb=memory_mb)
    size = f"{built.file_size / 1024:.0f} KiB, in memory up to {built.memory_end / (1 << 20):.1f} MiB"
    done = "built" if built.changed else "up to date"
    output.narrate(f"eggcup: {args.output} is {done}: {size}, Go {built.go_version}")
    if args.json:
        output.result_json(kernels.document(built))
    else:
        output.result(str(args.output))
    return ExitCode.OK
