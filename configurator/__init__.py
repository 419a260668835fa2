"""eggcup: turns an ordinary Go program into a kernel, configured by Kconfig."""

from __future__ import annotations

__version__ = "0.1.0"
