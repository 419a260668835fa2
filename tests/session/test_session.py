"""The session: what changes, why, how to take it back, what the file gets."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configurator.errors import UsageError
from configurator.model import Approval, Assignment, Configuration, Trust
from configurator.session import DEFAULTS, SAVED, TOP, Against, Answer, Filter, FilterKind, Mode, Origin, Session, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeTree
    from tests.session.conftest import Open

    Reasons = Callable[[Session, str, str], dict[str, str]]


def _differences(session: Session, against: Against) -> dict[str, tuple[str | None, str | None]]:
    return {one.name: (one.before, one.after) for one in session.changes(against)}


# What follows


def test_select_is_a_reason(session: Session, reasons: Reasons) -> None:
    """A selected symbol says what selects it, and what does no more."""
    assert reasons(session, "E1000", "y")["PCI"] == "selected by E1000"
    assert reasons(session, "E1000", "n")["PCI"] == "no longer selected by E1000"


def test_a_lost_dependency_is_a_reason(session: Session, reasons: Reasons) -> None:
    """What a symbol depends on and has lost is named with its value; what comes back says so too."""
    session.set("E1000", "y")
    session.unset("MTU")
    told = reasons(session, "NET", "n")
    assert told["MTU"] == told["E1000"] == "lost NET (NET=n)"
    back = reasons(session, "NET", "y")
    assert back["MTU"] == "default, now that NET=y"
    assert back["E1000"] == "set earlier, now that NET=y"


def test_a_range_is_a_reason(session: Session, reasons: Reasons) -> None:
    """A number that its range moves names the range."""
    session.set("BIG", "y")
    session.set("E1000", "y")
    session.set("RING", "4000")
    assert reasons(session, "BIG", "n")["RING"] == "range 8..64"


def test_a_choice_is_a_reason(session: Session, reasons: Reasons) -> None:
    """The member that was chosen before names the one that is chosen now."""
    assert reasons(session, "FAST", "y") == {"SLOW": "choice: FAST instead"}


def test_imply_and_default_are_reasons(session: Session, reasons: Reasons) -> None:
    """An implied symbol names what implies it; a default what made it count."""
    session.unset("BELL")
    assert reasons(session, "TONE", "y") == {"BELL": "implied by TONE"}
    session.unset("MTU")
    assert reasons(session, "BIG", "y")["MTU"] == "default, now that BIG=y"


def test_moved_symbols_have_a_place(session: Session) -> None:
    """What moved can be jumped to; a symbol without a prompt too."""
    change = session.set("E1000", "y").change
    assert change is not None
    assert {session.menu.names[one.node] for one in change.moved} == {"E1000", "RING", "PCI"}


# What is refused


def test_an_obstacle_is_told_and_nothing_changes(session: Session) -> None:
    """A value that cannot be is taken back, with the reason; there is no step."""
    session.set("NET", "n")
    before = session.text()
    outcome = session.set("E1000", "y")
    assert outcome.answer is Answer.REFUSED
    assert outcome.note == "E1000 stays n: it needs NET (NET=n)"
    assert session.text() == before
    assert len(session.history) == 1


@pytest.mark.parametrize(("name", "value"), [("MTU", "many"), ("BIG", "m"), ("RING", "4096"), ("NOTHING", "y")])
def test_nonsense_is_refused(session: Session, name: str, value: str) -> None:
    """A value of the wrong type or out of range, and a symbol that is not there, are told."""
    session.set("E1000", "y")
    outcome = session.set(name, value)
    assert outcome.answer is Answer.INVALID
    assert outcome.note
    assert len(session.history) == 1


def test_what_is_so_already_is_no_step(session: Session) -> None:
    """Saying again what was said changes nothing, nor does choosing what is chosen."""
    assert session.set("NET", "y").answer is Answer.UNCHANGED
    assert session.set("SLOW", "y").answer is Answer.UNCHANGED
    assert session.history == ()


# Steps


def test_steps_have_names(session: Session) -> None:
    """Undo and redo name what they do."""
    session.set("BIG", "y")
    assert (session.undo_label, session.redo_label) == ("BIG n -> y", "")
    assert session.undo().change.label == "undo BIG n -> y"  # type: ignore[union-attr]
    assert (session.undo_label, session.redo_label) == ("", "BIG n -> y")
    session.set("TONE", "y")
    assert session.redo_label == ""
    assert [step.change.label for step in session.history] == ["TONE n -> y"]


def test_resetting_a_menu_is_one_step(session: Session) -> None:
    """All symbols of a menu get their defaults back at once, and undo brings them back at once."""
    session.set("E1000", "y")
    session.set("RING", "16")
    outcome = session.reset_menu(session.menu.prompts.index("Cards"))
    assert outcome.change is not None
    assert outcome.change.label == "reset Cards"
    assert session.symbol("E1000").value == "n"
    session.undo()
    assert session.symbol("RING").value == "16"


def test_a_preset_is_a_step(session: Session) -> None:
    """A preset replaces all that was set, and can be undone with what was known of the file."""
    session.set("MTU", "576")
    text = session.text()
    outcome = session.apply_preset("loud")
    assert outcome.change is not None
    assert {str(one) for one in outcome.change.moved} == {"MTU 576 -> 1500", "TONE n -> y", "BELL n -> y"}
    assert session.configuration.path != session.path
    session.undo()
    assert session.text() == text
    assert session.configuration.path == session.path


def test_a_preset_that_is_not_there(session: Session) -> None:
    """A wrong name and a wrong file leave everything as it was."""
    with pytest.raises(UsageError, match="no preset"):
        session.apply_preset("quiet")
    Path("wrong").write_text("this is no line\n", encoding="utf-8")
    with pytest.raises(UsageError):
        session.load(Path("wrong"))
    assert session.history == ()


def test_a_plan_is_one_step(session: Session) -> None:
    """A plan for a blocked symbol is applied, and undone, as one."""
    session.set("NET", "n")
    (plan, *_) = session.plans("E1000", "y")
    assert {(one.name, one.after) for one in plan.changes} == {("E1000", "y"), ("NET", "y")}
    session.apply_plan(plan, "make it so")
    assert session.symbol("E1000").value == "y"
    assert session.undo_label == "make it so"
    session.undo()
    assert session.symbol("NET").value == "n"


def test_why_links_to_what_decides(session: Session) -> None:
    """The lines of an explanation name the symbols to jump to."""
    session.set("NET", "n")
    why = session.why("RING")
    assert why.is_blocked
    assert {line.link for line in why.lines} >= {"RING", "E1000", "NET"}


# The file


def test_unknown_lines_stay(open_session: Open) -> None:
    """Lines of symbols that the tree does not know are written as they were, and read again, as often as one likes."""
    lines = ['CONFIG_ALIEN="with \\"quotes\\" and \\\\"', "# CONFIG_GONE is not set", "CONFIG_FAR=0x10"]
    session = open_session(config="\n".join(["CONFIG_BIG=y", *lines, ""]))
    session.save()
    once = session.text()
    assert once.endswith("\n".join(["# Not in this Kconfig tree; kept as it was read", "#", *lines, ""]))
    again = open_session(config=None)
    assert again.text() == once
    assert not again.modified
    assert [one.name for one in again.unknown] == ["ALIEN", "GONE", "FAR"]


def test_unknown_lines_can_be_dropped(open_session: Open) -> None:
    """Dropping is a step: the file is modified by it, and undo takes it back."""
    session = open_session(config="CONFIG_ALIEN=y\nCONFIG_FAR=y\n")
    session.save()
    assert session.drop_unknown(["ALIEN"]).answer is Answer.CHANGED
    assert [one.name for one in session.unknown] == ["FAR"]
    assert session.modified
    assert "ALIEN" not in session.text()
    session.undo()
    assert not session.modified
    assert session.drop_unknown(["OTHER"]).answer is Answer.UNCHANGED


def test_saving_elsewhere_goes_on_there(session: Session) -> None:
    """Save-as writes another file, which is the session's from then on; the former one stays beside a file."""
    session.set("BIG", "y")
    session.save(Path("other"))
    assert session.path == Path("other")
    assert not session.modified
    session.set("BIG", "n")
    session.save()
    assert "CONFIG_BIG=y" in Path("other.old").read_text(encoding="utf-8")
    assert session.was_saved


