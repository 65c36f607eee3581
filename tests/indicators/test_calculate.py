"""Which months are in and what they sum to, by hand."""

from __future__ import annotations

import pytest

from indicators.calculate import Cell, add, latest, tile, total
from reference.periods import calendar_year, month_add, month_range, quarter

FISCAL_YEAR = month_range(202004, 202103)


def single(value: int, *months: int, reports: int = 1) -> dict:
    return {(month, 1): Cell(value, reports) for month in months}


def test_single_months_are_added_up():
    births = single(10, 202601, 202602, 202603)
    assert tile([births], quarter(2026, 1)) == [(202601, 1), (202602, 1), (202603, 1)]
    assert total(births, tile([births], quarter(2026, 1))) == 30


def test_months_outside_the_period_stay_outside():
    births = single(10, 202512, 202601, 202604)
    assert tile([births], quarter(2026, 1)) == [(202601, 1)]


def test_a_block_that_begins_before_the_period_is_not_used():
    assert tile([{(202603, 6): Cell(60, 1)}], quarter(2026, 1)) == []


def test_numerator_and_denominator_speak_of_the_same_months():
    """A month that only one of them has would make the share wrong."""
    births, deaths = single(10, 202601, 202602, 202603), single(1, 202601, 202603)
    blocks = tile([births, deaths], quarter(2026, 1))
    assert blocks == [(202601, 1), (202603, 1)]
    assert total(births, blocks) == 20


def test_single_months_go_before_the_span_that_says_the_same():
    """Ten months told from running-up returns, and the running-up figure itself: 10 × 1 report = 1 × 10 months."""
    months = [month_add(202004, step) for step in range(10)]
    births = single(7, *months) | {(202101, 10): Cell(70, 1)}
    assert tile([births], month_range(202004, 202101)) == [(month, 1) for month in months]


def test_a_span_that_fits_stands_in_where_a_month_cannot_be_told():
    """June's figure fell below May's: the month is unknown, but the year to March is still known whole."""
    births = single(7, *[month_add(202004, step) for step in range(12) if step not in (2, 3)])
    births[202103, 12] = Cell(80, 1)
    assert tile([births], FISCAL_YEAR) == [(202103, 12)]


def test_a_month_that_lacks_a_sender_loses_to_the_span_that_has_all():
    """23 districts in the year's figure, 22 of them told month by month: 23 × 12 reports beat 22 × 12."""
    births = single(100, *FISCAL_YEAR.months, reports=22) | {(202103, 12): Cell(1260, 23)}
    assert tile([births], FISCAL_YEAR) == [(202103, 12)]


def test_spans_and_months_fill_the_period_together():
    births = {(202603, 3): Cell(30, 1), (202604, 1): Cell(11, 1), (202605, 1): Cell(12, 1)}
    blocks = tile([births], month_range(202601, 202605))
    assert blocks == [(202603, 3), (202604, 1), (202605, 1)]
    assert total(births, blocks) == 53


def test_overlapping_spans_are_never_added():
    births = {(202603, 3): Cell(30, 1), (202606, 6): Cell(61, 1), (202612, 12): Cell(125, 1)}
    blocks = tile([births], calendar_year(2026))
    assert blocks == [(202612, 12)]


def test_a_stock_takes_the_last_month_that_all_have():
    children, managed = single(500, 202601, 202602, 202603), single(450, 202601, 202602)
    assert latest([children, managed], quarter(2026, 1)) == (202602, 1)


def test_a_stock_without_a_month_in_the_period_has_none():
    assert latest([single(500, 202512)], quarter(2026, 1)) is None


def test_no_blocks_are_nothing_and_not_zero():
    assert total(single(10, 202601), []) is None


@pytest.mark.parametrize(
    ("parts", "expected"), [([3, 4], 7), ([0, 0], 0), ([3, None], None), ([], None), ([None], None)]
)
def test_a_sum_with_an_absent_part_is_absent(parts, expected):
    assert add(parts) == expected
