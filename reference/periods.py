"""Periods: month, quarter, half-year, calendar year, statistical year (1 October – 30 September) and ranges of months.

A month is written yyyymm as a whole number (202603); a period is its first and last month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

FIRST_STATISTICAL_MONTH = 10
_ENGLISH_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_CHINESE_DIGITS = str.maketrans("〇零○O一二三四五六七八九", "000" + "0123456789")


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
        return last_day(self.last)

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


@cache
def last_day(month: int) -> dt.date:
    """The last day of a month (yyyymm)."""
    return first_day(month_add(month, 1)) - dt.timedelta(days=1)


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


def named_run(first: int, last: int) -> Period:
    """A run of months by the name people have for it: month, quarter, half-year, calendar or statistical year, else the run."""
    year, month = divmod(first, 100)
    names = {
        3: quarter(year, (month + 2) // 3),
        6: half(year, 1 if month < 7 else 2),
        12: statistical_year(year + 1) if month == FIRST_STATISTICAL_MONTH else calendar_year(year),
    }
    run = month_range(first, last)
    found = names.get(run.span, run)
    return found if (found.first, found.last) == (first, last) else run


def rolling_year(last: int) -> Period:
    """The twelve months that end with `last`."""
    return month_range(month_add(last, -11), last)


_SEPARATOR = r"\s*(?:\.\.|to|至|到|~|—+|–|-)\s*"
_ENGLISH_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH = rf"(?:\d{{4}}\s*[-./年]\s*\d{{1,2}}(?:\s*月份?)?|\d{{6}}|{_ENGLISH_MONTH}\.?[\s,-]*\d{{4}})"
_DATE = r"\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}(?:\s*日)?"
_MONTHS_OF_A_YEAR = rf"\d{{4}}\s*年\s*\d{{1,2}}\s*(?:月份?)?{_SEPARATOR}\d{{1,2}}\s*月份?"
_DAYS = rf"{_DATE}{_SEPARATOR}(?:{_DATE}|\d{{1,2}}\s*月\s*\d{{1,2}}\s*日)"
_QUARTER = r"(?:\d{4}\s*年?\s*-?(?:第?\s*[一二三四1-4]\s*季度?|Q[1-4])|Q[1-4]\s*\d{4})"
_HALF = r"(?:\d{4}\s*年?\s*(?:[上下]半年|H[12])|H[12]\s*\d{4})"
_STATISTICAL_YEAR = r"(?:(?:SY|Statistical year)\s*\d{4}|\d{4}\s*(?:年度?)?统计年度?)"
# 2026年9月5岁以下儿童 and 2026年9月0-6岁儿童 name a month and an age, and no day.
_NO_AGE = r"(?!\d|\s*[岁天周]|\s*个月|\s*[-~—至到]\s*\d{1,2}\s*(?:[岁天周]|个月|月龄))"
_AS_OF = rf"截[至止]\s*{_DATE}"


def parse(text: str) -> Period:
    """Read a period as people write it.

    Accepts 2026年3月, 2026-03, 2026.3, 202603, 二〇二六年三月, Mar-2026, 2026年第一季度, 2026Q1, 2026年上半年,
    2025年度, 2025, 2025统计年度, SY2025, and ranges such as 2020-04..2021-03, 2026年1-3月, Apr-2020 To Mar-2021,
    2025年10月1日至2026年9月30日 (whole months only). Raises PeriodError with what is accepted.
    """
    plain = _tidy(text)
    for pattern, read in _READERS:
        if re.fullmatch(pattern, plain, re.IGNORECASE) and (found := read(plain)):
            return found
    raise PeriodError(
        f"'{text}' is not a period; write for example 2026-03, 2026年3月, 2026Q1, 2026, SY2026 or 2026-01..2026-06"
    )


@lru_cache(maxsize=4096)
def find(text: str) -> Period | None:
    """The first period named anywhere in a longer text such as a title; None when there is none.

    A day (填报日期：2026年4月3日) names no period, unless it ends one (截至2026年3月31日) or two bound whole months.
    """
    plain = _tidy(text)
    for pattern, read in _READERS:
        if pattern == _MONTH:
            plain = re.sub(_DATE + _NO_AGE, " ", plain)
        if pattern == _YEAR:
            pattern = r"\d{4}\s*年度?"  # four digits alone are no year in running text
        for match in re.finditer(
            rf"(?<![\dA-Za-z])(?:{pattern})(?:(?<=月)|(?!\d))(?!\s*季)", plain, re.IGNORECASE
        ):
            try:
                if found := read(match[0]):
                    return found
            except PeriodError:
                continue
    return None


def _tidy(text: str) -> str:
    """One form for full-width signs, spaces and Chinese numerals: 二〇二六年十一月 becomes 2026年11月."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    year = r"[〇零○O一二三四五六七八九]{4}(?=\s*年|\s*统计)"
    plain = re.sub(year, lambda match: match[0].translate(_CHINESE_DIGITS), plain)
    month = rf"(?:十[一二]?|[一二三四五六七八九])(?=\s*(?:月|{_SEPARATOR}(?:十[一二]?|[一二三四五六七八九])\s*月))"
    plain = re.sub(month, lambda match: str(_chinese_number(match[0])), plain)
    # 26年10月 is 2026年10月; 26年 alone may be an age or a duration.
    short = r"(?<![\d年.\-/])([2-4]\d)(?=\s*年\s*(?:1[0-2]|0?[1-9])\s*月|\s*年\s*第?\s*[一二三四1-4]\s*季)"
    return re.sub(short, r"20\1", plain)


