"""What code in kernel context may call, and the verdict on a binary.

Kernel context (trap and system call handlers, boot) runs with interrupts off, on a kernel stack, at any moment between
two instructions of the program: it must not allocate, take the runtime's locks, park, split its stack, or store a
pointer with a write barrier. All of these are calls into the runtime, so that the calls in the binary decide, not the
source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .disassembly import Function, Transfer

CORE = "eggcup/kernel/core/"

ALLOWED: Mapping[str, str] = {
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
    "runtime.panicIndex": "as panicBounds",
    "runtime.panicIndexU": "as panicBounds",
    "runtime.panicSliceAlen": "as panicBounds",
    "runtime.panicSliceAlenU": "as panicBounds",
    "runtime.panicSliceAcap": "as panicBounds",
    "runtime.panicSliceAcapU": "as panicBounds",
    "runtime.panicSliceB": "as panicBounds",
    "runtime.panicSliceBU": "as panicBounds",
    "runtime.panicshift": "as panicBounds",
    "runtime.panicdivide": "as panicBounds",
    "runtime.panicSliceConvert": "as panicBounds",
    "runtime.panicunsafeslicelen": "as panicBounds",
    "runtime.panicunsafeslicenilptr": "as panicBounds",
}
"""Functions outside the core that it may call, with the reason."""

INDIRECT: Mapping[str, str] = {
    "eggcup/kernel/core/syscalls.Dispatch": "the handler comes from the constant system call table",
}
"""Core functions that may call through a function value, with the reason."""

INITIALISER = ".init"
TOO_LATE = "they are set by code at start-up, after the kernel has used them"


@dataclass(frozen=True)
class Finding:
    """A breach of the rules: who, where, and what is wrong."""

    function: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.function} ({self.place}): {self.message}"


def breaches(functions: Iterable[Function], core: str = CORE, indirect: Mapping[str, str] = INDIRECT) -> list[Finding]:
    """Return every breach in the functions of the core."""
    found: list[Finding] = []
    for function in functions:
        if function.name.endswith(INITIALISER):
            found.append(Finding(function.name, "package variables", TOO_LATE))
            continue
        found += [finding for transfer in function.transfers if (finding := _judge(transfer, core, indirect))]
    return found


def _judge(transfer: Transfer, core: str, indirect: Mapping[str, str]) -> Finding | None:
    """Return what is wrong with a call, or None."""
    if transfer.target is None:
        if transfer.caller in indirect:
            return None
        return Finding(transfer.caller, transfer.place, f"calls through {transfer.operand}: a closure or an interface")
    if transfer.target.startswith(core) or transfer.target in ALLOWED:
        return None
    return Finding(transfer.caller, transfer.place, f"calls {transfer.target}")
