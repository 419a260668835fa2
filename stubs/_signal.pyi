# The part of the built-in module under `signal` that configurator.__main__ uses.
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

SIGINT: int
SIG_IGN: int

def default_int_handler(signalnum: int, frame: FrameType | None, /) -> NoReturn: ...
def getsignal(signalnum: int, /) -> Callable[[int, FrameType | None], object] | int | None: ...
def signal(
    signalnum: int, handler: Callable[[int, FrameType | None], object] | int, /
) -> Callable[[int, FrameType | None], object] | int | None: ...
