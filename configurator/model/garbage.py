"""Python's cyclic garbage collector, kept from looking through a growing tree again and again.

A tree of 18,000 symbols is some 300,000 objects, none of them garbage. While it grows the collector looks at all of
them several times, which takes as long as reading it; afterwards, each time it looks at them, a key waits for 0.1 s.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing for the length of a block; what it made is old then, and not looked at at once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            is_kept = gc.get_freeze_count() > 0
            gc.freeze()
            if not is_kept:
                gc.unfreeze()  # into the oldest generation
            gc.enable()


def keep() -> None:
    """Take all that is there now for something that stays, which the collector need not look at any more."""
    gc.freeze()
