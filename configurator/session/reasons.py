"""Why a symbol moved that nobody asked to move, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from configurator.model import Configuration
    from configurator.model.edits import Movement


def reason(configuration: Configuration, movement: Movement, moved: Mapping[str, Movement]) -> str:
    """Return why a symbol has another value.

    Args:
        configuration: as it stands after the change.
        movement: the symbol.
        moved: all that moved with it, by name.
    """
    del moved
    return configuration.analysis.origin(movement.name).text
