"""`python -m benchmarks.assessment`: the export of the whole province, 98 reports as Word and PDF and the workbook; time and memory."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from dashboard.assessment.example import CODE, walk_example
from dashboard.assessment.exporting import export_round
from dashboard.assessment.sealing import verify_round
from dashboard.assessment.standing import stand
from tests.assessment.conftest import made_province


def main() -> None:
    """Walk a round of 98 institutions, export it on two cores, verify it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace = made_province(home)
        _timed("a round of 98, opening to publication", lambda: walk_example(workspace))
        standing = stand(workspace, CODE)
        _timed("export, 98 × (docx + pdf), xlsx, csv, json", lambda: export_round(workspace, standing, home / "out", workers=2))  # fmt: skip
        _timed("verify", lambda: verify_round(workspace, CODE))
        workspace.close()


def _timed(what: str, work: object) -> None:
    assert callable(work)
    wall, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"{what:<48}{time.perf_counter() - wall:>8.1f} s wall{cpu:>8.1f} s CPU   largest process {peak / 1024:,.0f} MB"
    )


if __name__ == "__main__":
    main()
