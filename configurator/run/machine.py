"""The machine that QEMU is: the one place that knows its command line."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from configurator.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

QEMU = "qemu-system-x86_64"

# I/O ports of the exit code (drivers/qemuexit): the decimal code goes to the first, the end of the run to the second.
DEBUGCON_PORT = 0x502
DEBUG_EXIT_PORT = 0xF4


class Machine(Enum):
    """The types of machine that eggcup boots on; the value is QEMU's name."""

    PC = "pc"
    Q35 = "q35"
    MICROVM = "microvm"

    @property
    def option(self) -> str:
        """Return the value of `-machine`.

        A microvm has the legacy devices only when asked. Its firmware would add virtio devices to the kernel's command
        line, which is where the program's arguments are.
        """
        if self is Machine.MICROVM:
            return "microvm,isa-serial=on,rtc=on,pit=on,pic=on,auto-kernel-cmdline=off"
        return str(self.value)


class Console(Enum):
    """How the guest's serial port reaches the user."""

    TERMINAL = "terminal"
    """A terminal in raw mode; Ctrl-A is QEMU's escape key: Ctrl-A x ends the run, Ctrl-A a is a Ctrl-A."""
    PIPE = "pipe"
    """Files and pipes: every byte goes through as it is."""


@dataclass(frozen=True)
class Host:
    """The connections between QEMU and eggcup: the accelerator, the file of the exit code, the monitor's socket."""

    qemu: str
    accelerator: str
    exit_code_file: Path
    monitor_fd: int
    console: Console


def install_command() -> str:
    """Return the command that installs QEMU on Debian and Ubuntu."""
    return f"{'' if os.getuid() == 0 else 'sudo '}apt-get install qemu-system-x86"


def find_qemu() -> str:
    """Return QEMU's path.

    Raises:
        UsageError: it is not installed.
    """
    found = shutil.which(QEMU)
    if found is None:
        raise UsageError(f"{QEMU} is not installed", hints=[install_command()])
    return found


def command_line(  # noqa: PLR0913 - a machine has that many parts
    host: Host,
    kernel: Path,
    machine: Machine,
    *,
    processors: int,
    memory_mb: int,
    arguments: str = "",
    qemu_arguments: tuple[str, ...] = (),
) -> list[str]:
    """Return the command that boots `kernel`.

    Args:
        host: what QEMU is connected to.
        kernel: an ELF file with boot headers.
        machine: the type of machine.
        processors: how many.
        memory_mb: its memory in MiB.
        arguments: arguments for the program, as a boot loader's command line.
        qemu_arguments: further arguments for QEMU; they come last, so that they win.
    """
    command = [host.qemu, "-no-user-config", "-nodefaults", "-no-reboot", "-display", "none"]
    command += ["-machine", machine.option, "-accel", host.accelerator, "-cpu", "max"]
    command += ["-smp", str(processors), "-m", str(memory_mb), "-kernel", str(kernel)]
    if arguments:
        command += ["-append", arguments]
    if host.console is Console.TERMINAL:
        command += ["-chardev", "stdio,id=console,mux=on,signal=off", "-mon", "chardev=console,mode=readline"]
    else:
        command += ["-chardev", "stdio,id=console,signal=on"]
    command += ["-serial", "chardev:console"]
    command += ["-chardev", f"file,id=exitcode,path={_escaped(str(host.exit_code_file))}"]
    command += ["-device", f"isa-debugcon,iobase={DEBUGCON_PORT:#x},chardev=exitcode"]
    command += ["-device", f"isa-debug-exit,iobase={DEBUG_EXIT_PORT:#x},iosize=0x04"]
    command += ["-chardev", f"socket,id=events,fd={host.monitor_fd}", "-mon", "chardev=events,mode=control"]
    return [*command, *qemu_arguments]


def _escaped(value: str) -> str:
    """Double the commas of an option's value, as QEMU wants it."""
    return value.replace(",", ",,")
