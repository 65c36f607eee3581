"""The period that a sheet is about: by its label, its title, its name or the file's; and why one cannot be used."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from loaders.issues import Issue
from loaders.tidy import text_of
from loaders.title_block import label_rest, title_texts
from reference import periods
from reference.periods import Period

if TYPE_CHECKING:
    from loaders.recognise import Found


def period_of(found: Found, texts: list[tuple[int, int, str]], file_name: str) -> tuple[Period | None, str]:
    """The period by its label, else from the title, the sheet's name or the file's name."""
    sheet = found.sheet
    for row, column, text in texts:
        if rest := label_rest(text, found.edition.period_label):
            day = next(
                (raw for step in (1, 2) if isinstance(raw := sheet.at(row, column + step), dt.date)), None
            )
            if day is not None and not rest.strip():
                # Excel makes a date of a typed 2026年10月: beside the label it means its month.
                return periods.month_period(periods.month_of(day)), sheet.address(row, column + 1)
            beside = (
                ""
                if rest.strip()
                else text_of(sheet.at(row, column + 1)) or text_of(sheet.at(row, column + 2))
            )
            apart = None if rest.strip() else _in_cells(found, texts, row, column)
            if period := apart or _read_period(rest.strip() or beside):
                return period, sheet.address(row, column)
    named: dict[int, set[Period]] = {}
    for row, _, text in texts:
        if period := periods.find(text):
            named.setdefault(row, set()).add(period)
    for row, column, text in texts:
        # A row that names several periods is a header over columns of them.
        if len(named.get(row, ())) == 1 and (period := periods.find(text)) and _is_title(found, text):
            named_apart = _apart(found, texts) if period.kind == "year" else None
            if named_apart and period.first <= named_apart[0].first <= period.last:
                return named_apart
            return _narrowed(period, found), sheet.address(row, column)
    if named_apart := _apart(found, texts):
        return named_apart
    if not (period := periods.find(sheet.name)) and found.cover is not None:
        period, _ = period_of(replace(found, sheet=found.cover, cover=None), title_texts(found.cover), "")
    if period:
        return period, ""
    return periods.find(re.sub(r"\.\w+$", "", file_name)), ""


MOST_NUMBERS = 2  # in a row of the title block: a year and a month
_APART = re.compile(r"(20\d\d)年?\n*年?\n+(\d{1,2})月?\n*月份?(?:$|\n(?=[^\n\d]*[:：]))")
_SEPARATE = re.compile(r"(20\d\d)\n年\n(\d{1,2})\n月份?(?:$|\n(?![至到\-－—~～、,，和及日号\d]))")
_SIGNED = re.compile("[人日时]|审核|负责|打印")  # a month behind these is that of the signing


def _in_cells(found: Found, texts: list[tuple[int, int, str]], row: int, column: int) -> Period | None:
    """The month that cells beside a label name together (报告期 | 2026 | 年 | 10 | 月), and nothing else beside it."""
    if found.form.frequency != "month":
        return None
    said = "\n".join(text for at, place, text in texts if at == row and place > column)
    return _month(match) if (match := _APART.match(said)) and "年" in match[0] and "月" in match[0] else None


def _apart(found: Found, texts: list[tuple[int, int, str]]) -> tuple[Period, str] | None:
    """The month that a row above the table names with 年 and 月 in cells of their own; None where rows name several, or a day."""
    months: dict[Period, str] = {}
    for row in dict.fromkeys(at for at, _, _ in texts) if found.form.frequency == "month" else ():
        here = [(column, text) for at, column, text in texts if at == row]
        for place, (column, text) in enumerate(here):
            before = "".join(one for _, one in here[:place])
            match = _SEPARATE.match("\n".join(one for _, one in here[place:])) if text.isdecimal() else None
            if match and not _SIGNED.search(before) and (period := _month(match)):
                months.setdefault(period, found.sheet.address(row, column))
        if sum(text.isdecimal() for _, text in here) > MOST_NUMBERS:
            break  # here the table has begun
    return next(iter(months.items())) if len(months) == 1 else None


def _month(match: re.Match[str]) -> Period | None:
    year, month = int(match[1]), int(match[2])
    return periods.month_period(100 * year + month) if 1 <= month <= 12 else None


def _narrowed(period: Period, found: Found) -> Period:
    """The month or quarter that the sheet's name says of the year in its title: 2026年…月报 on a sheet named 9月."""
    if period.kind != "year" or found.form.frequency not in ("month", "quarter"):
        return period
    named = periods.find(f"{period.first // 100}年{found.sheet.name.strip()}")
    return (
        named if named and named.span < period.span and period.first <= named.first <= period.last else period
    )


def _is_title(found: Found, text: str) -> bool:
    """Whether a text of the title block may carry the period: a filling-in date does not."""
    return not re.search(
        r"[填上报][报表送]?(?:日期|时间)|[报发]出日期|制表(?:日期|时间)|打印|Status As On", text
    )


def _read_period(text: str) -> Period | None:
    try:
        return periods.parse(text)
    except periods.PeriodError:
        return periods.find(text)


def period_issue(found: Found, today: dt.date) -> Issue | None:
    """Why the period cannot be used, if it cannot."""
    form, period, sheet = found.form, found.period, found.sheet.name
    expected = {"month": 1, "quarter": 3, "year": 12}.get(form.frequency)
    if period is None:
        return Issue("period_missing", sheet, "", "", {"label": found.edition.period_label[0]})
    shown = {"period_zh": period.label("zh"), "period_en": period.label("en")}
    if period.first_day > today:
        return Issue("period_in_future", sheet, found.period_cell, period.code, shown)
    if period.first < 200001:
        return Issue("period_too_old", sheet, found.period_cell, period.code, shown)
    if form.cumulative_from_month:
        if period.first % 100 != form.cumulative_from_month or period.span > 12:
            return Issue(
                "period_not_cumulative",
                sheet,
                found.period_cell,
                period.code,
                {**shown, "month": form.cumulative_from_month},
            )
    elif expected and period.span != expected:
        return Issue(
            "period_wrong_length", sheet, found.period_cell, period.code, {**shown, "months": expected}
        )
    return None
