"""Checks of a built kernel that kernel context keeps its rules."""
