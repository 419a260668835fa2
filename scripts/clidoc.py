#!/usr/bin/env python3
"""Write docs/cli.md from the commands' --help.

scripts/clidoc.py            write docs/cli.md
scripts/clidoc.py --check    exit with 4 if it is not up to date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from configurator.cli.reference import markdown  # noqa: E402 - the line above makes it importable without installation
from configurator.errors import ExitCode  # noqa: E402
from configurator.files import write_if_changed  # noqa: E402


def main() -> int:
    """Write the document or compare it."""
    parser = argparse.ArgumentParser(description="Write docs/cli.md from the commands' --help.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 4 if it is not up to date")
    arguments = parser.parse_args()
    path = ROOT / "docs" / "cli.md"
    if not arguments.check:
        write_if_changed(path, markdown())
        return ExitCode.OK
    if path.exists() and path.read_text(encoding="utf-8") == markdown():
        return ExitCode.OK
    print(f"{path} is out of date: scripts/clidoc.py", file=sys.stderr)
    return ExitCode.STALE


if __name__ == "__main__":
    sys.exit(main())
