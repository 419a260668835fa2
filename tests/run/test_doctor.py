"""The verb doctor: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Eggcup

    from .conftest import FakeQemu

VERSION = "QEMU emulator version 9.9.9 (Test)"


def test_everything_is_there(eggcup: Eggcup, qemu: FakeQemu) -> None:
    """With all that is needed the code is 0; KVM is not needed."""
    environment = qemu.does("")
    script = qemu.folder / "qemu-system-x86_64"
    script.write_text(f"#!/bin/sh\necho '{VERSION}'\nexit 0\n", encoding="utf-8")
    ended = eggcup("doctor", env=environment)
    assert ended.code == 0, ended.out
    assert f"QEMU         9.9.9 ({script})" in ended.out


def test_what_is_missing(eggcup: Eggcup, tmp_path: Path) -> None:
    """Each missing thing is named with a command; the rest is examined all the same; the code is 1."""
    ended = eggcup("doctor", "--json", env={"PATH": str(tmp_path), "EGGCUP_GO": "/nowhere/go"})
    assert ended.code == 1
    document = json.loads(ended.out)
    assert document["ok"] is False
    findings = {finding["name"]: finding for finding in document["findings"]}
    assert [*findings] == ["Python", "packages", "kernel tree", "Go", "disk", "QEMU", "KVM"]
    assert not findings["QEMU"]["ok"]
    assert findings["QEMU"]["fix"].endswith("apt-get install qemu-system-x86")
    assert findings["Go"]["found"] == "$EGGCUP_GO is /nowhere/go, which is no program"
    assert findings["Python"]["ok"]
    assert not findings["KVM"]["needed"]


def test_a_broken_qemu(eggcup: Eggcup, qemu: FakeQemu) -> None:
    """A QEMU that does not start is as good as none."""
    environment = qemu.does("")
    (qemu.folder / "qemu-system-x86_64").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    ended = eggcup("doctor", env=environment)
    assert ended.code == 1
    assert "missing  QEMU         it does not run" in ended.out
