"""What is kept beside the .config and seen of it: recovery, changes on disk, presets, previews."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from configurator.build import sizes
from configurator.errors import UsageError
from configurator.model import Configuration
from configurator.session import Answer, Session
from configurator.session.presets import list_presets, save_preset
from configurator.session.preview import Previewer
from configurator.session.recovery import Recovery
from configurator.session.watch import OnDisk, Watch
from tests.session.test_invariants import EDITS, cases, editing, randoms

if TYPE_CHECKING:
    from random import Random

    from tests.session.conftest import Open

ROOT = Path(__file__).resolve().parents[2]


@cases
@given(random=randoms)
def test_recovered_edits_are_the_edits(random: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What was kept gives back the exact text, and what was set of hidden symbols too."""
    case = editing(random, tmp_path_factory)
    for _ in range(EDITS):
        case.edit()
    kept = Recovery(case.session)
    kept.keep()
    if case.session.modified and case.session.history:
        again = Session(Configuration.load(case.kconfig, case.config), case.config)
        assert Recovery(again).find() is not None
        again.load(kept.path)
        assert again.text() == case.session.text()
        assert again.settings_text() == case.session.settings_text()
    kept.drop()


def test_nothing_is_kept_of_a_saved_session(session: Session) -> None:
    """The file is there while there are unsaved edits, and no longer."""
    recovery = Recovery(session)
    recovery.keep()
    assert not recovery.path.exists()
    session.set("BIG", "y")
    recovery.keep()
    assert recovery.path.exists()
    session.undo()
    recovery.keep()
    assert not recovery.path.exists()
    assert Recovery(session).find() is None


def test_nothing_is_kept_of_a_session_without_edits(open_session: Open) -> None:
    """A .config that is not there would be made by saving; as long as nobody has edited, there is nothing to keep."""
    session = open_session(config=None)
    session.path.unlink(missing_ok=True)
    session = Session(Configuration.load(session.configuration.kconfig), session.path)
    assert session.modified
    recovery = Recovery(session)
    recovery.keep()
    assert not recovery.path.exists()
    session.set("BIG", "y")
    recovery.keep()
    assert recovery.path.exists()


def test_edits_of_a_former_file_are_told(session: Session, open_session: Open) -> None:
    """When the .config has changed since, that is said."""
    session.set("BIG", "y")
    Recovery(session).keep()
    fresh = Recovery(open_session(config=None)).find()
    assert fresh is not None
    assert not fresh.is_stale
    stale = Recovery(open_session(config='CONFIG_NAME="other"\n')).find()
    assert stale is not None
    assert stale.is_stale
    assert "has changed since" in stale.note


def test_two_editors_keep_apart(session: Session, open_session: Open) -> None:
    """While one editor runs, its edits are not offered to a second one, which keeps its own elsewhere."""
    code = (
        "from pathlib import Path; from configurator.model import Configuration\n"
        "from configurator.session import Session; from configurator.session.recovery import Recovery\n"
        f"s = Session(Configuration.load(Path({str(session.configuration.kconfig)!r}), Path('.config')), "
        "Path('.config'))\n"
        "s.set('BIG', 'y'); Recovery(s).keep(); print('kept', flush=True); input()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        second = Recovery(session)
        assert second.find() is None
        assert second.path == Path(f".config.recovery.{os.getpid()}")
        session.set("TONE", "y")
        second.keep()
        other.communicate(b"\n")
    left = Recovery(open_session(config=None))
    assert left.find() is not None
    second.drop()
    assert Recovery(session).find() is not None  # the first one's, which has ended without saving


def test_the_file_on_disk_is_watched(session: Session) -> None:
    """A change, a removal and a new file are seen; writing the same again is none."""
    watch = Watch(session.path)
    assert watch.look() is OnDisk.SAME
    session.path.write_text(session.text(), encoding="utf-8")
    assert watch.look() is OnDisk.SAME
    session.path.write_text("CONFIG_BIG=y\n", encoding="utf-8")
    assert watch.look() is OnDisk.CHANGED
    session.path.unlink()
    assert watch.look() is OnDisk.GONE
    watch.remember()
    session.path.write_text("", encoding="utf-8")
    assert watch.look() is OnDisk.APPEARED
    watch.remember()
    assert watch.look() is OnDisk.SAME


def test_presets_have_their_comment(session: Session) -> None:
    """The list gives names with the comment at the head of the file."""
    assert [(one.name, one.help) for one in list_presets(session.configuration)] == [("loud", "Makes noise")]


def test_the_present_values_become_a_preset(session: Session) -> None:
    """A preset that was saved gives the same values; a name that is none is refused."""
    session.set("FAST", "y")
    session.set("NAME", "x")
    text = session.text()
    saved = save_preset(session.configuration, "quick", "Fast\nand named")
    assert saved.path.read_text(encoding="utf-8").startswith("# Fast\n# and named\nCONFIG_")
    session.reset_all()
    assert session.apply_preset("quick").answer is Answer.CHANGED
    assert session.text() == text
    for name in ("", "../x", "a.b", "-x"):
        with pytest.raises(UsageError):
            save_preset(session.configuration, name)


def test_a_preview_marks_what_the_last_change_did(tmp_path: Path) -> None:
    """A unit that a change brings is marked in the list and in the file; one that it takes away is named."""
    session = Session(Configuration.load(ROOT / "Kconfig", ROOT / "configs" / "tiny"), tmp_path / ".config")
    previewer = Previewer(session)
    first = previewer.preview()
    assert first.problem == ""
    assert not any(line.is_new for line in first.zz_init)
    session.set("RTC", "y")
    second = previewer.preview()
    assert [unit.symbol for unit in second.units if unit.is_new] == ["RTC"]
    assert {line.text.strip() for line in second.zz_init if line.is_new and "rtc" in line.text.lower()}
    assert previewer.preview() is second
    session.set("RTC", "n")
    third = previewer.preview()
    assert third.removed == ("RTC",)
    assert [line.text for line in third.zz_init] == [line.text for line in first.zz_init]


def test_a_tree_without_units_has_no_preview(session: Session) -> None:
    """Another's tree gives a reason in place of a file."""
    preview = Previewer(session).preview()
    assert preview.problem
    assert preview.zz_init == ()


def test_sizes_that_a_build_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of a unit's package is shown once a build has measured it; what is no image measures nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    session = Session(Configuration.load(ROOT / "Kconfig", ROOT / "configs" / "tiny"), tmp_path / ".config")
    assert all(unit.bytes is None for unit in Previewer(session).preview().units)
    sizes.keep(session.configuration.root, "eggcup", b"no image")
    monkeypatch.setattr(sizes, "code_sizes", lambda _: {"eggcup/drivers/uart": 1376, "runtime": 5})
    sizes.keep(session.configuration.root, "eggcup", b"")
    measured = {unit.symbol: unit.bytes for unit in Previewer(session).preview().units}
    assert measured["UART"] == 1376
    assert sizes.measured(session.configuration.root) == {"drivers/uart": 1376}
