"""The grammar of numbers: what a clerk would call a number, what says that there is none, and what must be asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.tidy import read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("35", 35),
        (" 35 ", 35),
        ("３５", 35),  # full width
        ("35\u200b", 35),  # a zero-width space from a web page
        ("\u00a035", 35),
        ("1,234", 1234),
        ("1，234", 1234),  # Chinese comma
        ("1 234", 1234),
        ("35人", 35),
        ("35 例", 35),
        ("1.5万", 15_000),
        ("5.0", 5),
        (5.0, 5),
        (12.000000000000002, 12),  # a spreadsheet's own arithmetic
        ("0", 0),
        (0, 0),
    ],
)
def test_reads_what_a_clerk_calls_a_number(typed: object, number: int) -> None:
    assert (read_number(typed).value, read_number(typed).fault) == (number, "")


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("", "blank"),
        (None, "blank"),
        ("  ", "blank"),
        ("—", "dash"),
        ("-", "dash"),
        ("/", "not_collected"),
        ("无", "not_collected"),
        (-2, "not_offered"),
        (-2.0, "not_offered"),
        ("-2", "not_offered"),
        ("－2", "not_offered"),
        ("−2", "not_offered"),  # the minus sign U+2212
        ("未开展", "not_offered"),
    ],
)
def test_keeps_the_kinds_of_absence_apart(typed: object, note: str) -> None:
    read = read_number(typed)
    assert (read.value, read.note, read.fault) == (None, note, "")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("-1", "negative"),
        (-3, "negative"),
        ("1.5", "not_whole"),
        (0.5, "not_whole"),
        ("12%", "percent"),
        ("1,23", "not_a_number"),
        ("12 34", "not_a_number"),  # two numbers in one cell, or a slip: not 1,234 and never 1234
        ("35①", "not_a_number"),  # a footnote mark is no digit: not 351
        ("5²", "not_a_number"),
        ("١٢٣", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1e3", "not_a_number"),
        ("nan", "not_a_number"),
        ("约35", "not_a_number"),
        ("3-5", "not_a_number"),
        (True, "not_a_number"),
        (float("nan"), "not_a_number"),
        ("1234567890123456", "too_long"),
        ("999999999999万", "too_long"),  # the unit makes it too long for the store
    ],
)
def test_asks_about_what_is_no_count(typed: object, fault: str) -> None:
    read = read_number(typed)
    assert (read.value, read.fault) == (None, fault)


def test_the_headers_unit_counts_towards_the_length() -> None:
    assert read_number("999999999999", factor=10_000).fault == "too_long"


@given(st.integers(0, 10**14))
def test_reads_back_every_way_of_writing_a_count(number: int) -> None:
    wide = str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    for written in (str(number), f"{number:,}", f"{number:,}".replace(",", " "), wide, f"{number}人"):
        assert read_number(written).value == number


@given(st.text(max_size=12))
def test_never_finds_a_number_where_no_ascii_or_full_width_digit_stands(text: str) -> None:
    plain = text.translate({ord("０") + digit: ord("0") + digit for digit in range(10)})
    if not any(one in "0123456789" for one in plain):
        assert read_number(text).value is None
