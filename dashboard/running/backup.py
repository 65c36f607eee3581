"""Backing up and restoring an installation: database, originals and its own reference data, as of one moment.

The database is read from one unchanging state, so the server may go on taking files meanwhile. It is written row by row
and not in the form of one database program: a backup of SQLite can be restored into PostgreSQL and the other way, and by
a newer version of this program, which brings the tables up to date afterwards.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection

from dashboard.running import BackupError
from dashboard.running.shelf import MANIFEST, UNFINISHED, Kept, Shelf
from dashboard.settings import Settings, config_file
from dashboard.workspace import open_workspace
from store.connecting import make_private
from store.copying import (
    Fingerprint,
    Row,
    Tally,
    from_line,
    lift_limits,
    lines_of,
    refuse_unless_empty,
    tables_of,
    write_tables,
)
from store.database import Store
from store.reading import originals_kept
from store.verify import verify

FORMAT = 1
_LINES = 1000
Told = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """What was backed up, or restored."""

    folder: Path
    rows: int
    originals: int
    fresh: int  # originals that no earlier backup had
    overlays: int
    version: str


def back_up(settings: Settings, to: Path, password: str = "", told: Told = lambda _: None) -> Backup:
    """Add a backup to a folder of them; raises BackupError."""
    shelf = Shelf(to, password)
    name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    if (to / name).exists():
        raise BackupError(f"{to / name} is there already; nothing is written over")
    store = Store(settings.store_url, settings.originals)
    try:
        if store.version() is None:
            raise BackupError(f"there is nothing in the database {store.url_shown} to back up")
        shelf.prepare()
        return _Making(settings, store, shelf, name, told).run()
    finally:
        store.close()


class _Making:
    """One backup in the making: under a name of its own until all of it is there."""

    def __init__(self, settings: Settings, store: Store, shelf: Shelf, name: str, told: Told) -> None:
        self._settings, self._store, self._shelf, self._name, self._told = settings, store, shelf, name, told
        self._unfinished = f"{UNFINISHED}{name}"

    def run(self) -> Backup:
        with self._store.reading() as connection:
            lift_limits(connection)
            version = MigrationContext.configure(connection).get_current_revision() or ""
            tables = {table.name: self._table(connection, table) for table in tables_of(connection)}
            needed = originals_kept(connection)
        fresh = sum(self._original(sha256) for sha256 in needed)
        overlays = self._overlays()
        manifest = {
            "format": FORMAT,
            "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "version": version,
            "tables": tables,
            "originals": needed,
            "overlays": overlays,
            "config": self._file(("config.toml",), config_file()) if config_file().exists() else None,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        self._shelf.write(self._shelf.path(self._unfinished, MANIFEST), [text])
        (self._shelf.folder / self._unfinished).rename(self._shelf.folder / self._name)
        rows = sum(one["rows"] for one in tables.values())
        folder = self._shelf.folder / self._name
        return Backup(folder, rows, len(needed), fresh, sum(map(len, overlays)), version)

    def _table(self, connection: Connection, table: Any) -> dict[str, Any]:
        tally = Tally()
        path = self._shelf.path(self._unfinished, "tables", f"{table.name}.jsonl.gz")
        kept = self._shelf.write(path, _zipped(_counted(lines_of(connection, table), tally)))
        found = tally.fingerprint()
        self._told(f"{table.name}: {found.rows:,}")
        return {**asdict(kept), "rows": found.rows, "digest": found.digest}

    def _original(self, sha256: str) -> bool:
        """Keep an original, unless an earlier backup did; whether it was fresh."""
        path = self._shelf.path("originals", sha256[:2], sha256)
        if path.exists():
            return False
        self._shelf.write(path, [self._store.originals.read(sha256)])
        return True

    def _overlays(self) -> list[list[dict[str, Any]]]:
        found = []
        for number, folder in enumerate(map(self._settings.path, self._settings.overlays)):
            files = sorted(one for one in folder.rglob("*") if one.is_file()) if folder.is_dir() else []
            found.append([self._overlay(number, folder, one) for one in files])
        return found

    def _overlay(self, number: int, folder: Path, file: Path) -> dict[str, Any]:
        parts = file.relative_to(folder).parts
        return {"path": "/".join(parts), **self._file(("overlays", str(number), *parts), file)}

    def _file(self, parts: tuple[str, ...], file: Path) -> dict[str, Any]:
        return asdict(self._shelf.write(self._shelf.path(self._unfinished, *parts), [file.read_bytes()]))


def _counted(lines: Iterator[str], tally: Tally) -> Iterator[str]:
    for line in lines:
        tally.add(line)
        yield line


def _zipped(lines: Iterable[str]) -> Iterator[bytes]:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", compresslevel=5, mtime=0) as file:
        for number, line in enumerate(lines, start=1):
            file.write(line.encode() + b"\n")
            if number % _LINES == 0:
                yield held.getvalue()
                held.seek(0)
                held.truncate()
    yield held.getvalue()


class _Stream(io.RawIOBase):
    """Pieces as a file that can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if not self._held:
            self._held = next(self._pieces, b"")
        taken = self._held[: len(into)]
        into[: len(taken)] = taken
        self._held = self._held[len(taken) :]
        return len(taken)


