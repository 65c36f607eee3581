"""`python -m benchmarks [--quick]`: every benchmark, each printing a small table.

`--reading` stops after single workbooks; `--loading 32` loads as many months of the province, 250 workbooks each, and nothing
else, beside a plain script that checks nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import loading, reading, results


def main() -> None:
    """Run them all in a temporary folder; --quick takes one month."""
    if "--loading" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            loading.run(Path(folder), int(sys.argv[sys.argv.index("--loading") + 1]))
        return
    months = 1 if "--quick" in sys.argv else 13
    reading.run()
    if "--reading" in sys.argv:
        return
    with tempfile.TemporaryDirectory() as folder:
        store_url = loading.run(Path(folder), months)
        results.run(Path(folder), store_url)


if __name__ == "__main__":
    main()