def test_saving_minimal(session: Session) -> None:
    """A minimal file gives the same values."""
    session.set("FAST", "y")
    session.save_minimal(Path("small"))
    assert Path("small").read_text(encoding="utf-8") == "CONFIG_FAST=y\n"
    assert session.modified


def test_a_file_that_cannot_be_written(session: Session) -> None:
    """The error is told, and the session goes on as it was."""
    session.set("BIG", "y")
    with pytest.raises(UsageError):
        session.save(Path("missing/folder"))
    assert session.path == Path(".config")
    assert session.modified


# Differences


def test_against_the_saved_file(session: Session) -> None:
    """The lines of the file that saving would change, with what followed told from what was set."""
    session.set("E1000", "y")
    found = {one.name: (one.before, one.after, one.is_set) for one in session.changes(SAVED)}
    assert found == {"E1000": ("n", "y", True), "RING": (None, "32", False), "PCI": (None, "y", False)}
    assert session.changed_count == 3
    session.undo()
    assert session.changes(SAVED) == []
    assert session.changed_count == 0


def test_against_no_file(open_session: Open) -> None:
    """Without a file, what was changed since the start; saving would make the file."""
    session = open_session(config=None)
    assert session.modified
    assert session.changes(SAVED) == []
    session.set("BIG", "y")
    assert _differences(session, SAVED) == {"BIG": ("n", "y"), "MTU": ("1500", "9000")}