def restore(settings: Settings, source: Path, password: str = "", told: Told = lambda _: None) -> Backup:
    """Bring a backup into an empty installation, prove it whole, and bring its tables up to date.

    `source`: one backup, or a folder of them, of which the newest is taken. Raises BackupError, CopyError.
    """
    shelf, name = _find(source, password)
    manifest = shelf.manifest(name)
    if manifest.get("format") != FORMAT:
        raise BackupError(
            f"{source} was made by another version of this program; use that one or a newer one"
        )
    store = Store(settings.store_url, settings.originals)
    try:
        return _Restoring(settings, store, shelf, name, manifest, told).run()
    finally:
        store.close()


def _find(source: Path, password: str) -> tuple[Shelf, str]:
    if (source / MANIFEST).exists() or (source / f"{MANIFEST}.sealed").exists():
        return Shelf(source.resolve().parent, password), source.resolve().name
    shelf = Shelf(source, password)
    if not shelf.names():
        raise BackupError(f"there is no backup in {source}")
    return shelf, shelf.names()[-1]


class _Restoring:
    """One restoration. Files first: they harm nobody where the database does not know them; the database is all or nothing."""

    def __init__(
        self, settings: Settings, store: Store, shelf: Shelf, name: str, manifest: dict[str, Any], told: Told
    ) -> None:
        self._settings, self._store, self._shelf = settings, store, shelf
        self._name, self._manifest, self._told = name, manifest, told

    def run(self) -> Backup:
        refuse_unless_empty(self._store)
        make_private(self._settings.data)
        overlays = list(self._overlay_files())
        for target, _, _ in overlays:
            if target.exists():
                raise BackupError(f"{target} is there already; restore into an empty place")
        for target, path, kept in overlays:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"".join(self._shelf.read(path, kept)))
        originals = self._manifest["originals"]
        for sha256 in originals:
            self._store.originals.keep([(sha256, self._original(sha256))])
        self._told(f"originals: {len(originals):,}")
        expected = {
            name: Fingerprint(one["rows"], one["digest"]) for name, one in self._manifest["tables"].items()
        }
        version = self._manifest["version"]
        write_tables(
            self._store, version, self._rows, expected, lambda name, rows: self._told(f"{name}: {rows:,}")
        )
        self._prove()
        rows = sum(one.rows for one in expected.values())
        return Backup(
            self._shelf.folder / self._name, rows, len(originals), len(originals), len(overlays), version
        )

    def _original(self, sha256: str) -> bytes:
        path = self._shelf.path("originals", sha256[:2], sha256)
        content = b"".join(self._shelf.read(path))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BackupError(f"{path} is damaged: it is not what was backed up")
        return content

    def _overlay_files(self) -> Iterator[tuple[Path, Path, Kept]]:
        folders = [self._settings.path(one) for one in self._settings.overlays]
        for number, files in enumerate(self._manifest["overlays"]):
            if files and number >= len(folders):
                raise BackupError("the backup has more overlay folders than the setting `overlays` names")
            for one in files:
                parts = one["path"].split("/")
                if any(part in ("", "..") or os.sep in part for part in parts):
                    raise BackupError(f"the backup names a file outside its folder: {one['path']}")
                target = folders[number].joinpath(*parts)
                path = self._shelf.path(self._name, "overlays", str(number), *parts)
                yield target, path, Kept(one["size"], one["sha256"])

    def _rows(self, table: str) -> Iterator[Row]:
        one = self._manifest["tables"].get(table)
        if one is None:
            return
        path = self._shelf.path(self._name, "tables", f"{table}.jsonl.gz")
        stream = io.BufferedReader(_Stream(self._shelf.read(path, Kept(one["size"], one["sha256"]))))
        with gzip.open(stream, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield from_line(line)

    def _prove(self) -> None:
        workspace = open_workspace(self._settings, prepare=True)
        try:
            differences = verify(workspace.store, workspace.registry)
        finally:
            workspace.close()
        if differences:
            raise BackupError(f"restored, but the numbers do not add up: {'; '.join(differences[:5])}")
