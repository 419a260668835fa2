"""Compares configurations: what somebody set, what followed from it, and what it does to the product.

with open_sides(["qemu", ".config"], Place(...)) as (a, b):
    difference = compare(a, b)
render.unified(difference)
"""

from __future__ import annotations

from configurator.compare.difference import Difference, SymbolDifference, compare
from configurator.compare.product import ConstantChange, Product
from configurator.compare.sides import Place, Side, find_file, open_sides

__all__ = [
    "ConstantChange",
    "Difference",
    "Place",
    "Product",
    "Side",
    "SymbolDifference",
    "compare",
    "find_file",
    "open_sides",
]