def test_against_defaults_presets_and_files(session: Session) -> None:
    """Other values are read without touching those of the session."""
    session.set("NAME", "x")
    text = session.text()
    assert _differences(session, DEFAULTS) == {"NAME": ("egg", "x")}
    loud = Against(Origin.PRESET, "loud")
    assert _differences(session, loud) == {"TONE": ("y", "n"), "BELL": ("y", "n"), "NAME": ("egg", "x")}
    Path("mine").write_text('CONFIG_NAME="y"\n', encoding="utf-8")
    mine = Against(Origin.FILE, "mine")
    assert _differences(session, mine) == {"NAME": ("y", "x")}
    Path("mine").write_text('CONFIG_NAME="longer"\n', encoding="utf-8")
    assert _differences(session, mine) == {"NAME": ("longer", "x")}
    assert session.text() == text
    assert session.set("NAME", "z").answer is Answer.CHANGED
    assert _differences(session, DEFAULTS) == {"NAME": ("egg", "z")}


def test_against_a_revision(session: Session) -> None:
    """A revision's file is compared; a wrong revision is told."""
    session.save()
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "-f", ".config"], [*identity, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], check=True, capture_output=True)
    session.set("NAME", "x")
    assert _differences(session, Against(Origin.GIT, "HEAD")) == {"NAME": ("egg", "x")}
    with pytest.raises(UsageError):
        session.changes(Against(Origin.GIT, "nowhere"))


def test_a_revision_is_trusted_as_the_tree_is(make_tree: MakeTree, workdir: Path) -> None:
    """The commands of a tree that were allowed are allowed at a revision of it; others are not, and nobody is asked."""
    kconfig = make_tree({"Kconfig": '#\nconfig A\n\tstring "A"\n\tdefault "$(shell,echo one)"\n', ".config": ""})
    path = kconfig.with_name(".config")

    def opened() -> Session:
        return Session(Configuration.load(kconfig, path, trust=Trust(ask=lambda _: Approval.THESE)), path)

    folder = kconfig.parent
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "-f", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    assert workdir.is_dir()
    with contextlib.chdir(folder):
        session = opened()
        session.set("A", "two")
        assert _differences(session, Against(Origin.GIT, "HEAD")) == {"A": ("one", "two")}
        kconfig.write_text(kconfig.read_text().replace("echo one", "echo three"))
        with pytest.raises(UsageError, match="nobody has allowed it: echo one"):
            opened().changes(Against(Origin.GIT, "HEAD"))


# Rows, filters, search


def test_a_filter_keeps_the_menus_around(session: Session) -> None:
    """A filtered list has what fits, below the menus it lies in."""
    session.set("E1000", "y")
    rows = session.rows(View(mode=Mode.WHOLE_TREE), Filter(FilterKind.CHANGED))
    assert [row.title for row in rows] == ["Network", "Cards", "Intel card", "Buffers"]
    assert [row.indent for row in rows] == [0, 1, 2, 3]