def _chinese_number(text: str) -> int:
    """一 to 十二."""
    tens, _, units = text.rpartition("十")
    value = int(units.translate(_CHINESE_DIGITS)) if units else 0
    return value + 10 if "十" in text and not tens else value


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


def _month(text: str) -> int | None:
    """The month (yyyymm) of a text that `_MONTH` matches; None when there is no such month."""
    if name := re.match(r"[A-Za-z]{3}", text):
        year, number = _numbers(text)[0], _ENGLISH_MONTHS[name[0].lower()]
    elif re.fullmatch(r"\d{6}", text):
        year, number = divmod(int(text), 100)
    else:
        year, number = _numbers(text)[:2]
    return year * 100 + number if 1 <= number <= 12 else None


def _date(text: str) -> dt.date | None:
    try:
        return dt.date(*_numbers(text)[:3])
    except ValueError:
        return None


def _read_month(text: str) -> Period | None:
    month = _month(text)
    return month_period(month) if month else None


def _read_month_range(text: str) -> Period | None:
    match = re.fullmatch(rf"({_MONTH}){_SEPARATOR}({_MONTH})", text, re.IGNORECASE)
    first, last = (_month(match[1].strip()), _month(match[2].strip())) if match else (None, None)
    return month_range(first, last) if first and last else None


def _read_months_of_a_year(text: str) -> Period | None:
    year, first, last = _numbers(text)
    return month_range(year * 100 + first, year * 100 + last)


def _read_days(text: str) -> Period | None:
    match = re.fullmatch(rf"({_DATE}){_SEPARATOR}(.+)", text)
    if not match:
        return None
    ending = match[2] if re.fullmatch(_DATE, match[2]) else f"{match[1][:4]}-{match[2]}"
    first, last = _date(match[1]), _date(ending)
    whole = first and last and first.day == 1 and (last + dt.timedelta(days=1)).day == 1
    return month_range(month_of(first), month_of(last)) if first and last and whole else None


def _read_as_of(text: str) -> Period | None:
    day = _date(text)
    return month_period(month_of(day)) if day else None


def _read_quarter(text: str) -> Period:
    number = re.search(r"Q([1-4])|([一二三四1-4])\s*季", text, re.IGNORECASE)
    found = (number[1] or number[2]) if number else ""
    return quarter(_year(text), int(found.translate(_CHINESE_DIGITS)))


def _read_half(text: str) -> Period:
    return half(_year(text), 1 if re.search(r"上|H1", text, re.IGNORECASE) else 2)


def _year(text: str) -> int:
    """The four digits of a text that holds one year."""
    return int(re.findall(r"\d{4}", text)[0])


_YEAR = r"\d{4}\s*(?:年度?)?"
# In the order of trying: what names the most comes first, so that a range is not read as its first month.
_READERS: tuple[tuple[str, Callable[[str], Period | None]], ...] = (
    (_DAYS, _read_days),
    (rf"{_MONTH}{_SEPARATOR}{_MONTH}", _read_month_range),
    (_MONTHS_OF_A_YEAR, _read_months_of_a_year),
    (_AS_OF, _read_as_of),
    (_MONTH, _read_month),
    (_QUARTER, _read_quarter),
    (_HALF, _read_half),
    (_STATISTICAL_YEAR, lambda text: statistical_year(_year(text))),
    (_YEAR, lambda text: calendar_year(_year(text))),
)
