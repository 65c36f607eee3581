"""Writes docs/licences.md: every locked package with its version and licence, from what is installed.

`python deploy/licences.py`; run it after every change of requirements.txt. A package that the lock names for another
system only (Windows) and that is not installed here is listed as such.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "docs" / "licences.md"
HEAD = """# Licences of the packages

Every package of `requirements.txt`, running and testing alike, as its own metadata states it. Written by `make licences`; a test fails when a locked package is not listed. NOTICE.md names the sources of data.

| package | version | licence |
|---|---|---|
"""


def locked() -> list[tuple[str, str]]:
    """Packages and versions of the lock; one that differs between versions of Python stands there twice."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return sorted(
        re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE),
        key=lambda one: (one[0].lower(), one[1]),
    )


def licence(name: str) -> str:
    """What the package says of itself: its expression, else its classifiers, else the first line of its licence."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return "not installed here (for another system)"
    return told.get("License-Expression") or _classified(told) or _first_line(told) or "not stated"


def _classified(told: PackageMetadata) -> str:
    found = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    return ", ".join(one for one in found if one != "OSI Approved")


def _first_line(told: PackageMetadata) -> str:
    said = (told.get("License") or "").strip().splitlines()
    return said[0][:80].strip("| ") if said else ""


def main() -> None:
    """Write the list."""
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in locked()]
    TO.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
