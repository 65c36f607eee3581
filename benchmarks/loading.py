"""Workbooks per second: written, read by bare python-calamine, checked and loaded by us, and by a plain script that checks nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook
from sqlalchemy import create_engine

from loaders.files import find_files
from loaders.forms import load_forms
from loaders.intake import Desk, check_file
from loaders.load import load_paths
from reference.registry import load_registry
from store.database import Store
from synthetic.province import write_province

SAMPLE = 300  # files that the one-process readers take


def timed(name: str, files: int, work: Callable[[], object]) -> tuple[float, float]:
    """Run once and print files, seconds, files per second, and the processor's time with that of all processes begun.

    Gives the clock's and the processor's milliseconds a file.
    """
    began, before = time.perf_counter(), sum(os.times()[:4])
    work()
    seconds, used = time.perf_counter() - began, sum(os.times()[:4]) - before
    each = 1000 * used / files
    print(
        f"{name:<58}{files:>7}{seconds:>9.1f} s{files / seconds:>9.0f} /s{each:>9.1f} ms of processor a file"
    )
    return 1000 * seconds / files, each


def run(folder: Path, months: int) -> str:
    """Time everything; gives the URL of the loaded store."""
    began = time.perf_counter()
    manifest = write_province(folder, months=months)
    seconds = time.perf_counter() - began
    print(
        f"{'written by the synthetic province (all cores)':<58}{manifest.files:>7}{seconds:>9.1f} s{manifest.files / seconds:>9.0f} /s"
    )
    registry = load_registry((folder / "reference",))
    desk = Desk(registry, load_forms(registry))
    paths = find_files([folder / "workbooks"])
    sample = [path for path in paths if path.suffix == ".xlsx"][:SAMPLE]
    check_file(sample[0], desk)
    timed("read by python-calamine alone", len(sample), lambda: [_calamine(path) for path in sample])
    timed(
        "read and checked by us, one warm process",
        len(sample),
        lambda: [check_file(path, desk) for path in sample],
    )
    timed(
        "read by pandas with openpyxl, nothing checked",
        len(sample),
        lambda: [pd.read_excel(path, engine="openpyxl") for path in sample],
    )
    plain = timed(
        "plain script: pandas, openpyxl, to_sql, nothing checked", len(sample), lambda: _plain(folder, sample)
    )
    store = Store(f"sqlite:///{folder}/mch.sqlite", folder / "originals")
    store.migrate()
    store.sync(registry)
    ours = timed(
        "checked and loaded by us, two workers",
        len(paths),
        lambda: list(load_paths(paths, desk, store, sender="bench", synthetic=True, workers=2)),
    )
    print(
        f"a file takes the plain script {plain[0] / ours[0]:.1f} times as long by the clock, {plain[1] / ours[1]:.1f} by the processor"
    )
    store.close()
    return f"sqlite:///{folder}/mch.sqlite"


def _calamine(path: Path) -> None:
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _plain(folder: Path, paths: list[Path]) -> None:
    engine = create_engine(f"sqlite:///{folder}/plain.sqlite")
    for path in paths:
        frame = pd.read_excel(path, engine="openpyxl", header=None)
        long = frame.melt(ignore_index=False).reset_index().assign(file=path.name).astype(str)
        long.to_sql("cells", engine, if_exists="append", index=False)
    engine.dispose()
