"""A folder that go takes for a module proxy, with three small modules."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# stack needs v in a newer version than the vendored program has; both have a package that the program does not vendor.
MODULES = {
    ("example.org/stack", "v1.0.0"): {
        "go.mod": "module example.org/stack\n\ngo 1.22\n\nrequire example.org/v v1.1.0\n",
        "inner/inner.go": 'package inner\n\nimport "example.org/v/other"\n\n'
        'func first[T any](list ...T) T { return list[0] }\n\nvar Name = first("stack", other.Name)\n',
    },
    # What a program requires although its workspace has it: go reads its go.mod all the same.
    ("example.org/local", "v1.2.3"): {"go.mod": "module example.org/local\n\ngo 1.20\n"},
    ("example.org/v", "v1.0.0"): {
        "go.mod": "module example.org/v\n\ngo 1.20\n",
        "sub/sub.go": 'package sub\n\nconst Name = "sub"\n',
    },
    ("example.org/v", "v1.1.0"): {
        "go.mod": "module example.org/v\n\ngo 1.20\n",
        "sub/sub.go": 'package sub\n\nconst Name = "newer sub"\n',
        "other/other.go": 'package other\n\nconst Name = "other"\n',
    },
}


def make_proxy(folder: Path) -> str:
    """Fill `folder` and return its URL."""
    for (module, version), files in MODULES.items():
        place = folder / module / "@v"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{version}.info").write_text(f'{{"Version": "{version}"}}', encoding="utf-8")
        (place / f"{version}.mod").write_text(files["go.mod"], encoding="utf-8")
        with zipfile.ZipFile(place / f"{version}.zip", "w") as archive:
            for name, text in files.items():
                archive.writestr(f"{module}@{version}/{name}", text)
    return folder.as_uri()
