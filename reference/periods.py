"""Periods: month, quarter, half-year, calendar year, statistical year (1 October – 30 September) and ranges of months.

A month is written yyyymm as a whole number (202603); a period is its first and last month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

FIRST_STATISTICAL_MONTH = 10
_ENGLISH_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


class PeriodError(ValueError):
    """The text is no period we can read; the message says what is accepted."""


def month_add(month: int, months: int) -> int:
    """`month` (yyyymm) moved by a number of months, which may be negative."""
    index = month // 100 * 12 + month % 100 - 1 + months
    return index // 12 * 100 + index % 12 + 1


def month_count(first: int, last: int) -> int:
    """How many months from `first` to `last` (yyyymm), both included."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100 + 1


def month_of(day: dt.date) -> int:
    """The month (yyyymm) that `day` lies in."""
    return day.year * 100 + day.month


@dataclass(frozen=True, order=True)
class Period:
    """`first` and `last` month (yyyymm) and the kind, which says how people name it."""

    first: int
    last: int
    kind: str  # month | quarter | half | year | statistical_year | range

    def __post_init__(self) -> None:
        for month in (self.first, self.last):
            if not (1900 <= month // 100 <= 2200 and 1 <= month % 100 <= 12):
                raise PeriodError(f"{month} is not a month (yyyymm)")
        if self.last < self.first:
            raise PeriodError(f"the period ends ({self.last}) before it begins ({self.first})")

    @property
    def months(self) -> tuple[int, ...]:
        """Every month of the period, in order."""
        return tuple(month_add(self.first, step) for step in range(self.span))

    @property
    def span(self) -> int:
        """Number of months."""
        return month_count(self.first, self.last)

    @property
    def first_day(self) -> dt.date:
        """First day of the first month."""
        return dt.date(self.first // 100, self.first % 100, 1)

    @property
    def last_day(self) -> dt.date:
        """Last day of the last month."""
        return first_day(month_add(self.last, 1)) - dt.timedelta(days=1)

    @property
    def code(self) -> str:
        """The one written form: 2026-03, 2026Q1, 2026H1, 2025, SY2025 or 2020-04..2021-03; `parse` reads it back."""
        year, month = divmod(self.first, 100)
        match self.kind:
            case "month":
                return f"{year}-{month:02d}"
            case "quarter":
                return f"{year}Q{(month + 2) // 3}"
            case "half":
                return f"{year}H{1 if month == 1 else 2}"
            case "year":
                return f"{year}"
            case "statistical_year":
                return f"SY{self.last // 100}"
        return f"{year}-{month:02d}..{self.last // 100}-{self.last % 100:02d}"

    def __str__(self) -> str:
        return self.code

    def label(self, language: str = "zh") -> str:
        """How people of that language write it."""
        year, number = divmod(self.first, 100)
        last_year, last_number = divmod(self.last, 100)
        if language == "zh":
            return {
                "month": f"{year}年{number}月",
                "quarter": f"{year}年第{'一二三四'[(number + 2) // 3 - 1]}季度",
                "half": f"{year}年{'上' if number == 1 else '下'}半年",
                "year": f"{year}年",
                "statistical_year": f"{last_year}统计年度",
            }.get(self.kind, f"{year}年{number}月至{last_year}年{last_number}月")
        names = calendar.month_abbr
        return {
            "month": f"{names[number]} {year}",
            "quarter": f"Q{(number + 2) // 3} {year}",
            "half": f"H{1 if number == 1 else 2} {year}",
            "year": f"{year}",
            "statistical_year": f"Statistical year {last_year}",
        }.get(self.kind, f"{names[number]} {year} – {names[last_number]} {last_year}")

    def before(self) -> Period:
        """The period of the same length just before."""
        return Period(month_add(self.first, -self.span), month_add(self.last, -self.span), self.kind)

    def year_before(self) -> Period:
        """The same period one year earlier."""
        return Period(month_add(self.first, -12), month_add(self.last, -12), self.kind)

    def split(self) -> Iterator[Period]:
        """Its single months."""
        return (month_period(month) for month in self.months)


def first_day(month: int) -> dt.date:
    """The first day of a month (yyyymm)."""
    return dt.date(month // 100, month % 100, 1)


def month_period(month: int) -> Period:
    """One month as a period."""
    return Period(month, month, "month")


def quarter(year: int, number: int) -> Period:
    """Calendar quarter 1–4."""
    return Period(year * 100 + number * 3 - 2, year * 100 + number * 3, "quarter")


def half(year: int, number: int) -> Period:
    """Half-year 1 or 2."""
    return Period(year * 100 + number * 6 - 5, year * 100 + number * 6, "half")


def calendar_year(year: int) -> Period:
    """January to December."""
    return Period(year * 100 + 1, year * 100 + 12, "year")


def statistical_year(year: int) -> Period:
    """1 October of the year before to 30 September of `year`, the year that maternal and child returns count."""
    return Period(
        (year - 1) * 100 + FIRST_STATISTICAL_MONTH,
        year * 100 + FIRST_STATISTICAL_MONTH - 1,
        "statistical_year",
    )


def month_range(first: int, last: int) -> Period:
    """Any run of months; a run that is exactly one month is that month."""
    return month_period(first) if first == last else Period(first, last, "range")


def rolling_year(last: int) -> Period:
    """The twelve months that end with `last`."""
    return month_range(month_add(last, -11), last)


_SEPARATOR = r"\s*(?:\.\.|to|至|到|~|—|–|－|-)\s*"
_MONTH_TEXT = r"(?:\d{4}\s*[-./年]\s*\d{1,2}\s*月?份?|\d{6}|[A-Za-z]{3,9}\.?[\s\-]*\d{4})"
_YEAR_WORDS = r"(?:年度?)?"


def parse(text: str) -> Period:
    """Read a period as people write it.

    Accepts 2026年3月, 2026-03, 2026.3, 202603, 二〇二六年三月, Mar-2026, 2026年第一季度, 2026Q1, 2026年上半年,
    2025年度, 2025, 2025统计年度, SY2025, and ranges such as 2020-04..2021-03, 2026年1-3月, Apr-2020 To Mar-2021.
    Raises PeriodError with what is accepted.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    for reader in (_parse_single, _parse_range):
        found = reader(plain) or reader(_western_digits(plain))
        if found:
            return found
    raise PeriodError(
        f"'{text}' is not a period; write for example 2026-03, 2026年3月, 2026Q1, 2026, SY2026 or 2026-01..2026-06"
    )


def _western_digits(text: str) -> str:
    """Turn 二〇二六年十一月 into 2026年11月."""
    text = re.sub(r"十([一二])(?=月)", lambda m: "1" + m[1].translate(_CHINESE_DIGITS), text)
    text = re.sub(r"十(?=月)", "10", text)
    return re.sub(
        r"[〇零一二三四五六七八九]{4}(?=年)|[一二三四五六七八九](?=月)",
        lambda m: m[0].translate(_CHINESE_DIGITS),
        text,
    )


def _parse_month(text: str) -> int | None:
    if match := re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*(?:月份?)?", text) or re.fullmatch(
        r"(\d{4})(\d{2})", text
    ):
        year, number = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.?[\s\-]*(\d{4})", text):
        year, number = int(match[2]), _ENGLISH_MONTHS.get(match[1].lower(), 0)
    else:
        return None
    return year * 100 + number if 1 <= number <= 12 and 1900 <= year <= 2200 else None


def _parse_single(text: str) -> Period | None:
    if (month := _parse_month(text)) is not None:
        return month_period(month)
    if match := re.fullmatch(r"(?:SY\s?(\d{4})|(\d{4})\s*(?:年度?)?统计年度?)", text, re.IGNORECASE):
        return statistical_year(int(match[1] or match[2]))
    if match := re.fullmatch(rf"(\d{{4}}){_YEAR_WORDS}", text):
        return calendar_year(int(match[1])) if 1900 <= int(match[1]) <= 2200 else None
    if match := re.fullmatch(
        r"(\d{4})\s*年?\s*(?:第\s*([一二三四1-4])\s*季度?|[Qq]([1-4])|([一二三四])季度)", text
    ):
        return quarter(int(match[1]), _QUARTERS[match[2] or match[3] or match[4]])
    if match := re.fullmatch(r"(\d{4})\s*年?\s*(?:([上下])半年|[Hh]([12]))", text):
        return half(int(match[1]), 1 if match[2] == "上" or match[3] == "1" else 2)
    return None


def _parse_range(text: str) -> Period | None:
    if match := re.fullmatch(rf"({_MONTH_TEXT}){_SEPARATOR}({_MONTH_TEXT})", text, re.IGNORECASE):
        first, last = _parse_month(match[1].strip()), _parse_month(match[2].strip())
    elif match := re.fullmatch(rf"(\d{{4}})\s*年\s*(\d{{1,2}})\s*月?{_SEPARATOR}(\d{{1,2}})\s*月份?", text):
        first, last = _parse_month(f"{match[1]}-{match[2]}"), _parse_month(f"{match[1]}-{match[3]}")
    else:
        return None
    return month_range(first, last) if first and last and first <= last else None


def find(text: str) -> Period | None:
    """The first period named anywhere in a longer text such as a title; None when there is none."""
    plain = _western_digits(re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)))
    patterns = (
        rf"{_MONTH_TEXT}{_SEPARATOR}{_MONTH_TEXT}",
        rf"\d{{4}}\s*年\s*\d{{1,2}}\s*月?{_SEPARATOR}\d{{1,2}}\s*月份?",
        _MONTH_TEXT,
        r"\d{4}\s*年?\s*(?:第\s*[一二三四1-4]\s*季度?|[Qq][1-4])",
        r"\d{4}\s*年?\s*[上下]半年",
        r"\d{4}\s*年?统计年度?",
        r"\d{4}\s*年度?",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, plain, re.IGNORECASE):
            try:
                return parse(match[0])
            except PeriodError:
                continue
    return None
