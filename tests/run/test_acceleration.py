"""KVM counts as usable only when a machine can really be made with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from configurator.run.acceleration import Acceleration, choose, kvm_state

if TYPE_CHECKING:
    from pathlib import Path


def test_no_device(tmp_path: Path) -> None:
    """Without the device the reason is the system's own."""
    state = kvm_state("qemu-system-x86_64", tmp_path / "kvm")
    assert not state.usable
    assert state.reason == f"{tmp_path / 'kvm'}: No such file or directory"


def test_a_file_that_is_no_device(tmp_path: Path) -> None:
    """A device that answers no ioctl is not KVM."""
    (tmp_path / "kvm").write_bytes(b"")
    state = kvm_state("qemu-system-x86_64", tmp_path / "kvm")
    assert not state.usable
    assert "makes no virtual machine: Inappropriate ioctl for device" in state.reason


def test_no_permission_for_the_device(tmp_path: Path) -> None:
    """A device that may not be opened says so; for root, who may open everything, it is a folder instead."""
    device = tmp_path / "kvm"
    if os.geteuid() == 0:
        device.mkdir()
    else:
        device.touch(mode=0)
    assert not kvm_state("qemu-system-x86_64", device).usable


def test_the_users_choice_is_not_tried() -> None:
    """What is asked for is taken, without a look at the host."""
    assert choose(Acceleration.TCG, "/nowhere/qemu") == "tcg"
    assert choose(Acceleration.KVM, "/nowhere/qemu") == "kvm"
