"""Holds a Kconfig tree to the rules of this project; `eggcup lint` shows what breaks them."""

from __future__ import annotations

from configurator.lint.rules import RULES, Offence, Rule, lint

__all__ = ["RULES", "Offence", "Rule", "lint"]
