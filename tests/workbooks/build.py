"""Building blocks of the collection: returns as hospitals and counties make them, sound but for what a workbook is named after."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADERS = ("机构代码", "机构名称", "产妇数", "活产总数", "男性活产数", "女性活产数", "孕产妇死亡数")
NANMING = ("MCH520102", "南明区妇幼保健院", 100, 101, 50, 51, 0)
YUNYAN = ("MCH520103", "云岩区妇幼保健院", 200, 201, 100, 101, 0)
TOTAL = ("", "合计", 300, 302, 150, 152, 0)
TITLE = ("助产机构月报",)
PERIOD = ("报告期：2026年10月",)
ELEMENTS = ("parturient_women", "live_births", "live_births_male", "live_births_female", "maternal_deaths")

Row = Sequence[Any]


def book(*rows: Row) -> Workbook:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    return made


def bytes_of(made: Workbook) -> bytes:
    """The saved workbook."""
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def sheet_of(made: Workbook) -> Worksheet:
    """Its first sheet."""
    sheet = made.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def delivery(
    *rows: Row, title: Row = TITLE, period: Row = PERIOD, headers: Row = HEADERS, foot: Sequence[Row] = ()
) -> Workbook:
    """A return of delivery institutions; the first data row is row 4."""
    return book(title, period, headers, *rows, *foot)


def changed(**cells: Any) -> Workbook:
    """The sound return of Nanming with some cells changed."""
    made = delivery(NANMING)
    for address, value in cells.items():
        sheet_of(made)[address] = value
    return made


def altered(change: Callable[[Worksheet], object], *rows: Row) -> Workbook:
    """The sound return with something done to its sheet."""
    made = delivery(*(rows or (NANMING,)))
    change(sheet_of(made))
    return made


COUNTY_ROWS = (
    ("1", "活产数", 30, 20, 10),
    ("2", "其中：男性活产数", 16, 11, 5),
    ("3", "其中：女性活产数", 14, 9, 5),
    ("4", "其中：性别不明活产数", 0, 0, 0),
    ("11", "产妇数", 30, 20, 10),
    ("33", "产前筛查人数", 27, 18, 9),
)
COUNTY = {"live_births": 30, "live_births_male": 16, "live_births_female": 14, "parturient_women": 30, "prenatal_screened_women": 27}  # fmt: skip


def county(
    *rows: Row,
    title: Row = ("县区妇幼健康月报",),
    sender: Row = ("填报单位：南明区（520102）",),
    period: Row = PERIOD,
    headers: Row = ("序号", "项目", "合计", "户籍", "非户籍"),
) -> Workbook:
    """A return of Nanming county; the first data row is row 5."""
    return book(title, sender, period, headers, *(rows or COUNTY_ROWS))
