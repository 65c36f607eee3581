"""Exact numbers with one rounding: half away from zero, as a spreadsheet's ROUND does, so that both give the same digits."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

VALUE_DIGITS = 4  # of a line's value
SHARE_DIGITS = 4  # of the share of a line's points
POINT_DIGITS = 2  # of points, domain scores and totals
SHOWN_DIGITS = 2  # of numbers within sentences, as in the column of values beside them
_WRITTEN = re.compile(r"\d+(?:\.\d+)?")


def rounded(number: Fraction, digits: int) -> Fraction:
    """The number to so many decimals, half away from zero."""
    scaled = abs(number) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if number >= 0 else -whole, 10**digits)


def exact(number: str | int | Decimal | Fraction | None) -> Fraction | None:
    """A number as it was written; None stays None."""
    return None if number is None or number == "" else Fraction(number)


def written(number: Fraction | None, digits: int) -> str | None:
    """The one way to write a rounded number: '12.50'."""
    if number is None:
        return None
    scaled = rounded(number, digits) * 10**digits
    whole, sign = abs(int(scaled)), "-" if scaled < 0 else ""
    if not digits:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def plain(number: Fraction | None, digits: int = VALUE_DIGITS) -> str:
    """For sentences: without zeros at the end; '—' for none."""
    text = written(number, digits)
    if text is None:
        return "—"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shortened(sentence: str, digits: int = SHOWN_DIGITS) -> str:
    """A sentence with its numbers to so many decimals, and thousands parted.

    All get as many more as they need to stay apart: '44.998 misses the target 45' must not become '45 misses the target 45',
    nor may what is above nothing be called 0. What is stored and sealed keeps its four decimals: this is for the eye alone.
    """
    held = {Fraction(text) for text in _WRITTEN.findall(sentence)} | {Fraction(0)}
    while digits < VALUE_DIGITS and len({rounded(one, digits) for one in held}) < len(held):
        digits += 1

    def shown(found: re.Match[str]) -> str:
        whole, _, rest = plain(Fraction(found[0]), digits).partition(".")
        return f"{int(whole):,}" + (f".{rest}" if rest else "")

    return _WRITTEN.sub(shown, sentence)
