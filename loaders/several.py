"""Several returns in one sheet: below each other, or as many months as rows or columns. Each is a view of the sheet.

A view shows one return and leaves the rest blank, so that every cell keeps the address that the sender sees.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from loaders.forms import Forms
from loaders.matching import REMEMBERED, Labels, is_foot, is_total, words
from loaders.organisation_headers import HEADER_SEARCH, MONTH_WORDS, find_header
from loaders.recognise import Found
from loaders.row_keys import HEADER_DEPTH, find_keys
from loaders.tidy import read_date, text_of
from loaders.workbook import Sheet
from reference import periods
from reference.periods import Period, PeriodError

MOST_BELOW = 250  # returns below each other in a sheet: more are nobody's work
LONGEST_TITLE = 60
TITLE_COLUMNS = 6  # a title stands in one of the first columns
LONGEST_MONTH_WORD = 8  # signs of a header that stands over months
_LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def stacked(sheet: Sheet, forms: Forms) -> list[Sheet]:
    """A view for each return of a sheet in which several stand below each other, each under its title; else the sheet."""
    matches = title_matcher(forms.titles)
    starts = [row for row, cells in enumerate(sheet.rows) if _is_title(cells, matches)]
    edges = [*starts, len(sheet.rows)]
    blocks = [(start, end) for start, end in pairwise(edges) if has_table(sheet.rows[start:end])]
    if not 2 <= len(blocks) <= MOST_BELOW:
        return [sheet]
    # What stands between a table and the next title belongs to the table; what stands above the first, to the first.
    tops = [0, *(start for start, _ in blocks[1:])]
    ends = [*tops[1:], len(sheet.rows)]
    return [
        Sheet(sheet.name, sheet.hidden, [[]] * top + sheet.rows[top:end], sheet.anchors, sheet.broken, top)
        for top, end in zip(tops, ends, strict=True)
    ]


def _is_title(cells: list[Any], matches: Callable[[str], bool]) -> bool:
    # Every row of every sheet is asked: nearly all end at their first filled cell.
    for raw in cells[:TITLE_COLUMNS]:
        if raw != "" and raw is not None:
            return (
                raw.__class__ is str
                and len(raw) <= LONGEST_TITLE
                and matches(raw)
                and sum(one != "" and one is not None for one in cells) <= 3
            )
    return False


@lru_cache(maxsize=8)
def title_matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text is one of the titles; what was asked of a text is remembered."""
    pattern = re.compile("|".join(f"(?:{one})" for one in dict.fromkeys(patterns)), re.IGNORECASE)

    @lru_cache(maxsize=REMEMBERED)
    def matches(text: str) -> bool:
        return pattern.search(text_of(text).replace(" ", "")) is not None

    return matches


def has_table(rows: list[list[Any]]) -> bool:
    """Whether some row holds several numbers: a title that only speaks of the form has none below it."""
    return any(map(_has_numbers, rows))


def _has_numbers(row: list[Any]) -> bool:
    numbers = 0
    for raw in row:
        if raw.__class__ is float or (
            raw.isdecimal() if isinstance(raw, str) else isinstance(raw, int | float)
        ):
            numbers += 1
            if numbers == 2:
                return True
    return False


def by_period(found: Found, labels: Labels) -> list[Found]:
    """The sheet once for each period that its rows or its columns name; itself when it names none."""
    layout = found.edition.layout
    if layout == "organisations_in_rows":
        return _in_rows(found, labels)
    if layout != "elements_in_rows":
        return [found]
    # An office may lay a form out the other way, with its months as rows.
    views = _in_rows(found, labels)
    return _in_columns(found, labels) if views == [found] else views


