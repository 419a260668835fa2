"""The colours of our own; Textual brings more."""

from __future__ import annotations

from typing import Any

OWN_THEMES: tuple[dict[str, Any], ...] = (
    {
        "name": "eggcup",
        "primary": "#7aa7d0",
        "secondary": "#86b5a3",
        "accent": "#e3b778",
        "warning": "#e3b778",
        "error": "#e08a90",
        "success": "#9cc98a",
        "foreground": "#d6dae0",
        "background": "#15181c",
        "surface": "#1d2127",
        "panel": "#262b32",
        "dark": True,
    },
    {
        "name": "eggcup-light",
        "primary": "#2c6aa0",
        "secondary": "#2f7a63",
        "accent": "#9a5b00",
        "warning": "#9a5b00",
        "error": "#b02a37",
        "success": "#3b7d23",
        "foreground": "#22262b",
        "background": "#f6f5f1",
        "surface": "#eceae4",
        "panel": "#dfdcd3",
        "dark": False,
    },
)
"""What `textual.theme.Theme` is made with; not made here, so that a list of names needs no Textual."""
