"""The demonstration: the synthetic province's workbooks, written and loaded like anybody else's."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass

from rich.progress import Progress

from dashboard.assessment.example import add_example
from dashboard.demo_asking import ask_examples
from dashboard.settings import Settings
from dashboard.workspace import open_workspace
from loaders.files import find_files
from loaders.load import load_paths
from store import reading
from store.database import Store
from synthetic.province import write_province

DEMO_FOLDER = "demo"
MARK = "loaded.json"


@dataclass(frozen=True)
class Work:
    """How much was done, in how many seconds."""

    files: int
    seconds: float
    counts: str = ""


def is_needed(settings: Settings) -> bool:
    """Whether the demonstration is still to be loaded: not when it was loaded whole, nor over anybody's real data."""
    store = Store(settings.store_url, settings.originals)
    try:
        held = store.is_ready() and reading.months(store, "guizhou") is not None
        if held and not reading.has_synthetic(store):
            return False
        return not (held and (settings.data / DEMO_FOLDER / MARK).exists())
    finally:
        store.close()


def write_demo(settings: Settings, months: int, bar: Progress) -> Work:
    """Write the workbooks and the made-up hospitals of the synthetic province."""
    folder = settings.data / DEMO_FOLDER
    (folder / MARK).unlink(missing_ok=True)
    task = bar.add_task("编制合成报表 · Writing", total=None)
    began = time.perf_counter()
    manifest = write_province(
        folder,
        months=months,
        workers=settings.workers or None,
        progress=lambda done, total: bar.update(task, completed=done, total=total),
    )
    return Work(manifest.files, time.perf_counter() - began)


def load_demo(settings: Settings, bar: Progress) -> Work:
    """Load what was written, marked as synthetic."""
    folder = settings.data / DEMO_FOLDER
    workspace = open_workspace(settings, prepare=True)
    paths = find_files([folder / "workbooks"])
    task = bar.add_task("读取并保存 · Loading", total=len(paths))
    outcomes: Counter[str] = Counter()
    began = time.perf_counter()
    for one in load_paths(
        paths,
        workspace.desk,
        workspace.store,
        sender="synthetic",
        synthetic=True,
        workers=workspace.workers,
        batch=settings.batch,
    ):
        outcomes[one.receipt.outcome] += 1
        bar.advance(task)
    seconds = time.perf_counter() - began
    add_example(workspace)
    ask_examples(workspace)
    workspace.close()
    counts = ", ".join(f"{name} {count:,}" for name, count in sorted(outcomes.items()))
    (folder / MARK).write_text(json.dumps({"files": len(paths), "outcomes": outcomes}), encoding="utf-8")
    return Work(len(paths), seconds, counts)
