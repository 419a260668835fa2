"""Run the tests of Go packages in kernels, as `go test` runs them under Linux.

PKG is what `go test` takes: folders, patterns such as ./..., packages of the standard library. Each package's test
binary becomes a kernel with the configured units, and boots; the report is that of `go test`. The tests find the files
of their package, testdata among them, where they are on this machine, and start in the package's folder.

What follows -- are flags of `go test`: -run, -skip, -v, -json, -short, -count, -bench, -timeout (of each package; then
the machine is ended, with the goroutines on the console) and the others of the test binary; -args ends them. Profiles
and coverage are not there, as files of the guest are gone when it ends.

Some settings are not the configuration's: there are files, a panic and the tests' end power the machine off, and the
kernel logs errors only (--kernel-log: what is configured), on standard error and apart from what the tests write.

exit codes: 0 all tests passed; 1 some failed or could not be built; 2 wrong usage; 130 interrupted.

example:
  eggcup test ./...
  eggcup test strings net/url -- -short -v -run 'Test(Index|Parse)'
"""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import kernels, options, output

if TYPE_CHECKING:
    import argparse

    from configurator.gotest.packages import TestPackage
    from configurator.model import Configuration

TAKES_REST = True

_LEAST_MEMORY = 512
"""MiB for a test, where RUN_MEMORY has less: tests take more than the programs that they are of."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.usage = "%(prog)s [PKG...] [options] [-- GO TEST FLAGS]"
    parser.add_argument("packages", metavar="PKG", nargs="*", default=["."], help="packages to test (default: .)")
    parser.add_argument(
        "-j", "--jobs", type=kernels.positive, metavar="N", default=os.cpu_count() or 1,
        help="how many machines run at a time (default: this machine's processors)",
    )  # fmt: skip
    parser.add_argument(
        "--file", dest="files", action="append", type=Path, default=[], metavar="PATH",
        help="a further file or folder for the guest, under the same name; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--qemu", metavar="ARGUMENTS", default="", help="further arguments for QEMU, such as '-nic user,model=virtio'"
    )
    parser.add_argument("--kernel-log", action="store_true", help="log as configured, not errors alone")
    kernels.add_machine_options(parser)
    kernels.add_build_options(parser)
    options.add_configuration_options(parser)
    options.add_json_option(parser, "print the events of `go test -json`, as -json after the -- does")


def run(args: argparse.Namespace) -> int:
    """Build and boot the tests, and report them."""
    from configurator.build.layout import KernelTree
    from configurator.build.rootfs import image_files
    from configurator.build.sources import generated_sources
    from configurator.build.toolchain import find_go
    from configurator.cli import progress
    from configurator.gotest import flags, packages
    from configurator.gotest.session import Session, TestRun
    from configurator.run.machine import find_qemu

    wanted = flags.parse(["-json", *args.rest] if args.json else args.rest)
    find_qemu()
    configuration = options.open_configuration(args)
    _adapt(configuration, args)
    files = image_files(configuration)
    assert files  # noqa: S101 - VFS has just been switched on
    tree = KernelTree(configuration.root.resolve())
    tree.check()
    go = find_go()
    tags = tuple(filter(None, args.tags.split(",")))
    found = packages.find(args.packages, go, tags)
    extra = packages.everything(args.files)

    def extra_files(package: TestPackage) -> tuple[Path, ...]:
        return (*extra, *packages.needed_elsewhere(package, go.root))

    with progress.activity("testing") as go_output:
        session = Session(
            TestRun(
                tree=tree,
                sources=generated_sources(configuration, reverse_ties=args.reverse_ties),
                files=files,
                flags=wanted,
                machine=replace(
                    kernels.run_request(args, Path(), configuration, least_memory=_LEAST_MEMORY),
                    qemu_arguments=tuple(shlex.split(args.qemu)),
                ),
                jobs=args.jobs,
                tags=tags,
                extra_files=extra_files,
                output=output.result_bytes,
                go_output=go_output,
                commands=output.narrate if args.verbose else kernels.nothing,
            ),
            go,
        )
        return session.test(found)


def _adapt(configuration: Configuration, args: argparse.Namespace) -> None:
    """Set what the tests need; nothing of it is written.

    Raises:
        UsageError: the tree does not allow it.
    """
    from configurator.errors import UsageError
    from configurator.model import Assignment

    needed = {"VFS": "y", "UART": "y", "QEMUEXIT": "y", "PANIC_POWEROFF": "y", "LOG_DEBUGCON": "y", "ARGUMENTS": ""}
    if not args.kernel_log:
        needed["LOG_LEVEL_ERROR"] = "y"
    missed = configuration.set_all([Assignment(name, value) for name, value in needed.items()])
    if missed:
        raise UsageError(f"the configuration cannot be one for tests: {missed[0]}")
