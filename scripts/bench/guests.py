"""The guests that are compared, and the QEMU command that boots each of them.

Every guest gets the command line of `eggcup run` (configurator.run.machine): the same machine, processor, accelerator
and memory. A Linux guest adds its initramfs and a kernel command line that keeps the kernel quiet.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guest import Transcript, boot

from configurator.run.machine import Console, Host, Machine, command_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EGGCUP = "eggcup"
BEFORE = "eggcup before"
MINIMAL = "Linux minimal"
LINUX_COMMAND_LINE = "console=ttyS0 quiet panic=-1 reboot=t"
_QMP_HELLO = b'{"execute": "qmp_capabilities"}\n'
_ELF_MAGIC = b"\x7fELF"


@dataclass(frozen=True)
class Kernel:
    """A kernel under test; `initramfs` is None for eggcup, whose program is in the kernel."""

    name: str
    image: Path
    initramfs: Path | None = None

    @property
    def is_elf(self) -> bool:
        """Say whether the image boots by its PVH entry, on a microvm too, and not through 16-bit set-up code."""
        with self.image.open("rb") as stream:
            return stream.read(len(_ELF_MAGIC)) == _ELF_MAGIC

    @property
    def is_minimal(self) -> bool:
        """Say whether it is the Linux that the targets are about."""
        return self.name.startswith(MINIMAL)

    @property
    def size(self) -> int:
        """What has to be stored to boot it, in bytes."""
        return self.image.stat().st_size + (self.initramfs.stat().st_size if self.initramfs else 0)


@dataclass(frozen=True)
class Bench:
    """What all boots of a benchmark have in common."""

    qemu: str
    accelerator: str
    processors: int
    folder: Path

    @contextmanager
    def command(
        self, kernel: Kernel, machine: Machine, memory_mb: int, extra: tuple[str, ...] = (), linux_arguments: str = ""
    ) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """Yield QEMU's command line for `kernel`, and the descriptors to pass on."""
        initramfs = ("-initrd", str(kernel.initramfs)) if kernel.initramfs else ()
        with _monitor() as monitor_fd:
            host = Host(self.qemu, self.accelerator, self.folder / "exitcode", monitor_fd, Console.PIPE)
            command = command_line(
                host,
                kernel.image,
                machine,
                processors=self.processors,
                memory_mb=memory_mb,
                arguments=f"{LINUX_COMMAND_LINE} {linux_arguments}".strip() if kernel.initramfs else "",
                qemu_arguments=(*initramfs, *extra),
            )
            yield command, (monitor_fd,)

    def boot(  # noqa: PLR0913, PLR0917 - a boot has that many sides
        self,
        kernel: Kernel,
        machine: Machine,
        memory_mb: int,
        until: str,
        timeout: float,
        extra: tuple[str, ...] = (),
        linux_arguments: str = "",
    ) -> Transcript:
        """Boot `kernel` until it prints a line that starts with `until`."""
        with self.command(kernel, machine, memory_mb, extra, linux_arguments) as (command, fds):
            return boot(command, until, timeout, pass_fds=fds)


@contextmanager
def _monitor() -> Iterator[int]:
    """Give QEMU's monitor someone to talk to."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(_QMP_HELLO)
        yield theirs.fileno()