@lru_cache(maxsize=64)
def _month_words(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(MONTH_WORDS | set(map(words, labels)))


def _in_rows(found: Found, labels: Labels) -> list[Found]:
    sheet, wanted = found.sheet, _month_words(found.edition.period_label)
    top = sheet.rows[sheet.first : sheet.first + HEADER_SEARCH]
    # Nearly every sheet is of one month: a look at the shortest texts tells, before the header is looked for.
    short = [
        raw for row in top for raw in row if raw.__class__ is str and raw and len(raw) <= LONGEST_MONTH_WORD
    ]
    if wanted.isdisjoint(map(words, short)):
        return [found]
    header = find_header(found, labels)
    if header is None:
        return [found]
    column = next(
        (at for at in range(sheet.width) if (at not in (header.code, header.name) or header.of_months)
         and any(words(sheet.spread(row, at)) in wanted for row in range(header.top, header.bottom + 1))),
        None,
    )  # fmt: skip
    if column is None:
        return [found]
    rows = _periods_of_rows(
        found, header.bottom + 1, column, header.name if header.name is not None else header.code
    )
    if not rows:
        return [found]
    hidden = set() if header.of_months else {column}  # without it, the header would not be known again
    head = [_without(cells, hidden) for cells in sheet.rows[: header.bottom + 1]]
    views = []
    for period in dict.fromkeys(one for one in rows.values() if one):
        body = [
            _without(cells, {column}) if rows.get(row, period) == period else []
            for row, cells in enumerate(sheet.rows[header.bottom + 1 :], start=header.bottom + 1)
        ]
        first = next(row for row, one in rows.items() if one == period)
        views.append(_view(found, [*head, *body], period, sheet.address(first, column)))
    return views


def _periods_of_rows(found: Found, first: int, column: int, key: int | None) -> dict[int, Period | None]:
    """Row → its period; a row that names none has that of the row above. A total over several months is no period's."""
    sheet = found.sheet
    rows: dict[int, Period | None] = {}
    period: Period | None = None
    for row in range(first, len(sheet.rows)):
        named = [text for raw in sheet.rows[row] if (text := text_of(raw))]
        if not named or is_foot(named[0]):
            continue
        stated = _period(sheet.spread(row, column), found)
        period = stated or period
        if period:
            total = any(is_total(found.edition, sheet.at(row, at)) for at in (column, key or 0))
            rows[row] = period if stated or not total else None
    return rows


def _in_columns(found: Found, labels: Labels) -> list[Found]:
    sheet = found.sheet
    top = sheet.rows[sheet.first : sheet.first + HEADER_SEARCH]
    if not any(sum(_names_period(raw) for raw in row) >= 2 for row in top):
        return [found]
    keys = find_keys(found, labels)
    if keys is None:
        return [found]
    for row in range(keys.first - 1, max(-1, keys.first - 1 - HEADER_DEPTH), -1):
        columns = _without_comparisons(dict(_periods_of_columns(found, row, keys.label + 1)), found)
        if columns:
            return [
                _view(found, [_only(cells, keys.label, columns, period) for cells in sheet.rows], period,
                      sheet.address(row, next(at for at, one in columns.items() if one == period)))
                for period in dict.fromkeys(columns.values())
            ]  # fmt: skip
    return [found]


def _without_comparisons(columns: dict[int, Period], found: Found) -> dict[int, Period]:
    """The columns of several periods that are to be read; none where there are not several.

    Where the sheet says which month it is of, the others stand there to compare with; where it says none and all are the
    same month of several years, the earlier years do.
    """
    several = set(columns.values())
    if len(several) < 2:
        return {}
    if found.period in several:
        several = {found.period}
    elif len({one.last % 100 for one in several}) == 1:
        several = {max(several, key=lambda one: one.last)}
    return {at: one for at, one in columns.items() if one in several}


def _names_period(raw: Any) -> bool:
    """Whether a cell looks like the heading of a period's column, before it is read as one."""
    return (
        raw.__class__ is str and len(raw) <= 20 and ("月" in raw or "季" in raw or "-" in raw or "." in raw)
    ) or isinstance(raw, dt.date)


def _periods_of_columns(found: Found, row: int, first: int) -> Iterator[tuple[int, Period]]:
    """Column → the period named above it; without merges it is named above its first column only."""
    sheet, period = found.sheet, None
    for column in range(first, sheet.width):
        raw = sheet.spread(row, column)
        # Columns are numbered 1 2 3 … on many forms: here a bare number is no month.
        stated = None if text_of(raw).isdecimal() and len(text_of(raw)) <= 2 else _period(raw, found)
        if stated is None and text_of(raw):
            period = None  # 合计, 备注: no month's column
        period = stated or period
        if period:
            yield column, period


def _period(raw: Any, found: Found) -> Period | None:
    """The period of the form's own length that a cell names; 9月 and 9 are months of the year that the title names."""
    text = text_of(raw)
    if not text or len(text) > 20:
        return None
    length = _LENGTHS.get(found.form.frequency, 0)
    candidates = [text]
    if found.period and found.period.first // 100 == found.period.last // 100:
        year = found.period.first // 100
        candidates += [f"{year}年{text}", f"{year}年{text}月" if length == 1 else f"{year}年第{text}季度"]
    if (day := read_date(raw)) and not isinstance(raw, str) and length == 1:
        candidates.insert(0, periods.month_period(periods.month_of(day)).code)
    for one in candidates:
        try:
            period = periods.parse(one)
        except PeriodError:
            continue
        if period.span == length:
            return period
    return None


def _view(found: Found, rows: list[list[Any]], period: Period, cell: str) -> Found:
    sheet = found.sheet
    view = Sheet(sheet.name, sheet.hidden, rows, sheet.anchors, sheet.broken, sheet.first)
    edition = found.edition if found.how == "code" else found.form.edition(period.last_day)
    return replace(
        found, sheet=view, edition=edition, period=period, period_cell=cell, issues=list(found.issues)
    )


def _without(cells: list[Any], columns: set[int]) -> list[Any]:
    return ["" if at in columns else raw for at, raw in enumerate(cells)]


def _only(cells: list[Any], label: int, columns: Mapping[int, Period], period: Period) -> list[Any]:
    return [raw if at <= label or columns.get(at) == period else "" for at, raw in enumerate(cells)]
