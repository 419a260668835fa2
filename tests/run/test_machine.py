"""QEMU's command line, whole, for each type of machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from configurator.run.machine import Console, Host, Machine, command_line

ALWAYS = (
    "-serial chardev:console -chardev file,id=exitcode,path=/tmp/a,,b/code -device isa-debugcon,iobase=0x502,"
    "chardev=exitcode -device isa-debug-exit,iobase=0xf4,iosize=0x04 -chardev socket,id=events,fd=5 "
    "-mon chardev=events,mode=control"
)


def _line(machine: Machine, console: Console = Console.PIPE, **options: object) -> str:
    host = Host("qemu", "tcg", Path("/tmp/a,b/code"), 5, console)  # noqa: S108 - a name, nothing is written
    line = command_line(host, Path("k.elf"), machine, processors=2, memory_mb=64, **options)  # type: ignore[arg-type]
    return " ".join(line)


@pytest.mark.parametrize(
    ("machine", "option"),
    [
        (Machine.PC, "pc"),
        (Machine.Q35, "q35"),
        (Machine.MICROVM, "microvm,isa-serial=on,rtc=on,pit=on,pic=on,auto-kernel-cmdline=off"),
    ],
)
def test_machines(machine: Machine, option: str) -> None:
    """Nothing but the machine's option differs between the types; commas in file names are doubled."""
    assert _line(machine) == (
        f"qemu -no-user-config -nodefaults -no-reboot -display none -machine {option} -accel tcg -cpu max -smp 2 -m 64 "
        f"-kernel k.elf -chardev stdio,id=console,signal=on {ALWAYS}"
    )


def test_on_a_terminal() -> None:
    """On a terminal QEMU has an escape key and a monitor, and Ctrl-C is the guest's."""
    line = _line(Machine.PC, Console.TERMINAL)
    assert "-chardev stdio,id=console,mux=on,signal=off -mon chardev=console,mode=readline -serial" in line


def test_arguments() -> None:
    """The program's arguments are one of QEMU's, and the user's own come last."""
    line = _line(Machine.PC, arguments="a b", qemu_arguments=("-vga", "std"))
    assert " -append a b -chardev" in line
    assert line.endswith(f"{ALWAYS} -vga std")
