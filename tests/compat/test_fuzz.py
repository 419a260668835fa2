"""Differential fuzzing: random trees and random .config files, each target by eggcup and by C kconfig 6.12.

`make fuzz` runs 20 000 cases, the test suite 500; EGGCUP_FUZZ_CASES sets another number. A case is one tree with one
.config, and all targets of it are compared, line by line.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from configurator.model import Configuration
from tests.compat.oracle import body
from tests.compat.trees import random_config, random_tree

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    import pytest

    from tests.compat.oracle import Conf

CASES = int(os.environ.get("EGGCUP_FUZZ_CASES", "500"))


@settings(
    max_examples=CASES,
    derandomize="EGGCUP_FUZZ_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
# A few cases are drawn bit by bit, so that hypothesis can make a failing one small; for many that takes gigabytes.
@given(random=st.randoms(use_true_random=CASES > 2000))
def test_all_targets_agree(random: Random, tmp_path_factory: pytest.TempPathFactory, c_conf: Conf) -> None:
    """Every target gives the same lines, with and without a file of given values."""
    folder = tmp_path_factory.getbasetemp()
    work = folder / "fuzz"
    work.mkdir(exist_ok=True)
    tree = random_tree(random)
    given_values = random_config(random, tree)
    note(tree.text)
    note(given_values)
    kconfig, config = work / "Kconfig", work / "given"
    kconfig.write_text(tree.text, encoding="utf-8")
    config.write_text(given_values, encoding="utf-8")
    _compare(c_conf, kconfig, work, config)


def _compare(c_conf: Conf, kconfig: Path, work: Path, config: Path) -> None:
    given_values = config.read_text(encoding="utf-8")
    configuration = Configuration.load(kconfig, config)
    theirs = c_conf.run(kconfig, work, "--olddefconfig", config=given_values)
    assert body(configuration.text()) == body(theirs), "olddefconfig"
    assert configuration.minimal_text() == c_conf.minimal(kconfig, work, given_values), "savedefconfig"
    start = configuration.snapshot()
    for target, answer in (("allyesconfig", "y"), ("allnoconfig", "n"), ("allmodconfig", "m"), ("alldefconfig", "")):
        for seed in (None, config):
            configuration.restore(start if seed else type(start)(()))
            if answer:
                configuration.answer_all(answer)
            env = {"KCONFIG_ALLCONFIG": str(seed)} if seed else {}
            expected = c_conf.run(kconfig, work, f"--{target}", env=env)
            assert body(configuration.text()) == body(expected), f"{target} from {seed}"
