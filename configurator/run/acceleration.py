"""Says whether KVM is really usable here, not only present."""

from __future__ import annotations

import fcntl
import os
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

DEVICE = Path("/dev/kvm")
# ioctl numbers and the API version that has been the stable one since Linux 2.6.22 (Documentation/virt/kvm/api.rst).
_KVM_GET_API_VERSION = 0xAE00
_KVM_CREATE_VM = 0xAE01
_API_VERSION = 12

_TRIAL_SECONDS = 10


class Acceleration(Enum):
    """What `--accel` takes."""

    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"


@dataclass(frozen=True)
class KvmState:
    """Whether KVM is usable, and in a few words why not."""

    usable: bool
    reason: str = ""


def kvm_state(qemu: str, device: Path = DEVICE) -> KvmState:
    """Try KVM: the device, a virtual machine, and a QEMU that sets up a processor and quits.

    The last step is needed on hosts whose nested KVM makes a machine but cannot run the processor model.
    """
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except OSError as problem:
        return KvmState(usable=False, reason=f"{device}: {problem.strerror}")
    try:
        version = fcntl.ioctl(descriptor, _KVM_GET_API_VERSION, 0)
        if version != _API_VERSION:
            return KvmState(usable=False, reason=f"{device} speaks version {version}, not {_API_VERSION}")
        os.close(fcntl.ioctl(descriptor, _KVM_CREATE_VM, 0))
    except OSError as problem:
        return KvmState(usable=False, reason=f"{device} makes no virtual machine: {problem.strerror}")
    finally:
        os.close(descriptor)
    return _trial(qemu)


def choose(wanted: Acceleration, qemu: str) -> str:
    """Return the value of QEMU's `-accel`."""
    if wanted is Acceleration.AUTO:
        return "kvm" if kvm_state(qemu).usable else "tcg"
    return str(wanted.value)


def _trial(qemu: str) -> KvmState:
    command = [qemu, "-no-user-config", "-nodefaults", "-display", "none", "-accel", "kvm", "-cpu", "max", "-S"]
    script = '{"execute": "qmp_capabilities"}\n{"execute": "quit"}\n'
    try:
        done = subprocess.run(  # noqa: S603 - the QEMU found in PATH
            [*command, "-qmp", "stdio"],
            input=script,
            capture_output=True,
            timeout=_TRIAL_SECONDS,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return KvmState(usable=False, reason=f"QEMU with KVM does not answer: {problem}")
    if done.returncode == 0:
        return KvmState(usable=True)
    lines = done.stderr.strip().splitlines()
    return KvmState(usable=False, reason=lines[0] if lines else f"QEMU with KVM ends with {done.returncode}")
