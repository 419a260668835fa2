"""The configuration: Kconfig tree, .config, units. Alone in knowing kconfiglib, nothing of which leaves here."""

from __future__ import annotations

from configurator.model.answers import Probability
from configurator.model.configuration import Configuration, Snapshot
from configurator.model.dotconfig import Assignment, leading_comment
from configurator.model.views import (
    Condition,
    Edge,
    EdgeKind,
    NodeInfo,
    NodeKind,
    NotTaken,
    SymbolInfo,
    SymbolType,
    TreeWarning,
    Unit,
)

__all__ = [
    "Assignment",
    "Condition",
    "Configuration",
    "Edge",
    "EdgeKind",
    "NodeInfo",
    "NodeKind",
    "NotTaken",
    "Probability",
    "Snapshot",
    "SymbolInfo",
    "SymbolType",
    "TreeWarning",
    "Unit",
    "leading_comment",
]
