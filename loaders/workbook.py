"""Workbooks as grids of cells with addresses: no meaning yet. Magic bytes decide what a file is, not its name."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import xlrd
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from loaders import lost_cells
from loaders.delimited import read_delimited
from loaders.issues import Issue
from loaders.limits import DEFAULT, Limits
from loaders.machine import is_machines
from loaders.other_readers import Plain, TooLargeError, with_openpyxl, with_xlrd, without_blanks
from loaders.xlsx_parts import Note, look_inside, notes_of

ACCEPTED = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt")
# Templates, flat XML and what is no workbook of ours but was surely sent as one: in a folder they are tried and answered
# for, since a file that is passed over in silence is missed by nobody until the month's end.
ANSWERED = (*ACCEPTED, ".xltx", ".xltm", ".xlt", ".ett", ".ots", ".fods", ".wps", ".numbers")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ZIP_END, _ZIP_END_AT_MOST = b"PK\x05\x06", 22 + 65535
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<div", b"<style")
_SAVED_PAGE = (b"mime-version:", b"content-type: multipart", b"from: <saved by")
_OLD_TEXTS = (
    b"id;p",
    b"table\r\n0,1\r\n",
    b"table\n0,1\n",
)  # SYLK and DIF: tables in a text of their own grammar
_OTHERS = (b"{\\rtf", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
Places = dict[str, set[tuple[int, int]]]


log = logging.getLogger(__name__)


class WorkbookError(Exception):
    """The file cannot be read at all; `issue` says why and what to do."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


@dataclass
class Sheet:
    """One sheet. `rows` holds what a person sees: values hidden under merges are blank, and found through `spread`.

    Rows and columns count from 0; `address` gives what the sender sees (C7). `broken` holds cells without a usable
    value: error_value (#REF!) or formula_without_value. `first` is the row in which its title block begins: see
    loaders/several.py.
    """

    name: str
    hidden: bool
    rows: list[list[Any]]
    anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    first: int = 0
    known: dict[tuple[str, ...], Any] = field(
        default_factory=dict
    )  # what was found in it once, for asking again

    def at(self, row: int, column: int) -> Any:
        """The cell's own value; None outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < len(cells := self.rows[row]):
            return cells[column]
        return None

    def spread(self, row: int, column: int) -> Any:
        """The value that a person reads at the place: that of the merge it lies in, else its own."""
        if self.anchors and (anchor := self.anchors.get((row, column))):
            return self.at(*anchor)
        return self.at(row, column)

    @cached_property
    def width(self) -> int:
        """Number of columns, which reading does not change."""
        return max(map(len, self.rows), default=0)

    @staticmethod
    def address(row: int, column: int) -> str:
        """The cell's address as the sender sees it."""
        return f"{column_letters(column)}{row + 1}"


@dataclass
class Workbook:
    """All sheets of one file, and the notes on its cells, where it has any."""

    name: str
    sheets: list[Sheet]
    notes: tuple[Note, ...] = ()


