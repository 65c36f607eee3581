"""Columns of numbers that are not the period's own counts: running totals, last month's, a year before, rates, targets, line numbers.

A form with one column of figures often comes with 本年累计 or 上年同期 beside it, or with 行次 before it. Reading one of
those for the period's own would be a wrong number that no check can be sure to find.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from loaders.matching import REMEMBERED
from loaders.tidy import text_of
from loaders.traditional import simplified
from loaders.workbook import Sheet
from reference import periods
from reference.periods import Period

Kind = Literal["own", "other", "key", ""]
_STRONGEST_FIRST: tuple[Kind, ...] = ("key", "other", "own")
LONGEST_HEADER = 16  # signs; what is longer is a title or a note
_OWN = {
    "month": re.compile("本月|当月|本期|当期"),
    "quarter": re.compile("本季|当季|本期|当期"),
    "year": re.compile("本年|当年|全年|本期|当期"),
}
_LONGER = {"month": "|本年|全年|年度|本季", "quarter": "|本年|全年|年度|[上本当]月", "year": ""}
_OTHER = r"率|占比|比例|构成比|百分|[%‰]|目标|任务数|计划数|累[计积]|上[月季年期]|去年|前[月年]|同期|同比|环比|增减|增长|^至|截[至止]|月止|\d+\s*[-~—至到]\s*\d+月"
_KEY = re.compile("行次|序号|次序|栏次|编号|编码|代码|行号|计量单位|单位")


def kind_of(sheet: Sheet, rows: range, label: int, column: int, frequency: str) -> Kind:
    """What the header rows above a column say of it; nothing where they say nothing of the kind."""
    kinds = {kind_of_text(text, frequency) for text in _headers(sheet, rows, label, column)}
    return next((one for one in _STRONGEST_FIRST if one in kinds), "")


def heading(sheet: Sheet, rows: range, label: int, column: int) -> str:
    """A column's headers as a message names them."""
    return "/".join(dict.fromkeys(_headers(sheet, rows, label, column)))


def _headers(sheet: Sheet, rows: range, label: int, column: int) -> list[str]:
    """The header texts above a column; a title that reaches over the whole table is none of them."""
    texts = [(text_of(sheet.spread(row, column)), text_of(sheet.spread(row, label))) for row in rows]
    return [text for text, title in texts if text and text != title and len(text) <= LONGEST_HEADER]


@lru_cache(maxsize=REMEMBERED)
def kind_of_text(text: str, frequency: str) -> Kind:
    """What a single header says of its column's time."""
    plain = simplified(text).replace(" ", "")
    if _KEY.fullmatch(plain):
        return "key"
    if re.search(_OTHER + _LONGER.get(frequency, ""), plain):
        return "other"
    own = _OWN.get(frequency)
    return "own" if own and own.search(plain) else ""


_MONTH_ONLY = re.compile(r"(?:^|/)(1[0-2]|0?[1-9])月份?(?:/|$)")


@lru_cache(maxsize=REMEMBERED)
def of_another_period(title: str, period: Period | None) -> bool:
    """Whether a column's headers name a period, and none that the sheet is about."""
    if period is None or not any(sign.isdecimal() or sign in "〇零一二三四五六七八九十" for sign in title):
        return False
    if month := _MONTH_ONLY.search(title):
        return period.span != 1 or period.last % 100 != int(month[1])
    stated = periods.find(title)
    return stated is not None and not (stated.first <= period.first and period.last <= stated.last)
