"""Judges what pip-audit found: `python deploy/audit.py build/audit/report.json`, as `make audit` does.

pip-audit that reaches no advisories says “No known vulnerabilities found” and ends with 0. So every locked package must be
in its report and must have been looked at; what is known of one and may stay is explained here, by its number.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.markers import Marker

LOCK = Path(__file__).resolve().parent.parent / "requirements.txt"
# Number of the advisory → why it does not touch us, and until which version it may stay.
EXPLAINED: Mapping[str, str] = {}


def locked(lock: str) -> dict[str, str]:
    """Package → version, as the lock has them for this system and Python; others are looked at on their own machines."""
    found = re.findall(
        r"^([A-Za-z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?: *; *([^\\\n]+))?", lock, re.MULTILINE
    )
    here = [(name, version) for name, version, only in found if not only or Marker(only.strip()).evaluate()]
    return {_plain(name): version for name, version in here}


def judge(report: Mapping[str, Any], lock: str) -> Iterator[str]:
    """A sentence for each package that is at fault or was not looked at."""
    seen = {_plain(one["name"]): one for one in report.get("dependencies", ())}
    for name, version in locked(lock).items():
        one = seen.get(name)
        if one is None:
            yield f"{name} {version} is not in the report"
        elif "skip_reason" in one:
            yield f"{name} {version} was not looked at: {one['skip_reason']}"
        elif one.get("version") != version:
            yield f"{name} was looked at in version {one.get('version')}, and {version} is locked"
        else:
            for known in one.get("vulns", ()):
                if known["id"] not in EXPLAINED:
                    mended = ", ".join(known.get("fix_versions", ())) or "none yet"
                    yield f"{name} {version}: {known['id']}, mended in {mended}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def main() -> None:
    """Ends with 1 when there is anything to say."""
    lock = LOCK.read_text(encoding="utf-8")
    try:
        report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"there is no report to judge: {error}")
    found = list(judge(report, lock))
    for sentence in found:
        print(sentence)
    if found:
        sys.exit(f"{len(found)} of {len(locked(lock))} locked packages are at fault or were not looked at")
    print(f"{len(locked(lock))} locked packages were looked at; nothing unexplained is known of any")


if __name__ == "__main__":
    main()
