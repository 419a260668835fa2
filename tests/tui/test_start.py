"""What is done before the first screen is there, what after it, and what when it is needed."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from configurator.files import digest
from configurator.model import Configuration
from configurator.tui.app import MenuconfigApp
from configurator.tui.screens.browse import BrowseScreen

if TYPE_CHECKING:
    import pytest

    from configurator.session import Session


def test_first_edit_is_prepared_after_the_first_screen(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sorting that the first edit needs is not waited for, and is done by the time that somebody can type."""
    order: list[str] = []
    painted = MenuconfigApp.after_first_paint

    def note_paint(self: MenuconfigApp) -> None:
        order.append("painted")
        painted(self)

    monkeypatch.setattr(MenuconfigApp, "after_first_paint", note_paint)
    monkeypatch.setattr(Configuration, "prepare_edits", lambda _: order.append("prepared"))

    async def drive() -> None:
        async with MenuconfigApp(session).run_test() as pilot:
            for _ in range(100):
                await pilot.pause(0.02)
                if len(order) > 1:
                    break

    asyncio.run(drive())
    assert order == ["painted", "prepared"]


def test_search_is_prepared_while_it_opens(session: Session) -> None:
    """The texts are in lower case before the first letter comes, and given back when the search is left."""
    prepared: list[bool] = []

    async def drive() -> None:
        async with MenuconfigApp(session).run_test() as pilot:
            await pilot.press("slash")
            await pilot.pause()
            prepared.append("_helps" in vars(session._indexed()))  # noqa: SLF001 - what must have been made
            await pilot.press("escape")
            await pilot.pause()
            prepared.append(session._index is None)  # noqa: SLF001 - as above

    asyncio.run(drive())
    assert prepared == [True, True]


def test_screen_is_composed_for_its_width(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pane has its place when the first screen is laid out, so that it is not laid out again."""
    is_wide: list[bool] = []
    mount = BrowseScreen.on_mount

    def note(self: BrowseScreen) -> None:
        is_wide.append(self.has_class("-wide"))
        mount(self)

    monkeypatch.setattr(BrowseScreen, "on_mount", note)

    async def drive(columns: int) -> None:
        async with MenuconfigApp(session).run_test(size=(columns, 30)):
            pass

    asyncio.run(drive(120))
    asyncio.run(drive(80))
    assert is_wide == [True, False]


def test_digest_is_sha256() -> None:
    """The digest that needs no OpenSSL is the one that everybody else computes."""
    assert digest(b"eggcup") == hashlib.sha256(b"eggcup").hexdigest()
