"""One table of a page as a workbook or a CSV: numbers stay numbers, words stay words, nothing acts as a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.exports.lists import to_print
from dashboard.exports.results import safe


@dataclass(frozen=True)
class Cell:
    """A number with the decimals and sign it is shown with, or words."""

    value: int | float | str
    decimals: int | None = None
    unit: str = ""

    @property
    def format(self) -> str:
        """The spreadsheet's number format."""
        if isinstance(self.value, str):
            return "@"
        places = f".{'0' * self.decimals}" if self.decimals else ""
        plain = "General" if self.decimals is None else f"#,##0{places}"
        return f'{plain}"{self.unit}"' if self.unit else plain


@dataclass(frozen=True)
class Sheet:
    """A table with its title, what it is about, and the mark of made-up data ('' for none)."""

    title: str
    about: tuple[str, ...]
    synthetic: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def as_csv(sheet: Sheet) -> bytes:
    """Headings and rows, UTF-8 with the byte-order mark that Chinese Excel and WPS look for; made-up rows each say so."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    mark = [sheet.synthetic] if sheet.synthetic else []
    if sheet.heads:
        writer.writerow([*map(safe, sheet.heads), *([""] if mark else [])])
    writer.writerows([*(safe(cell.value) for cell in row), *mark] for row in sheet.rows)
    return stream.getvalue().encode("utf-8-sig")


def as_workbook(sheet: Sheet) -> bytes:
    """One sheet: title, what it is about, headings that stay in sight, rows; ready to print on A4."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "".join(sign for sign in sheet.title if sign not in "[]:*?/\\'")[:31] or "1"
    page.append([safe(sheet.title)])
    page["A1"].font = Font(size=14, bold=True)
    for line in sheet.about:
        page.append([safe(line)])
    if sheet.synthetic:
        page.append([sheet.synthetic])
        page.cell(page.max_row, 1).font = Font(bold=True, color="B00020")
    head = page.max_row + 1
    page.append([safe(name) for name in sheet.heads] or [""])
    for cell in page[head]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EEF5")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in sheet.rows:
        page.append([safe(cell.value) for cell in row])
        for written, cell in zip(page[page.max_row], row, strict=False):
            written.number_format = cell.format
            written.alignment = Alignment(wrap_text=isinstance(cell.value, str), vertical="top")
    _widths(page, sheet)
    to_print(page, head)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _widths(page: Worksheet, sheet: Sheet) -> None:
    """Wide enough for what stands in them, a Chinese sign counting two, and never wider than a sentence."""
    for place, name in enumerate(sheet.heads, start=1):
        texts = [name, *(str(row[place - 1].value) for row in sheet.rows if len(row) >= place)]
        widest = max(sum(2 if ord(sign) > 0x2E80 else 1 for sign in text) for text in texts)
        page.column_dimensions[get_column_letter(place)].width = min(max(widest + 2, 8), 60)
