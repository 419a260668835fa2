"""Boot a kernel under QEMU on this terminal, and end with the guest's exit code.

KERNEL is a file that `eggcup build` made; a folder is built first. Memory and number of processors come from the
configuration (RUN_MEMORY, NR_CPUS). KVM is used where it works.

On a terminal every key goes to the guest but Ctrl-A: Ctrl-A x ends the run, Ctrl-A c is QEMU's monitor, Ctrl-A a is a
Ctrl-A. Elsewhere standard input and output are the guest's, byte for byte.

What follows -- goes to QEMU, last, so that it wins: `-- -display gtk -vga std` shows the screen.

exit codes: the guest's own; 0 when it switched the machine off without one; 1 when it reset the machine without one
(a reboot or a crash); 124 after --timeout; 130 when interrupted.

example:
  eggcup run ./examples/hello --machine microvm --timeout 10
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from configurator.cli import kernels, options, output

if TYPE_CHECKING:
    from configurator.model import Configuration

TAKES_REST = True

_MACHINES = ("pc", "q35", "microvm")
_ACCELERATIONS = ("auto", "kvm", "tcg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.usage = "%(prog)s [KERNEL|PKG] [options] [-- QEMU ARGUMENTS]"
    parser.add_argument(
        "target", metavar="KERNEL|PKG", nargs="?", default=".", help="a kernel file, or a folder to build (default: .)"
    )
    parser.add_argument("--timeout", type=_positive_seconds, metavar="S", help="end the run with 124 after S seconds")
    parser.add_argument("--smp", type=_positive, metavar="N", help="number of processors")
    parser.add_argument("--mem", type=_positive, metavar="MB", help="memory in MiB")
    parser.add_argument("--machine", choices=_MACHINES, default="pc", help="type of machine (default: pc)")
    parser.add_argument("--append", metavar="TEXT", default="", help="arguments for the program")
    parser.add_argument("--accel", choices=_ACCELERATIONS, default="auto", help="default: KVM where it works, else TCG")
    kernels.add_build_options(parser)
    options.add_configuration_options(parser)
    options.add_json_option(parser, "print how it ended as JSON; the console goes to standard error")


def run(args: argparse.Namespace) -> int:
    """Boot the kernel, after building it if need be."""
    from configurator.run.acceleration import Acceleration
    from configurator.run.machine import Machine, find_qemu
    from configurator.run.runner import RunRequest, check_kernel
    from configurator.run.runner import run as boot

    target = Path(args.target)
    is_kernel = target.is_file() and target.suffix != ".go"
    if is_kernel:
        check_kernel(target)
    find_qemu()
    if not (is_kernel and args.mem and args.smp):
        configuration = options.open_configuration(args)
        args.mem = args.mem or int(configuration.get("RUN_MEMORY"))
        args.smp = args.smp or int(configuration.get("NR_CPUS"))
        if not is_kernel:
            target = _build(args, configuration)
    request = RunRequest(
        kernel=target,
        machine=Machine(args.machine),
        processors=args.smp,
        memory_mb=args.mem,
        timeout=args.timeout,
        arguments=args.append,
        acceleration=Acceleration(args.accel),
        qemu_arguments=tuple(args.rest),
        console_on_stderr=args.json,
        commands=output.narrate if args.verbose else None,
    )
    outcome = boot(request, output.narrate)
    if args.json:
        document = {"kernel": str(target), "machine": args.machine, "processors": args.smp, "memory_mb": args.mem}
        ended = outcome.end.name.lower().replace("_", "-")
        output.result_json({**document, "ended": ended, "exit_code": int(outcome.code)})
    return outcome.code


def _build(args: argparse.Namespace, configuration: Configuration) -> Path:
    """Build the program into eggcup's own folder and return the kernel."""
    from configurator.build.layout import kernel_folder
    from configurator.build.program import locate

    package = locate(args.target)
    kernel = kernel_folder(package) / "kernel.elf"
    kernels.build_kernel(args, package, kernel, configuration, memory_mb=args.mem)
    return kernel


def _positive(text: str) -> int:
    """Parse a whole number above 0."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def _positive_seconds(text: str) -> float:
    """Parse a number of seconds above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
