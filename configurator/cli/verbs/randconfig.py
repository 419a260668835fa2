"""Make a configuration at random.

The same seed gives the same file on every machine; without one a seed is drawn and shown. The probability is that of y
in percent: one number (50), two for y and m of a tristate (30:40), or three for y of a bool, y and m of a tristate
(50:30:40). KCONFIG_SEED and KCONFIG_PROBABILITY stand for the options. Numbers and texts have their defaults. The
present .config is not read, and kept as .config.old. KCONFIG_ALLCONFIG names a file whose values hold all the same; 1
stands for allrandom.config, else all.config.

example:
  eggcup randconfig --seed 7 --probability 80
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from configurator.cli import output, targets
from configurator.errors import UsageError

if TYPE_CHECKING:
    import argparse

_SEED_BITS = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    targets.add_arguments(parser)
    parser.add_argument("--seed", metavar="N", help="number to draw from, decimal or 0x... (default: $KCONFIG_SEED)")
    parser.add_argument(
        "--probability",
        metavar="P",
        help="of y in percent, or Y:M, or Y:TY:TM (default: $KCONFIG_PROBABILITY, else 50)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the configuration."""
    from configurator.model.answers import Probability

    seed = _seed(args.seed or os.environ.get("KCONFIG_SEED") or "")
    text = args.probability or os.environ.get("KCONFIG_PROBABILITY")
    probability = Probability.parse(text) if text else Probability()
    return targets.make_configuration(
        args, "allrandom.config", lambda configuration: configuration.answer_at_random(seed, probability)
    )


def _seed(text: str) -> int:
    if not text:
        seed = int.from_bytes(os.urandom(_SEED_BITS // 8))
        output.narrate(f"eggcup: the seed is {seed}")
        return seed
    try:
        seed = int(text, 0)
    except ValueError:
        raise UsageError(f"the seed {text[:40]!r} is no whole number", hints=["--seed 42", "--seed 0x2a"]) from None
    if not 0 <= seed < 2**_SEED_BITS:
        raise UsageError(f"the seed {seed} does not lie between 0 and {2**_SEED_BITS - 1}")
    return seed
