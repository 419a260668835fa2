"""Generated Go: the units in their order, and the configuration as constants.

order = init_order(configuration)
render_zz_init(configuration, order, editable=False)   # for the overlay of a build
render_config_gen(configuration)                       # lies over kernel/config/config_gen.go
render_units_gen(configuration, order)                 # lies over units_gen.go
read_init_file(package / FILE_NAME)                    # the user's own file, if there is one
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configurator.files import write_if_changed
    from configurator.generate.committed import CONFIG_GEN, UNITS_GEN, committed_files
    from configurator.generate.order import OrderedUnit, Predecessor, init_order
    from configurator.generate.render import render_config_gen, render_units_gen, render_zz_init
    from configurator.generate.userfile import FILE_NAME, InitFile, check_init_file, read_init_file, write_init_file

__all__ = [
    "CONFIG_GEN",
    "FILE_NAME",
    "UNITS_GEN",
    "InitFile",
    "OrderedUnit",
    "Predecessor",
    "check_init_file",
    "committed_files",
    "init_order",
    "read_init_file",
    "render_config_gen",
    "render_units_gen",
    "render_zz_init",
    "write_if_changed",
    "write_init_file",
]

# `eggcup diff` needs the order alone, and is to be quick: a module is imported when something of it is asked for.
_MODULES = {
    "CONFIG_GEN": "configurator.generate.committed",
    "FILE_NAME": "configurator.generate.userfile",
    "UNITS_GEN": "configurator.generate.committed",
    "InitFile": "configurator.generate.userfile",
    "OrderedUnit": "configurator.generate.order",
    "Predecessor": "configurator.generate.order",
    "check_init_file": "configurator.generate.userfile",
    "committed_files": "configurator.generate.committed",
    "init_order": "configurator.generate.order",
    "read_init_file": "configurator.generate.userfile",
    "render_config_gen": "configurator.generate.render",
    "render_units_gen": "configurator.generate.render",
    "render_zz_init": "configurator.generate.render",
    "write_if_changed": "configurator.files",
    "write_init_file": "configurator.generate.userfile",
}


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
