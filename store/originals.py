"""The files as they were sent, named by the SHA-256 of their bytes and never overwritten."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

_UNFINISHED = ".unfinished-"
_HOUR = 3600.0


class OriginalError(Exception):
    """An original file is not there, or is no longer what was sent."""


class Originals:
    """A folder of original files: `ab/abcdef…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is kept."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise OriginalError(f"'{sha256}' is not a SHA-256 in hexadecimal")
        return self.folder / sha256[:2] / sha256

    def keep(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Keep files, given with their hashes: when this returns they are on disk, whatever happens next.

        A failed write or synchronisation is raised and never tried again here: the pages may be lost without a word.
        """
        folders: set[Path] = set()
        for sha256, content in contents:
            target = self.path(sha256)
            if not target.exists():
                folders |= self._make_folder(target.parent)
                self._write(target, content)
                folders.add(target.parent)
        for folder in folders:
            _synchronise(folder)

    def read(self, sha256: str) -> bytes:
        """The bytes as they were sent; raises OriginalError when they are missing or have changed."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise OriginalError(f"the original file {sha256} is missing from {self.folder}") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise OriginalError(f"the original file {sha256} has been changed since it was received")
        return content

    def sweep(self, older_than: float = _HOUR) -> int:
        """Remove files that were never finished; returns how many."""
        limit = time.time() - older_than
        stale = [path for path in self.folder.glob(f"*/{_UNFINISHED}*") if path.stat().st_mtime < limit]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def _make_folder(self, folder: Path) -> set[Path]:
        if folder.exists():
            return set()
        folder.mkdir(parents=True, exist_ok=True)
        return {self.folder, self.folder.parent}

    @staticmethod
    def _write(target: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o440)
            Path(name).rename(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _synchronise(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder; its rename is on disk by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
