"""What code in kernel context may call, and the verdict on a binary.

Kernel context (trap and system call handlers, boot) runs with interrupts off, on a kernel stack, at any moment between
two instructions of the program: it must not allocate, take the runtime's locks, park, split its stack, or store a
pointer with a write barrier. All of these are calls into the runtime, so that the calls in the binary decide, not the
source.

A call through a function value is as good as the values that can be there. The core's function values are constants:
every one that its variables hold, or that its code takes the address of, has to be a function of the core as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .disassembly import Function, Transfer
    from .image import Image

CORE = "eggcup/kernel/core/"

AT_BOOT: Mapping[str, str] = {
    "eggcup/kernel/hook.Install": "writes the jumps of the system call hooks while code is still writable",
}
"""Functions outside the core that run in its context; they are checked as if they were in it."""

ALLOWED: Mapping[str, str] = {
    "_rt0_amd64_linux": "where the program starts: its thread leaves kernel context there",
    "runtime.memmove": "copies bytes: assembly without a stack check",
    "runtime.memclrNoHeapPointers": "clears bytes: assembly without a stack check",
    "runtime.memequal": "compares bytes: assembly without a stack check",
    "runtime.duffzero": "clears a small variable: assembly",
    "runtime.duffcopy": "copies a small variable: assembly",
    "runtime.morestack_noctxt": "in every prologue; never taken, because the kernel g's stack guard is 0",
    "runtime.morestack": "as morestack_noctxt, for closures",
    # A failed bounds check, shift or division is a kernel bug. These end in the runtime's panic, which the kernel's own
    # g turns into the kernel bug report.
    "runtime.panicBounds": "index out of range in the kernel: a bug, reported as one",
    "runtime.panicdivide": "as panicBounds",
    "runtime.panicoverflow": "as panicBounds",
    "runtime.panicshift": "as panicBounds",
    "runtime.panicunsafeslicelen": "as panicBounds",
    "runtime.panicunsafeslicenilptr": "as panicBounds",
    "runtime.panicunsafestringlen": "as panicBounds",
    "runtime.panicunsafestringnilptr": "as panicBounds",
}
"""Functions outside the core that it may call, with the reason."""

_INITIALISER = re.compile(r"/[^/.]+\.init(\.\d+)?$")
_FUNCTION_VALUE = re.compile(r"^0\([A-Z0-9]+\)$")
TOO_LATE = "they are set by code at start-up, after the kernel has used them"


@dataclass(frozen=True)
class Finding:
    """A breach of the rules: who, where, and what is wrong."""

    function: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.function} ({self.place}): {self.message}"


def breaches(functions: Sequence[Function], image: Image, core: str = CORE) -> list[Finding]:
    """Return every breach in the functions and variables of the core."""
    inside = {function.name for function in functions}
    found = [
        Finding(variable, "variable", f"holds {target}")
        for variable, target in image.function_values(core)
        if not _permitted(target, core, inside)
    ]
    for function in functions:
        if _INITIALISER.search(function.name):
            found.append(Finding(function.name, "package variables", TOO_LATE))
            continue
        found += call_breaches([function], core, inside)
        found += [
            Finding(function.name, function.file, f"takes the address of {target}")
            for address in function.addresses
            if (target := image.function_at(address)) and not _permitted(target, core, inside)
        ]
    return found


def call_breaches(functions: Iterable[Function], core: str, inside: set[str]) -> list[Finding]:
    """Return the calls that break the rules; `inside` are the functions that are checked themselves."""
    transfers = (transfer for function in functions for transfer in function.transfers)
    return [finding for transfer in transfers if (finding := _judge(transfer, core, inside))]


def _judge(transfer: Transfer, core: str, inside: set[str]) -> Finding | None:
    """Return what is wrong with a call, or None."""
    if transfer.target is None:
        if _FUNCTION_VALUE.match(transfer.loaded_from):
            return None
        message = f"calls {transfer.operand}, which comes from {transfer.loaded_from}: an interface's method"
        return Finding(transfer.caller, transfer.place, message)
    if _permitted(transfer.target, core, inside):
        return None
    return Finding(transfer.caller, transfer.place, f"calls {transfer.target}")


def _permitted(target: str, core: str, inside: set[str]) -> bool:
    return target.startswith(core) or target in inside or target in ALLOWED
