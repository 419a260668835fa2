"""The configuration: Kconfig tree, .config, units. Alone in knowing kconfiglib, nothing of which leaves here."""

from __future__ import annotations

from configurator.model.commands import NOBODY, Approval, Command, Trust
from configurator.model.configuration import Configuration, Snapshot
from configurator.model.dotconfig import Assignment, ConfigFile, leading_comment, read_file
from configurator.model.findings import Finding, FindingKind, Migration
from configurator.model.views import (
    Condition,
    Edge,
    EdgeKind,
    NodeInfo,
    NodeKind,
    NodeState,
    NotTaken,
    SymbolInfo,
    SymbolType,
    TreeWarning,
    Unit,
)

__all__ = [
    "NOBODY",
    "Approval",
    "Assignment",
    "Command",
    "Condition",
    "ConfigFile",
    "Configuration",
    "Edge",
    "EdgeKind",
    "Finding",
    "FindingKind",
    "Migration",
    "NodeInfo",
    "NodeKind",
    "NodeState",
    "NotTaken",
    "Snapshot",
    "SymbolInfo",
    "SymbolType",
    "TreeWarning",
    "Trust",
    "Unit",
    "leading_comment",
    "read_file",
]
