"""Differences of proportions against the table of Newcombe's paper (Stat Med 1998;17:873–890, table II, method 10)."""

from __future__ import annotations

import pytest

from indicators.statistics import intervals
from indicators.statistics.difference import Estimate, difference

NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
]


def estimate(count: int, total: int) -> Estimate:
    lower, upper = intervals.proportion(count, total)
    return Estimate(count / total, float(lower), float(upper))


@pytest.mark.parametrize(("a", "m", "b", "n", "lower", "upper"), NEWCOMBE)
def test_published_limits(a, m, b, n, lower, upper):
    found = difference(estimate(a, m), estimate(b, n))
    assert found.value == pytest.approx(a / m - b / n)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=0.00006)


def test_the_other_way_round_is_the_same_with_the_other_sign():
    there, back = difference(estimate(9, 40), estimate(5, 60)), difference(estimate(5, 60), estimate(9, 40))
    assert (back.lower, back.upper) == pytest.approx((-there.upper, -there.lower))
