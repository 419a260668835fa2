"""Look for what eggcup needs, and say which command installs what is missing.

Ends with 1 when something is missing without which kernels can be neither built nor booted.

example:
  eggcup doctor --json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import options, output
from configurator.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from configurator.cli.checkup import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    from configurator.cli.checkup import examine

    findings = examine()
    missing = any(finding.needed and not finding.ok for finding in findings)
    if args.json:
        import dataclasses

        output.result_json({"ok": not missing, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            output.result(f"{_mark(finding):<7}  {finding.name:<{width}}  {finding.found}")
            if not finding.ok and finding.fix:
                output.result(f"{'':<7}  {'':<{width}}  try: {finding.fix}")
    return ExitCode.FINDINGS if missing else ExitCode.OK


def _mark(finding: Finding) -> str:
    if finding.ok:
        return "ok"
    return "missing" if finding.needed else "no"
