"""Keys that are typed faster than screens open: each reaches the screen that it is meant for, in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input

from configurator.tui.app import MenuconfigApp
from configurator.tui.screens.browse import BrowseScreen
from tests.tui.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from configurator.session import Session
    from configurator.tui.screens.base import TableScreen

_NAMES = {"\r": "enter", "\x1b": "escape", "/": "slash", ":": "colon", "\b": "backspace", "?": "question_mark"}


def _keys(text: str) -> list[events.Event]:
    return [events.Key(_NAMES.get(character, character), character) for character in text]


def _after(session: Session, typed: Sequence[events.Event], *, at_once: bool = False) -> tuple[MenuconfigApp, str]:
    """Return an editor and its open screen after keys came in one go, before its first screen or when that is there."""

    async def drive() -> tuple[MenuconfigApp, str]:
        app = MenuconfigApp(session, theme="eggcup")
        if at_once:
            app.call_later(lambda: [app.post_message(event) for event in typed])
        async with app.run_test() as pilot:
            await pilot.pause()
            if not at_once:
                for event in typed:
                    app.post_message(event)
            for _ in range(PATIENCE):
                await pilot.pause()
                if not app.types_ahead:
                    break
            field = app.screen.query(Input)
            screen: TableScreen[object] = app.screen  # type: ignore[assignment]  # all are
            return app, f"{type(screen).__name__} {field.first().value if field else ''}".strip()

    return asyncio.run(drive())


@pytest.mark.parametrize("at_once", [False, True], ids=["open", "at the start"])
def test_query_is_typed_with_its_key(session: Session, *, at_once: bool) -> None:
    """The letters after / are the query, and none of them is a command of the menu."""
    app, screen = _after(session, _keys("/yrnXmber"), at_once=at_once)
    assert screen == "SearchScreen yrnXmber"
    assert not app.session.history


def test_paste_follows_the_key(session: Session) -> None:
    """What is pasted comes in its turn, too."""
    assert _after(session, [*_keys("/a"), events.Paste("bc"), *_keys("d")])[1] == "SearchScreen abcd"


def test_key_after_enter_is_for_the_menu(session: Session) -> None:
    """Enter closes the search; what is typed behind it changes the symbol that was found."""
    app, screen = _after(session, _keys("/plain\rn"))
    assert screen == "BrowseScreen"
    assert session.symbol("PLAIN").value == "n"
    assert [str(step.change.label) for step in app.session.history] == ["PLAIN y -> n"]


def test_value_is_typed_with_its_key(session: Session) -> None:
    """A number typed behind the Enter that asks for it is taken whole, and so is what follows it."""
    _after(session, _keys("/^speed$\r\r\b\b\b\b1200\ru"))
    assert session.redo_label == "SPEED 9600 -> 1200"


def test_every_screen_takes_the_next_key(session: Session) -> None:
    """Screens opened and closed one after the other leave the keys in order."""
    screen = _after(session, _keys("i\x1b?\x1bc\x1b:\x1bH\x1bn"))[1]
    assert screen == "BrowseScreen"
    assert session.symbol("PLAIN").value == "n"


def test_key_whose_widget_has_gone_lets_the_next_one_go_on(session: Session) -> None:
    """A key that took its own widget out of the tree has come to its end, too."""

    async def drive() -> bool:
        app = MenuconfigApp(session)
        async with app.run_test() as pilot:
            await pilot.pause()
            await pilot.press("slash")
            gone = app.focused
            assert gone is not None
            app._keys._is_under_way = True  # noqa: SLF001 - as while a key is on its way
            await app.pop_screen()
            app._keys._follow(gone)  # noqa: SLF001 - what its handler would do
            for event in _keys("n"):
                app.post_message(event)
            for _ in range(PATIENCE):
                await pilot.pause()
                if not app.types_ahead:
                    break
            return app.types_ahead

    assert not asyncio.run(drive())
    assert session.symbol("PLAIN").value == "n"


def test_no_early_key_answers_the_question_of_the_start(
    open_session: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question what to do with unsaved changes takes no key that was typed before it was there."""
    session = open_session()
    session.set("PLAIN", "n")
    app = MenuconfigApp(session)
    app.keep_now()
    shown: list[str] = []
    opened = MenuconfigApp.screen_opened

    async def note(self: MenuconfigApp, screen: TableScreen[object]) -> None:
        shown.append(type(screen).__name__)
        if not isinstance(screen, BrowseScreen):
            for event in _keys("d"):  # between its opening and its being seen
                self._keys._waiting.append(event)  # noqa: SLF001 - as if it had come a moment ago
        await opened(self, screen)

    monkeypatch.setattr(MenuconfigApp, "screen_opened", note)
    app, screen = _after(open_session(), [])
    assert {*shown} == {"BrowseScreen", "QuestionScreen"}
    assert screen == "QuestionScreen"
    assert app.recovery.path.exists()
