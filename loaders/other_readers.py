"""Where calamine fails: openpyxl for .xlsx, xlrd for .xls, a second try without blanks for .ods. Values only; macros and links are never followed."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

import xlrd
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum
from xlrd.xldate import xldate_as_datetime

from loaders.limits import Limits


class TooLargeError(Exception):
    """A sheet has more rows or cells than may be read."""

    def __init__(self, sheet: str, cell: str = "") -> None:
        super().__init__(sheet)
        self.sheet, self.cell = sheet, cell


@dataclass
class Plain:
    """One sheet as such a reader gives it; `errors` are cells with #REF! and the like."""

    name: str
    hidden: bool
    rows: list[list[Any]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    errors: set[tuple[int, int]] = field(default_factory=set)


def with_openpyxl(content: bytes, limits: Limits) -> list[Plain]:
    """Sheets of an .xlsx; read-only mode gives no merges, so values under them stay as they are."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    plain = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
        rows: list[list[Any]] = []
        errors: set[tuple[int, int]] = set()
        for number, row in enumerate(sheet.iter_rows()):
            if not limits.area_allowed(number + 1, max(1, len(row))):
                raise TooLargeError(sheet.title)
            rows.append(["" if cell.value is None else cell.value for cell in row])
            errors.update((number, column) for column, cell in enumerate(row) if cell.data_type == "e")
        for place in errors:
            rows[place[0]][place[1]] = ""
        plain.append(Plain(sheet.title, sheet.sheet_state != "visible", rows, [], errors))
    return plain


def with_xlrd(content: bytes, limits: Limits) -> list[Plain]:
    """Sheets of an .xls, from BIFF 2 on; raises xlrd.XLRDError when it is none, or is encrypted."""
    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=True)
    plain = []
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        if not limits.area_allowed(sheet.nrows, sheet.ncols):
            raise TooLargeError(sheet.name)
        rows = [[_value(cell, book.datemode) for cell in sheet.row(row)] for row in range(sheet.nrows)]
        errors = {
            (row, column)
            for row in range(sheet.nrows)
            for column, kind in enumerate(sheet.row_types(row))
            if kind == xlrd.XL_CELL_ERROR
        }
        merges = [((top, left), (below - 1, right - 1)) for top, below, left, right in sheet.merged_cells]
        plain.append(Plain(sheet.name, sheet.visibility != 0, rows, merges, errors))
    return plain


def without_blanks(content: bytes, limits: Limits) -> list[Plain]:
    """Sheets of an .ods whose writer broke and indented its XML (KSpread, scripts): calamine takes such blanks for faults.

    Raises whatever calamine raises when that was not what it stumbled over.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", "<manifest/>")  # calamine opens none without
        target.writestr("content.xml", _BLANKS.sub(b"><", source.read("content.xml")))
    packed.seek(0)
    book = CalamineWorkbook.from_filelike(packed)
    plain = []
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            if not limits.area_allowed(sheet.total_height, sheet.total_width):
                raise TooLargeError(meta.name)
            rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
            hidden = meta.visible != SheetVisibleEnum.Visible
            plain.append(Plain(meta.name, hidden, rows, list(sheet.merged_cell_ranges or [])))
    return plain


_BLANKS = re.compile(rb">\s+<")


def _value(cell: Any, datemode: int) -> Any:
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: dt.datetime = xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return cell.value
        return moment.date() if moment.time() == dt.time() else moment
    return cell.value
