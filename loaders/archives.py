"""A .zip of workbooks: each member is a file of its own, read where it lies, and never unpacked to the disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from loaders.limits import Limits
from loaders.machine import is_machines
from loaders.xlsx_parts import WORKBOOK_PARTS

ENDING = ".zip"
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
_UTF8 = 0x800  # the flag by which a zip says that its names are UTF-8


class ArchiveError(Exception):
    """A member cannot be taken out; `code` is the issue's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_archive(content: bytes) -> bool:
    """Whether the bytes are a zip of files and not a workbook, which is a zip too."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return not WORKBOOK_PARTS & set(archive.namelist()) and "mimetype" not in archive.namelist()
    except _FAULTS:
        return False


def members(source: Path | bytes, endings: tuple[str, ...], limits: Limits) -> list[str]:
    """Names of the workbooks inside, as they are shown; raises ArchiveError when the archive cannot be used."""
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except _FAULTS as error:
        if is_machines(error):
            raise
        raise ArchiveError("damaged") from None
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > limits.parts or unpacked > limits.unpacked_megabytes * 1024**2:
        raise ArchiveError("unpacks_too_large")
    return [name for name in map(shown_name, infos) if _wanted(name, endings)]


def take_out(source: Path | bytes, name: str, limits: Limits) -> bytes:
    """The bytes of a member by its shown name; raises ArchiveError."""
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            info = next(info for info in archive.infolist() if shown_name(info) == name)
            if info.flag_bits & 1:
                raise ArchiveError("encrypted")
            with archive.open(info) as member:
                content = member.read(limits.unpacked_megabytes * 1024**2 + 1)
    except (*_FAULTS, StopIteration) as error:
        if is_machines(error):
            raise
        raise ArchiveError("damaged") from None
    if len(content) > limits.unpacked_megabytes * 1024**2:
        raise ArchiveError("unpacks_too_large")
    return content


def shown_name(info: zipfile.ZipInfo) -> str:
    """The member's name; Chinese Windows writes it in GB18030 and says nothing of it."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _opened(source: Path | bytes) -> Path | io.BytesIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _wanted(name: str, endings: tuple[str, ...]) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [
        part for part in path.parts if part != ".."
    ]  # nothing is unpacked, so a path may climb as it likes
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
    return not hidden and path.suffix.lower() in endings
