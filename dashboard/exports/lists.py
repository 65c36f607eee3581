"""A plain list as a workbook: who must be reminded, whom to ask what."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.exports.results import safe

Column = tuple[str, int]  # heading, width in characters


def list_workbook(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> bytes:
    """One sheet: title, notes, headings, rows; ready to print on A4. No cell can act as a formula."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "".join(sign for sign in title if sign not in "[]:*?/\\")[:31]
    sheet.append([safe(title)])
    sheet["A1"].font = Font(size=14, bold=True)
    for note in notes:
        sheet.append([safe(note)])
    head = sheet.max_row + 1
    sheet.append([safe(name) for name, _ in columns])
    for index, (_, width) in enumerate(columns, 1):
        cell = sheet.cell(head, index)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EEF5")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    for row in rows:
        sheet.append([safe(value) for value in row])
    for cells in sheet.iter_rows(min_row=head + 1):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    to_print(sheet, head)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def to_print(sheet: Worksheet, head: int) -> None:
    """Landscape A4, one page wide, headings on each page."""
    sheet.freeze_panes = f"A{head + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{head}:{head}"
