"""docs/compatibility.md follows from tests/std, and everything that fails there has a cause."""

from __future__ import annotations

import subprocess
import sys

from .markdown import ROOT

_PROGRAM = """\
import sys
sys.path[:0] = ["scripts/compat", "."]
import document
print(document.markdown(), end="")
print(*document.problems(), sep="\\n", file=sys.stderr)
"""


def _rendered() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60
    )


def test_document_is_fresh() -> None:
    """The document is made from the results and the causes."""
    written = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert written == _rendered().stdout, "scripts/compat --render writes it anew"


def test_causes() -> None:
    """Every failure has a cause, every cause a failure, and every package was run."""
    assert not _rendered().stderr.strip()
