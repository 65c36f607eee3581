"""Why a file or folder could not be used, for an operator."""

from __future__ import annotations

import errno
from pathlib import Path


def of_the_disk(error: OSError) -> str:
    """Why a file or folder could not be read or written, and what to do about it."""
    place = Path(str(error.filename)) if error.filename else None
    if place is None:
        return f"{error.strerror} (try: mch doctor)" if error.strerror else str(error)
    if isinstance(error, FileNotFoundError):
        folder = place.parent
        lacks = not folder.exists()
        return (
            f"there is no folder {folder}: make it, or name another" if lacks else f"there is no file {place}"
        )
    ways: tuple[tuple[bool, str], ...] = (
        (isinstance(error, IsADirectoryError), "is a folder; name a file"),
        (isinstance(error, NotADirectoryError), "is no folder"),
        (isinstance(error, PermissionError), "may not be read or written by this user: change its rights, or name another place"),
        (error.errno == errno.EROFS, "lies on a disk that cannot be written to: name another place"),
        (error.errno == errno.ENOSPC, "has no room left: free some, or name another disk"),
    )  # fmt: skip
    return f"{place} {next((said for holds, said in ways if holds), f'cannot be used: {error.strerror}')}"
