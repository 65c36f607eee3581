"""What is wrong with an installation, and how to mend it."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dashboard.settings import Settings
from dashboard.workspace import Workspace, open_workspace
from reference.strict import DefinitionError
from store import reading
from store.database import Store
from store.verify import verify

LEAST_FREE = 2 * 1024**3  # below this, uploads should not be taken


@dataclass(frozen=True)
class Finding:
    """One check: fine or not, what was found, how to mend it."""

    check: str
    fine: bool
    found: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Run every check; a check that fails does not keep the others from running, save those that need an open installation."""
    findings = [_data_folder(settings), _disk(settings), _clock(), _database(settings)]
    if not all(one.fine for one in findings if one.check == "database"):
        return findings
    try:
        workspace = open_workspace(settings)
    except DefinitionError as error:
        return [*findings, Finding("definitions", False, str(error), "mend the file named")]
    try:
        findings.extend(_inside(workspace))
    finally:
        workspace.close()
    return findings


def _data_folder(settings: Settings) -> Finding:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Finding(
            "data folder",
            False,
            f"{settings.data}: {error.strerror}",
            "let this account write there, or set MCH_DATA_DIR",
        )
    return Finding("data folder", True, str(settings.data))


def _disk(settings: Settings) -> Finding:
    folder = settings.data if settings.data.exists() else settings.home
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk", free > LEAST_FREE, f"{free / 1024**3:.1f} GiB free", "free space before more is uploaded"
    )


def _clock() -> Finding:
    now = dt.datetime.now(dt.UTC)
    return Finding(
        "clock",
        now.year >= 2026,
        now.isoformat(timespec="seconds"),
        "set the machine's clock: due dates depend on it",
    )


def _database(settings: Settings) -> Finding:
    store = Store(settings.store_url, settings.originals)
    try:
        ready = store.is_ready()
        return Finding(
            "database", ready, store.url_shown + ("" if ready else ": not at the newest version"), "mch init"
        )
    except Exception as error:
        cause = str(error).strip().splitlines()[0]
        return Finding(
            "database", False, f"{store.url_shown}: {cause}", "start the database, or set MCH_DATABASE_URL"
        )
    finally:
        store.close()


def _inside(workspace: Workspace) -> Iterator[Finding]:
    checks: tuple[Callable[[Workspace], Finding], ...] = (_definitions, _numbers, _receipts)
    for check in checks:
        yield check(workspace)


def _definitions(workspace: Workspace) -> Finding:
    counts = {
        "organisations": len(workspace.registry.organisations.all),
        "data elements": len(workspace.registry.elements),
        "forms": len(workspace.forms.by_code),
        "indicators": len(workspace.catalogue.by_code),
        "policies": len(workspace.registry.policies),
    }
    return Finding("definitions", True, ", ".join(f"{count} {name}" for name, count in counts.items()))


def _numbers(workspace: Workspace) -> Finding:
    differences = verify(workspace.store, workspace.registry)
    found = "totals equal the sums, originals whole" if not differences else "; ".join(differences[:5])
    return Finding(
        "numbers",
        not differences,
        found,
        "restore the latest backup, or load the originals into a new database",
    )


def _receipts(workspace: Workspace) -> Finding:
    latest = reading.uploads(workspace.store, limit=1)
    if latest.empty:
        return Finding("uploads", True, "none yet: mch load FILES, or mch demo")
    received = latest.iloc[0]["received_at"]
    ahead = received > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    found = f"latest {received:%Y-%m-%d %H:%M} UTC, {os.fspath(latest.iloc[0]['name'])}"
    return Finding(
        "uploads", not ahead, found, "an upload lies in the future: the clock was wrong then or is wrong now"
    )
