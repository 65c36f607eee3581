"""Tidying what people type: text without stray spaces and full-width forms, numbers by our own strict grammar."""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reference.data_elements import ValueNote

_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
# Only the plain full-width forms are numbers in another dress: NFKC would also turn 35① into 351 and 5² into 52.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x2212: "-",
    0x3000: " ",
    0x00A0: " ",
    0x202F: " ",
    0x2009: " ",
}
_GROUPED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")
_NUMBER = re.compile(
    r"(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(万)?(人次|人|例|名|个|张|次|对|岁|元|胎)?(%)?"
)
_DASHES = {"-", "--", "---", "—", "——", "–", "―", "─", "－", "_"}
_NOT_COLLECTED = {
    "/",
    "\\",
    "无",
    "无数据",
    "未统计",
    "未收集",
    "不详",
    "未知",
    "n/a",
    "na",
    "nil",
    "none",
    "..",
    "…",
}
_NOT_OFFERED = {"-2", "未开展", "不开展", "未提供", "不提供"}
_SUPPRESSED = {"*", "**", "<5", "<10", "＜5"}
MOST_DIGITS = 15
LARGEST = 10**MOST_DIGITS  # what the store keeps stays below this
REMEMBERED_LENGTH = 120  # longer texts are notes, not labels


@dataclass(frozen=True)
class Number:
    """What a cell says: a whole `value` in units of 10**-decimals, or a `note` on its absence, or a `fault`.

    Faults: not_a_number, negative, not_whole, percent, too_long.
    """

    value: int | None = None
    note: str = ""
    fault: str = ""


@lru_cache(maxsize=20_000)
def _tidy(text: str) -> str:
    """The labels of a form come back in every file: remembered, they cost nothing."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if "&" in plain:
        plain = unicodedata.normalize("NFKC", html.unescape(plain))
    return " ".join(plain.split())


def text_of(raw: Any) -> str:
    """Any cell as tidy text: plain width, single spaces, nothing invisible. Whole floats lose their `.0`."""
    kind = raw.__class__
    if kind is str:
        if len(raw) > REMEMBERED_LENGTH:
            return _tidy.__wrapped__(raw)
        return _tidy(raw) if raw else ""
    if kind is float:
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else str(raw)
    if raw is None:
        return ""
    if kind is bool:
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, str | float):
        return text_of(str(raw) if isinstance(raw, str) else float(raw))
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(" ")
    return str(raw)


def whole_number(raw: Any) -> int | None:
    """A cell that is a whole number of things and nothing else, as nearly every cell is; None for all that needs a closer look."""
    if raw.__class__ is float and 0 <= raw < LARGEST:
        whole = int(raw)
        return whole if whole == raw else None
    return None


def read_number(raw: Any, decimals: int = 0, factor: int = 1) -> Number:
    """Read a cell as a number; `factor` is what the header's unit multiplies it by (万 = 10,000).

    Never accepts what a clerk would not call a number (underscores, exponents in text, nan), and never guesses.
    """
    if raw is None or raw == "":
        return Number(note=ValueNote.BLANK)
    if isinstance(raw, bool | dt.date | dt.time | dt.timedelta):
        return Number(fault="not_a_number")
    if isinstance(raw, int | float):
        return _from_float(raw, decimals, factor)
    return _from_text(_number_text(str(raw)), decimals, factor)


def _number_text(raw: str) -> str:
    """A typed number in plain characters; spaces stay only where they would change the number, and so make it none."""
    text = " ".join(_INVISIBLE.sub("", raw.translate(_FULL_WIDTH)).split())
    if grouped := _GROUPED.match(text):
        text = grouped[0].replace(" ", "") + text[grouped.end() :]
    return re.sub(r"(?<=[0-9]) (?=[^0-9])|(?<=[^0-9]) ", "", text)


_REMARKED = re.compile(
    r"(?P<before>(?:约|大约|大概|共|共计|合计|近|计)?)(?P<number>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<unit>人次|人|例|名|个|张|次|对|胎)?"
    r"(?P<after>[(（\[【].+[)）\]】]?|[,，;；、。]?(?:其中|含|包括|不含|另|注|见|备注).*|[^0-9.%‰/+*×xX~～\-—至到:：<>年月日岁天周时分百千万亿]{0,20})",
    re.DOTALL,
)


def number_in(raw: Any) -> tuple[str, str] | None:
    """The one whole number of a cell that says more than a number (276（含双胎4）), and the rest; None where it is not plain which."""
    if not isinstance(raw, str) or len(raw) > REMEMBERED_LENGTH:
        return None
    found = _REMARKED.fullmatch(_number_text(raw))
    remark = f"{found['before']}{found['after']}".strip() if found else ""
    if not found or not remark or (remark[0].isascii() and remark[0].isalpha()):
        return None
    return found["number"].replace(",", ""), remark


def _from_float(raw: float, decimals: int, factor: int) -> Number:
    if decimals == 0 and factor == 1 and 0 <= raw < LARGEST and raw == int(raw):
        return Number(value=int(raw))
    if raw != raw or abs(raw) >= LARGEST:
        return Number(fault="too_long" if raw == raw else "not_a_number")
    if raw == -2:
        return Number(note=ValueNote.NOT_OFFERED)
    return _scaled(Decimal(repr(raw)), decimals, factor)


def _from_text(text: str, decimals: int, factor: int) -> Number:
    if not text:
        return Number(note=ValueNote.BLANK)
    folded = text.casefold()
    for words, note in (
        (_DASHES, ValueNote.DASH),
        (_NOT_OFFERED, ValueNote.NOT_OFFERED),
        (_NOT_COLLECTED, ValueNote.NOT_COLLECTED),
        (_SUPPRESSED, ValueNote.SUPPRESSED),
    ):
        if folded in words:
            return Number(note=note)
    match = _NUMBER.fullmatch(text.lstrip("'"))
    if not match:
        return Number(fault="not_a_number")
    if match[4]:
        return Number(fault="percent")
    digits = match[1].replace(",", "")
    if Decimal(digits) == -2 and not match[2]:
        return Number(note=ValueNote.NOT_OFFERED)
    if len(digits.replace("-", "").replace(".", "")) > MOST_DIGITS:
        return Number(fault="too_long")
    return _scaled(Decimal(digits), decimals, 10_000 if match[2] else factor)


def _scaled(number: Decimal, decimals: int, factor: int) -> Number:
    if number < 0:
        return Number(fault="negative")
    scaled = number * factor * 10**decimals
    # A spreadsheet's own arithmetic leaves dust such as 12.000000000000002; real fractions are far larger.
    whole = scaled.to_integral_value()
    if abs(scaled - whole) > Decimal("1e-6"):
        return Number(fault="not_whole")
    return Number(value=int(whole)) if whole < LARGEST else Number(fault="too_long")


_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2})\s*日?|\s*月)?")


def read_date(raw: Any) -> dt.date | None:
    """Read a cell as a day: real dates, 2026-03-01, 2026年3月1日, 2026.3.1, 20260301, and month-only as its first day. None if it is none."""
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 20_000 <= raw <= 80_000:
        # A date cell whose format was lost shows Excel's day number.
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(raw))
    text = text_of(raw)
    match = _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