@cache
def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_workbook(content: bytes, name: str, limits: Limits = DEFAULT, *, careful: bool = False) -> Workbook:
    """Read a file's sheets; raises WorkbookError with the issue for the sender when it cannot be read.

    `careful` leaves out the first reader, whose faults can end the process, where there is another.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise WorkbookError(Issue("empty_file"))
    try:
        return Workbook(name, _sheets(content, limits, careful), notes_of(content))
    except lost_cells.EncryptedError:
        raise WorkbookError(Issue("encrypted")) from None
    except TooLargeError as large:
        raise WorkbookError(Issue("too_large", large.sheet, large.cell)) from None
    except (WorkbookError, MemoryError):
        raise
    except Exception as error:
        if is_machines(error):
            raise
        # There is no end to what bytes can be wrong: whatever reading them stumbles over, the sender can mend the file.
        log.warning("a file could not be read", exc_info=True)
        raise WorkbookError(Issue("damaged", found=type(error).__name__)) from None


def _sheets(content: bytes, limits: Limits, careful: bool) -> list[Sheet]:
    if content.startswith(_ZIP):
        return _from_zip(content, limits, careful)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise lost_cells.EncryptedError
        if fault := lost_cells.container_fault(content):
            raise WorkbookError(Issue(fault))
        errors = lost_cells.in_xls(content)
        return _spreadsheet(content, _Reading(limits, careful, with_xlrd, _broken(errors)))
    if fault := _foreign(content):
        raise WorkbookError(Issue(fault))
    rows = read_delimited(content)
    if rows is None:
        # Old BIFF streams without a container have no magic of their own: the readers decide.
        return _spreadsheet(content, _Reading(limits, careful, with_xlrd, {}, undetected="wrong_type"))
    if not limits.area_allowed(len(rows), max(map(len, rows), default=0)):
        raise TooLargeError("", f"A{len(rows)}")
    return [Sheet("", False, rows)]


def _foreign(content: bytes) -> str:
    """What the first bytes say of a file that is no spreadsheet at all, as an issue code."""
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    head = content[:4096].decode("utf-16", "ignore").encode() if wide else content[:2048]
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((*_SAVED_PAGE, *_MARKUP)) or b"<table" in start:
        return "markup_as_spreadsheet"
    # A zip behind more than line ends would be read by its end; what opens it by its beginning sees another file.
    zip_behind = _ZIP_END in content[-_ZIP_END_AT_MOST:] and not start.startswith(_ZIP.lower())
    return "wrong_type" if start.startswith(_OLD_TEXTS) or content.startswith(_OTHERS) or zip_behind else ""


@dataclass
class _Reading:
    """How one file is to be read: by whom when the first reader fails, and which cells it would lose."""

    limits: Limits
    careful: bool
    other: Callable[[bytes, Limits], list[Plain]] | None
    broken: dict[str, dict[tuple[int, int], str]]
    first_fault: str = "reader_crashed"  # when the first reader is left out and the other fails
    undetected: str = (
        "damaged"  # what it is called when no reader knows it: its container said that it is a workbook
    )


def _from_zip(content: bytes, limits: Limits, careful: bool) -> list[Sheet]:
    parts = look_inside(content, limits)
    if parts.fault:
        raise WorkbookError(Issue(parts.fault, cell=parts.cell, sheet=parts.sheet))
    look = {"xlsb": lost_cells.in_xlsb, "ods": lost_cells.in_ods}.get(parts.kind)
    if look is None:
        careful, fault = (True, "damaged") if parts.unusual else (careful, "reader_crashed")
        return _spreadsheet(content, _Reading(limits, careful, with_openpyxl, parts.broken, fault))
    errors = look(content)
    other = without_blanks if parts.kind == "ods" else None
    return _spreadsheet(content, _Reading(limits, False, other, _broken(errors)))


def _broken(errors: Places) -> dict[str, dict[tuple[int, int], str]]:
    return {sheet: dict.fromkeys(places, "error_value") for sheet, places in errors.items()}


def _spreadsheet(content: bytes, reading: _Reading) -> list[Sheet]:
    if reading.careful and reading.other:
        return _otherwise(content, reading, reading.first_fault)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            _sheet(book, meta.name, meta.visible != SheetVisibleEnum.Visible, reading)
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except (TooLargeError, MemoryError):
        raise
    except BaseException as error:
        # The reader's panics are no subclass of Exception; anything else of that kind is not ours to stop.
        if is_machines(error) or (
            not isinstance(error, Exception) and type(error).__name__ != "PanicException"
        ):
            raise
        reason = _reason(error, reading)
        if reason == "encrypted" or reading.other is None:
            raise WorkbookError(Issue(reason, found=type(error).__name__)) from None
        return _otherwise(content, reading, reason)
    if not sheets:
        return _otherwise(content, reading, "no_sheets")
    return sheets


def _otherwise(content: bytes, reading: _Reading, reason: str) -> list[Sheet]:
    """Read with the other reader; where that fails too, the first one's reason stands."""
    if reading.other is None:
        raise WorkbookError(Issue(reason))
    try:
        plain = reading.other(content, reading.limits)
    except (TooLargeError, MemoryError):
        raise
    except xlrd.XLRDError as error:
        raise WorkbookError(Issue("encrypted" if "encrypted" in str(error).lower() else reason)) from None
    except Exception as error:
        if is_machines(error):
            raise
        # Such readers raise whatever they stumble over: the file is at fault, and the sender is told so.
        raise WorkbookError(Issue(reason, found=type(error).__name__)) from None
    if not plain:
        raise WorkbookError(Issue("no_sheets"))
    return [_from_plain(one, reading.broken) for one in plain]


def _from_plain(plain: Plain, broken: dict[str, dict[tuple[int, int], str]]) -> Sheet:
    lost = {**dict.fromkeys(plain.errors, "error_value"), **broken.get(plain.name, {})}
    return _uncovered(Sheet(plain.name, plain.hidden, plain.rows, {}, lost), plain.merges)


def _reason(error: BaseException, reading: _Reading) -> str:
    text = f"{type(error).__name__} {error}".lower()
    if "password" in text or "encrypt" in text:
        return "encrypted"
    return reading.undetected if "cannot detect" in text or "format" in text else "damaged"


def _sheet(book: CalamineWorkbook, name: str, hidden: bool, reading: _Reading) -> Sheet:
    source = book.get_sheet_by_name(name)
    if not reading.limits.area_allowed(source.total_height, source.total_width):
        raise TooLargeError(name, f"{column_letters(max(0, source.total_width - 1))}{source.total_height}")
    rows: list[list[Any]] = source.to_python(skip_empty_area=False)
    return _uncovered(
        Sheet(name, hidden, rows, {}, reading.broken.get(name, {})), source.merged_cell_ranges or []
    )


def _uncovered(sheet: Sheet, merges: Iterable[Any]) -> Sheet:
    """The sheet with values under merges blanked: they are not seen, and are no second value."""
    rows = sheet.rows
    sheet.anchors = _anchors(merges, len(rows), sheet.width, sheet.name)
    for (row, column), anchor in sheet.anchors.items():
        if (row, column) != anchor and row < len(rows) and column < len(rows[row]):
            rows[row][column] = ""
    return sheet


def _anchors(
    merges: Iterable[Any], height: int, width: int, name: str
) -> dict[tuple[int, int], tuple[int, int]]:
    """Every cell of every merge → the merge's top left cell, within the used area; raises TooLargeError.

    Merges that lie over each other again and again are nobody's work: together they cover no more than a few sheets.
    """
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    room = 4 * height * width + 1_000
    for (top, left), (bottom, right) in merges:
        below, beside = min(bottom + 1, height), min(right + 1, width)
        room -= max(0, below - top) * max(0, beside - left)
        if room < 0:
            raise TooLargeError(name, f"{column_letters(left)}{top + 1}")
        anchor = (top, left)
        for row in range(top, below):
            for column in range(left, beside):
                anchors[row, column] = anchor
    return anchors
