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


_is_kept = False
"""Whether `keep` was called. Python could count what is frozen, object by object: 30 ms with a large tree."""


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing for the length of a block; what it made is old then, and not looked at at once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not _is_kept:  # else the block's own garbage would be kept with the rest
                gc.freeze()
                gc.unfreeze()  # into the oldest generation
            gc.enable()


def keep() -> None:
    """Take all that is there now for something that stays, which the collector need not look at any more."""
    global _is_kept  # noqa: PLW0603 - there is one collector
    gc.freeze()
    _is_kept = True


def release() -> None:
    """Let the collector look at everything again."""
    global _is_kept  # noqa: PLW0603
    gc.unfreeze()
    _is_kept = False
