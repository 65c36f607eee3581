"""`python -m benchmarks [--quick]`: every benchmark, each printing a small table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import loading, results


def main() -> None:
    """Run them all in a temporary folder; --quick takes fewer months."""
    months = 1 if "--quick" in sys.argv else 13
    with tempfile.TemporaryDirectory() as folder:
        store_url = loading.run(Path(folder), months)
        results.run(Path(folder), store_url)


if __name__ == "__main__":
    main()
