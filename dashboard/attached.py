"""Files that come with an answer: a few plain kinds, small, and nothing in them that a program would run."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePath

LARGEST = 10 * 1024 * 1024
MOST = 5
PARTS = 2000
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
OFFICE = {".docx": "word/", ".xlsx": "xl/"}
TEXTS = (".txt", ".csv")
ALLOWED = (".pdf", *OFFICE, *PICTURES, *TEXTS)
# What makes a reader run, start or unpack something.
PDF_ACTS = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
OBJECTS = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
UNPACKED = 5 * 1024 * 1024
# Of all object streams of one file; a paper of ten pages has a handful.
MOST_STREAMS, UNPACKED_TOGETHER = 500, 50 * 1024 * 1024
OFFICE_ACTS = (
    "vbaproject",
    "activex",
    "oleobject",
    ".bin",
    "externallinks/",
    "macrosheets/",
    ".exe",
    ".dll",
    ".js",
)


def refuse(name: str, content: bytes) -> str:
    """Why a file is not taken: kind, empty, large, not_what_it_says, acts; '' for one that is fine."""
    ending = PurePath(name.casefold()).suffix
    if ending not in ALLOWED:
        return "kind"
    if not content:
        return "empty"
    if len(content) > LARGEST:
        return "large"
    if ending in PICTURES:
        return "" if content.startswith(PICTURES[ending]) else "not_what_it_says"
    if ending in TEXTS:
        return "" if _is_text(content) else "not_what_it_says"
    return _refuse_pdf(content) if ending == ".pdf" else _refuse_office(content, OFFICE[ending])


def _is_text(content: bytes) -> bool:
    if b"\0" in content or content.startswith((b"MZ", b"#!", b"\x7fELF")):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _refuse_pdf(content: bytes) -> str:
    if not content.startswith(b"%PDF-"):
        return "not_what_it_says"
    if any(_names(content, act) for act in PDF_ACTS):
        return "acts"
    left = UNPACKED_TOGETHER
    for number, body in enumerate(_objects(content)):
        left -= len(body)
        if number >= MOST_STREAMS or left < 0 or any(_names(body, act) for act in PDF_ACTS):
            return "acts"
    return ""


def _objects(content: bytes) -> Iterator[bytes]:
    """What is packed in each object stream, so far as it can be unpacked within bounds; b"" for what is not packed so."""
    seen = memoryview(content)  # a slice of the bytes themselves would copy the rest of the file for each
    for found in OBJECTS.finditer(content):
        body = b""
        with suppress(zlib.error):
            body = zlib.decompressobj().decompress(seen[found.end() :], UNPACKED)
        yield body


def _names(content: bytes, act: bytes) -> bool:
    """Whether a PDF holds the name itself and not merely one that begins like it."""
    start = content.find(act)
    while start >= 0:
        after = content[start + len(act) : start + len(act) + 1]
        if not after.isalnum():
            return True
        start = content.find(act, start + 1)
    return False


def _refuse_office(content: bytes, main: str) -> str:
    """The list of its parts says enough; nothing is unpacked."""
    try:
        parts = [one.filename.casefold() for one in zipfile.ZipFile(io.BytesIO(content)).infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return "not_what_it_says"
    if len(parts) > PARTS or not any(part.startswith(main) for part in parts):
        return "not_what_it_says"
    kept = [part for part in parts if "printersettings" not in part]
    return "acts" if any(act in part for part in kept for act in OFFICE_ACTS) else ""
