"""Roughening: what real senders do to a clean template. All but the named faults must still be accepted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np
import openpyxl
from python_calamine import CalamineWorkbook

from loaders.template import TemplateRow

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
FAULTS = ("sex_does_not_add_up", "organisation_unknown", "required_column_gone")
Values = Mapping[tuple[str, str], int | str]


def as_typed(
    values: Mapping[tuple[str, str], int], random: np.random.Generator, sloppy: float
) -> dict[tuple[str, str], int | str]:
    """Some numbers as people type them: as text, full width, with separators, spaces or a unit; zeros never touched."""
    typed: dict[tuple[str, str], int | str] = dict(values)
    keys = [key for key, value in values.items() if value > 0]
    for index in random.choice(len(keys), size=int(sloppy * len(keys)), replace=False) if keys else ():
        key = keys[int(index)]
        number = values[key]
        forms = (
            str(number),
            str(number).translate(FULL_WIDTH),
            f"{number:,}",
            f" {number} ",
            f"{number}人",
            f"{number}\u00a0",
        )
        typed[key] = forms[int(random.integers(len(forms)))]
    return typed


def spoil(fault: str, row: TemplateRow) -> TemplateRow:
    """Plant a fault in a row's values; organisation and columns are spoilt in the workbook instead."""
    if fault != "sex_does_not_add_up":
        return row
    category = next(category for element, category in row.values if element == "live_births_male")
    values = dict(row.values)
    values["live_births_male", category] = (
        int(str(values["live_births", category]).translate(_PLAIN).strip(" 人\u00a0").replace(",", "")) + 3
    )
    return TemplateRow(row.organisation, values)


_PLAIN = str.maketrans("０１２３４５６７８９", "0123456789")


def dress(content: bytes, random: np.random.Generator, note: str) -> bytes:
    """A workbook after it went through somebody's hands: rows on top, a renamed sheet, a note in the margin, a hidden helper sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    sheet.protection.sheet = False
    sheet.title = ("Sheet1", "报表", "本月")[int(random.integers(3))]
    sheet.cell(sheet.max_row + 2, 1, "填表人：示例")
    sheet.cell(sheet.max_row, 4, "审核人：示例")
    sheet.cell(3, sheet.max_column + 2, note)
    helper = book.create_sheet("辅助")
    helper.append(["上月", 12, 34, 56])
    helper.sheet_state = "hidden"
    return _saved(book)


def spoil_workbook(content: bytes, fault: str) -> bytes:
    """Plant the faults that sit in the sheet itself."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            text = str(cell.value or "")
            if fault == "organisation_unknown" and (
                "填报单位" in text or text.startswith(("MCH", "SYN")) or text.endswith(("医院", "保健院"))
            ):
                cell.value = (
                    "填报单位：某某医院"
                    if "填报单位" in text
                    else ("" if text.startswith(("MCH", "SYN")) else "某某医院")
                )
            elif fault == "required_column_gone" and text in ("产妇数", "活产数"):
                cell.value = ""
    return _saved(book)


def as_csv(content: bytes) -> bytes:
    """The first sheet as Chinese Excel saves a CSV: GB18030, without layout."""
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(content))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows(
        [int(raw) if isinstance(raw, float) and raw.is_integer() else raw for raw in row] for row in rows
    )
    return target.getvalue().encode("gb18030")


def _saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