def test_filters(session: Session) -> None:
    """Each filter keeps what its name says."""
    session.set("NAME", "x")

    def kept(only: Filter) -> set[str]:
        return {session.menu.names[node] or session.title(node) for node in session.filtered(only)}

    assert kept(Filter(FilterKind.CHANGED)) == {"NAME"}
    assert kept(Filter(FilterKind.NOT_DEFAULT)) == {"NAME"}
    assert kept(Filter(FilterKind.NEW)) == set()
    assert "NET" in kept(Filter(FilterKind.SET))
    assert "PCI" not in kept(Filter(FilterKind.SET))
    cards = session.menu.prompts.index("Cards")
    assert kept(Filter(FilterKind.MENU, menu=cards)) == {"Cards", "E1000", "RING"}


def test_new_symbols_are_those_the_file_does_not_have(open_session: Open) -> None:
    """What the file does not say and can be set is new, until the user says something."""
    session = open_session(config="CONFIG_NET=y\n")
    new = {session.menu.names[node] for node in session.filtered(Filter(FilterKind.NEW))}
    assert {"BIG", "NAME"} <= new
    assert not {"NET", "RING", "PCI"} & new
    session.set("BIG", "n")
    assert not session.entry(session.menu.index("BIG")).is_new


def test_a_unit_filter_goes_by_folder() -> None:
    """The entries of a unit are those that its folder's Kconfig defines."""
    root = Path(__file__).resolve().parents[2]
    session = Session(Configuration.load(root / "Kconfig"), Path("nowhere"))
    found = {session.menu.names[node] for node in session.filtered(Filter(FilterKind.UNIT, unit="drivers/uart"))}
    assert "UART" in found
    assert "VGA" not in found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("CONFIG_NET", ["NET"]),
        ("net", ["NET"]),
        ("fast", ["FAST", "FASTEST"]),
        ("card intel", ["E1000"]),
        ("crystal", ["E1000"]),
        ("^CONFIG_FA.*T$", ["FAST", "FASTEST"]),
        ("e10", ["E1000"]),
        ("fstst", ["FASTEST"]),
        ("[", []),
        ("  ", []),
        ("PACKETS", ["MTU", "NET"]),
    ],
)
def test_search(session: Session, query: str, found: list[str]) -> None:
    """Names before prompts before what is alike before help texts; words, and patterns where they are some."""
    matches = session.search(query)
    assert [session.menu.names[match.node] for match in matches] == found


def test_search_within_a_filter(session: Session) -> None:
    """A filter narrows a search."""
    session.set("FAST", "y")
    matches = session.search("t", only=Filter(FilterKind.CHANGED), in_help=False)
    assert {session.menu.names[match.node] for match in matches} == {"FAST"}


def test_an_empty_tree(open_session: Open) -> None:
    """A tree without entries has no rows, and can be saved."""
    session = open_session(tree='mainmenu "Nothing"\n')
    assert len(session.rows()) == 0
    assert session.rows().line_of(TOP) == 0
    assert len(session.search("a")) == 0
    assert session.reset_all().answer is Answer.UNCHANGED
    assert session.undo().answer is Answer.UNCHANGED
    session.save()


def test_a_menu_thirty_deep(open_session: Open) -> None:
    """Menus nest as deep as they like."""
    depth = 30
    tree = "".join(f'menu "M{n}"\n' for n in range(depth)) + 'config X\n\tbool "X"\n' + "endmenu\n" * depth
    session = open_session(tree=tree)
    rows = session.rows(View(mode=Mode.WHOLE_TREE))
    assert [row.indent for row in rows] == [*range(depth + 1)]
    assert session.trail(session.menu.index("X")) == [f"M{n}" for n in range(depth)]


def test_several_at_once(session: Session) -> None:
    """Assignments that need each other are one step, whatever their order."""
    session.set("NET", "n")
    outcome = session.set_all([Assignment("E1000", "y"), Assignment("NET", "y")], "both")
    assert outcome.answer is Answer.CHANGED
    session.undo()
    assert session.symbol("NET").value == "n"
