"""Error cells (#REF!, #N/A …) of .xls, .xlsb and .ods, which the first reader gives as blank cells: a second look.

Records are read as published by Microsoft ([MS-XLS] 2.4.24 BoolErr and 2.4.127 Formula, [MS-XLSB] 2.4.312 BrtCellError
and 2.4.658 BrtFmlaError); the value type `error` of .ods is LibreOffice's extension of OpenDocument.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import olefile

Places = dict[str, set[tuple[int, int]]]

_BOUNDSHEET, _BOF, _EOF, _FORMULA, _BOOLERR, _FILEPASS = 0x85, 0x809, 0x0A, 0x06, 0x205, 0x2F
_BRT_ROW, _BRT_ERROR, _BRT_FORMULA_ERROR, _BRT_SHEET = 0, 3, 11, 156
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


class EncryptedError(Exception):
    """The workbook cannot be read without its password."""


def in_xls(content: bytes) -> Places:
    """Error cells by sheet of a BIFF 8 workbook; none for older ones. Raises EncryptedError."""
    stream = _workbook_stream(content)
    sheets: dict[int, str] = {}
    places: Places = {}
    here = ""
    for offset, kind, body in _records(stream):
        if kind == _FILEPASS:
            raise EncryptedError
        if kind == _BOUNDSHEET and len(body) > 8:
            sheets[struct.unpack_from("<I", body)[0]] = _short_text(body[6:])
        elif kind == _BOF:
            here = sheets.get(offset, here)
        elif _is_error(kind, body):
            places.setdefault(here, set()).add(struct.unpack_from("<HH", body))
    return places


def container_fault(content: bytes) -> str:
    """What is wrong with the container of an old Office file, as an issue code; '' when it holds a workbook."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            return "" if container.exists("Workbook") or container.exists("Book") else "wrong_type"
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError):
        return "damaged"


def _workbook_stream(content: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            for name in ("Workbook", "Book"):
                if container.exists(name):
                    return bytes(container.openstream(name).read())
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError):
        pass
    return b""


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _is_error(kind: int, body: bytes) -> bool:
    if kind == _BOOLERR:
        return len(body) >= 8 and body[7] == 1
    return kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2


def _short_text(body: bytes) -> str:
    length, wide = body[0], body[1] & 1
    return (
        body[2 : 2 + 2 * length].decode("utf-16-le", "replace")
        if wide
        else body[2 : 2 + length].decode("latin-1")
    )


def in_xlsb(content: bytes) -> Places:
    """Error cells by sheet of an .xlsb."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = {
            node.get("Id"): node.get("Target", "")
            for node in ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))  # noqa: S314 - see below
        }  # expat refuses entities that grow, and nothing is fetched
        places: Places = {}
        for kind, body in _wide_records(archive.read("xl/workbook.bin")):
            if kind == _BRT_SHEET:
                relation, rest = _wide_text(body[8:])
                name, _ = _wide_text(rest)
                target = relations.get(relation) or ""
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if part in archive.namelist():
                    places[name] = set(_wide_errors(archive.read(part)))
    return places


def _wide_errors(stream: bytes) -> Iterator[tuple[int, int]]:
    row = 0
    for kind, body in _wide_records(stream):
        if kind == _BRT_ROW:
            row = struct.unpack_from("<I", body)[0]
        elif kind in (_BRT_ERROR, _BRT_FORMULA_ERROR):
            yield row, struct.unpack_from("<I", body)[0]


def _wide_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(stream):
        kind, at = _number(stream, at, 2)
        size, at = _number(stream, at, 4)
        yield kind, stream[at : at + size]
        at += size


def _number(stream: bytes, at: int, longest: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first."""
    value = 0
    for place in range(longest):
        if at >= len(stream):
            break
        byte = stream[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return value, at


def _wide_text(body: bytes) -> tuple[str, bytes]:
    length = struct.unpack_from("<I", body)[0]
    return body[4 : 4 + 2 * length].decode("utf-16-le", "replace"), body[4 + 2 * length :]


def in_ods(content: bytes) -> Places:
    """Error cells by sheet of an .ods; a repeated cell counts once, where it begins."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("content.xml")
    if b'value-type="error"' not in xml:
        return {}
    places: Places = {}
    name, row, column = "", -1, 0
    next_row = 0
    for event, node in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 - as above
        if event == "end":
            node.clear()
        elif node.tag == f"{_TABLE}table":
            name, next_row = node.get(f"{_TABLE}name", ""), 0
        elif node.tag == f"{_TABLE}table-row":
            row, column = next_row, 0
            next_row += int(node.get(f"{_TABLE}number-rows-repeated", "1"))
        elif node.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            if node.get(f"{_CALCEXT}value-type") == "error":
                places.setdefault(name, set()).add((row, column))
            column += int(node.get(f"{_TABLE}number-columns-repeated", "1"))
    return places
