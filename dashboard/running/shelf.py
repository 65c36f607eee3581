"""A folder of backups.

    originals/ab/abcdef…        every original file once, whichever backups need it; named by its SHA-256
    20261125T033652Z/           one backup
        tables/upload.jsonl.gz  the database, a row a line, as of one moment
        overlays/0/…            this installation's own reference data
        config.toml             the settings as they were; nothing secret stands in them
        manifest.json           what belongs to it, with hashes, and each table's fingerprint
    salt                        where they are sealed; then every other file's name ends in .sealed

A backup has its name only when all of it is on disk. Nothing is ever written over.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.running import BackupError
from dashboard.running.sealing import SHORTEST, SealError, new_salt, seal, unseal

PASSWORD = "MCH_BACKUP_PASSWORD"  # noqa: S105 - the variable's name
SEALED, UNFINISHED, MANIFEST = ".sealed", ".unfinished-", "manifest.json"
NAME = re.compile(r"\d{8}T\d{6}Z")
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """One file as the manifest names it: the size and hash of its plain bytes."""

    size: int
    sha256: str


class Shelf:
    """Writes and reads the files of one folder of backups, sealed where a password is given."""

    def __init__(self, folder: Path, password: str = "") -> None:
        if password and len(password) < SHORTEST:
            raise BackupError(f"{PASSWORD} has fewer than {SHORTEST} characters; choose a longer one")
        self.folder, self._password = folder, password
        self._salt = self._read_salt()

    def _read_salt(self) -> bytes:
        file = self.folder / "salt"
        if file.exists():
            if not self._password:
                raise BackupError(
                    f"the backups in {self.folder} are sealed; give their password as {PASSWORD}"
                )
            return file.read_bytes()
        if self._password and self.names():
            raise BackupError(
                f"the backups in {self.folder} are not sealed; use another folder for sealed ones"
            )
        return b""

    def prepare(self) -> None:
        """Make the folder, for its owner alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._password and not self._salt:
            self._salt = new_salt()
            (self.folder / "salt").write_bytes(self._salt)

    def names(self) -> list[str]:
        """The backups there are, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(one.name for one in self.folder.iterdir() if NAME.fullmatch(one.name) and one.is_dir())

    def path(self, *parts: str) -> Path:
        """Where a file is kept, by its plain name."""
        plain = self.folder.joinpath(*parts)
        return plain.with_name(plain.name + SEALED) if self._password else plain

    def write(self, path: Path, pieces: Iterable[bytes]) -> Kept:
        """Write a file, to the disk; gives what its plain bytes are."""
        digest, size = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                yield piece

        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(UNFINISHED + path.name)
        with fresh.open("wb") as file:
            if self._password:
                seal(counted(), file, self._password, self._salt)
            else:
                for piece in counted():
                    file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(0o600)
        fresh.replace(path)
        return Kept(size, digest.hexdigest())

    def read(self, path: Path, expected: Kept | None = None) -> Iterator[bytes]:
        """A file's plain bytes; raises BackupError when they are not what is expected, at the latest at their end."""
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                for piece in unseal(file, self._password) if self._password else _pieces(file):
                    digest.update(piece)
                    size += len(piece)
                    yield piece
        except FileNotFoundError:
            raise BackupError(f"{path} is missing from the backup") from None
        except SealError as error:
            raise BackupError(f"{path}: {error}") from None
        if expected is not None and Kept(size, digest.hexdigest()) != expected:
            raise BackupError(f"{path} is damaged: it is not what was backed up; take an older backup")

    def manifest(self, name: str) -> dict[str, Any]:
        """What a backup holds."""
        try:
            found: dict[str, Any] = json.loads(b"".join(self.read(self.path(name, MANIFEST))))
        except ValueError:
            raise BackupError(f"{self.path(name, MANIFEST)} is damaged; take an older backup") from None
        return found

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest `keep` backups, and the originals that none of these needs; gives the names removed."""
        names = self.names()
        gone = names[:-keep] if keep > 0 else []
        if not gone:
            return []
        # Every manifest that stays is read before anything goes: one that cannot be read stops it.
        needed = {sha256 for name in names[-keep:] for sha256 in self.manifest(name)["originals"]}
        for name in gone:
            away = self.folder / f"{UNFINISHED}{name}"
            (self.folder / name).rename(away)
            shutil.rmtree(away)
        if any(self.folder.glob(f"{UNFINISHED}*")):
            return gone  # another backup is being made, whose originals no manifest names yet: they go the next time
        for file in self.folder.glob("originals/??/*"):
            if file.name.removesuffix(SEALED) not in needed:
                file.unlink()
        return gone

    def sweep(self, older_than: float = 86_400) -> int:
        """Remove what backups that were cut off have left; gives how many."""
        limit = dt.datetime.now(dt.UTC).timestamp() - older_than
        stale = [
            one for one in self.folder.rglob(f"{UNFINISHED}*") if one.exists() and one.stat().st_mtime < limit
        ]
        for one in stale:
            if one.is_dir():
                shutil.rmtree(one, ignore_errors=True)
            else:
                with contextlib.suppress(FileNotFoundError):
                    one.unlink()
        return len(stale)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def moment_of(name: str) -> dt.datetime:
    """When a backup was made."""
    return dt.datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
