"""Workbooks as grids of cells with addresses: no meaning yet. Magic bytes decide what a file is, not its name."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from loaders.delimited import read_delimited
from loaders.issues import Issue
from loaders.xlsx_parts import XlsxParts, look_inside

ACCEPTED = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


class WorkbookError(Exception):
    """The file cannot be read at all; `issue` says why and what to do."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


@dataclass
class Sheet:
    """One sheet. `rows` holds what a person sees: values hidden under merges are blank, and found through `spread`.

    Rows and columns count from 0; `address` gives what the sender sees (C7). `broken` holds cells without a usable
    value: error_value (#REF!) or formula_without_value.
    """

    name: str
    hidden: bool
    rows: list[list[Any]]
    anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    broken: dict[tuple[int, int], str] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Any:
        """The cell's own value; None outside the sheet."""
        return (
            self.rows[row][column]
            if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])
            else None
        )

    def spread(self, row: int, column: int) -> Any:
        """The value that a person reads at the place: that of the merge it lies in, else its own."""
        return self.at(*self.anchors.get((row, column), (row, column)))

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(map(len, self.rows), default=0)

    @staticmethod
    def address(row: int, column: int) -> str:
        """The cell's address as the sender sees it."""
        return f"{column_letters(column)}{row + 1}"


@dataclass
class Workbook:
    """All sheets of one file."""

    name: str
    sheets: list[Sheet]


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_workbook(content: bytes, name: str) -> Workbook:
    """Read a file's sheets; raises WorkbookError with the issue for the sender when it cannot be read."""
    if not content.strip(b"\x00 \r\n\t"):
        raise WorkbookError(Issue("empty_file"))
    if content.startswith(_ZIP):
        parts = look_inside(content)
        if parts.fault:
            raise WorkbookError(Issue(parts.fault, cell=parts.cell, sheet=parts.sheet))
        return _spreadsheet(content, name, parts)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise WorkbookError(Issue("encrypted"))
        return _spreadsheet(content, name, XlsxParts())
    start = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"mime-version:", b"content-type: multipart", b"from: <saved by")):
        raise WorkbookError(Issue("markup_as_spreadsheet"))
    if (
        start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<div", b"<style"))
        or b"<table" in start
    ):
        raise WorkbookError(Issue("markup_as_spreadsheet"))
    if content.startswith(
        (b"{\\rtf", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        raise WorkbookError(Issue("wrong_type"))
    rows = read_delimited(content)
    if rows is None:
        # Old BIFF streams without a container have no magic of their own: the reader decides.
        return _spreadsheet(content, name, XlsxParts())
    return Workbook(name, [Sheet("", False, rows)])


def _spreadsheet(content: bytes, name: str, parts: XlsxParts) -> Workbook:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            _sheet(book, meta.name, meta.visible != SheetVisibleEnum.Visible, parts)
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except BaseException as error:
        # The reader's panics are no subclass of Exception; anything else of that kind is not ours to stop.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise WorkbookError(Issue(_reason(error), found=type(error).__name__)) from None
    if not sheets:
        raise WorkbookError(Issue("no_sheets"))
    return Workbook(name, sheets)


def _reason(error: BaseException) -> str:
    text = f"{type(error).__name__} {error}".lower()
    if "password" in text or "encrypt" in text:
        return "encrypted"
    if "cannot detect" in text or "format" in text:
        return "wrong_type"
    return "damaged"


def _sheet(book: CalamineWorkbook, name: str, hidden: bool, parts: XlsxParts) -> Sheet:
    source = book.get_sheet_by_name(name)
    rows: list[list[Any]] = source.to_python(skip_empty_area=False)
    merges = source.merged_cell_ranges or []
    anchors = _anchors(merges, len(rows), max(map(len, rows), default=0))
    for (row, column), anchor in anchors.items():
        if (row, column) != anchor and row < len(rows) and column < len(rows[row]):
            rows[row][column] = ""
    return Sheet(name, hidden, rows, anchors, parts.broken.get(name, {}))


def _anchors(merges: Iterable[Any], height: int, width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Every cell of every merge → the merge's top left cell, within the used area."""
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in merges:
        for row in range(top, min(bottom + 1, height)):
            for column in range(left, min(right + 1, width)):
                anchors[row, column] = (top, left)
    return anchors
