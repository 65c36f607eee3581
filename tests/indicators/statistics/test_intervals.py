"""Intervals: shapes, edges and what they refuse. Published values stand in tests/oracles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.statistics import intervals

SHARES = [intervals.proportion, intervals.exact_proportion]


@pytest.mark.parametrize("method", [*SHARES, intervals.rate])
def test_the_shape_of_the_inputs_is_kept(method):
    counts = np.array([[0, 3, 12], [1, 9, 40]])
    lower, upper = method(counts, 50)
    assert lower.shape == upper.shape == (2, 3)
    alone = method(12, 50)
    assert alone[0].shape == ()
    assert (lower[0, 2], upper[0, 2]) == pytest.approx((float(alone[0]), float(alone[1])))


@pytest.mark.parametrize("method", [*SHARES, intervals.rate])
def test_lists_columns_and_nothing_at_all(method):
    lower, upper = method([[1, 2, 3]], [[10], [20]])
    assert lower.shape == upper.shape == (2, 3)
    assert all(one.shape == (0,) for one in method([], []))
    assert [float(one) for one in method(2, 20, 0.95)] == pytest.approx([lower[1, 1], upper[1, 1]])


@pytest.mark.parametrize("method", SHARES)
@pytest.mark.parametrize(
    ("count", "total", "confidence"),
    [(1, 0, 0.95), (-1, 10, 0.95), (11, 10, 0.95), (math.nan, 10, 0.95), (1, math.inf, 0.95)]
    + [(1, 10, bad) for bad in (0, 1, -0.5, 95, math.nan)],
)
def test_impossible_shares_are_refused(method, count, total, confidence):
    with pytest.raises(ValueError, match=r"share|confidence|finite"):
        method(count, total, confidence)


@pytest.mark.parametrize(
    ("events", "exposure", "confidence"),
    [(-1, 10, 0.95), (1, 0, 0.95), (1, -5, 0.95), (math.nan, 1, 0.95), (1, 10, 0), (1, 10, 1)],
)
def test_impossible_rates_are_refused(events, exposure, confidence):
    with pytest.raises(ValueError, match=r"events|confidence|finite"):
        intervals.rate(events, exposure, confidence)


def test_one_bad_pair_among_good_ones_is_refused():
    with pytest.raises(ValueError, match="share"):
        intervals.proportion([1, 5], [10, 4])


@pytest.mark.parametrize("method", SHARES)
@given(data=st.data())
def test_a_share_lies_inside_its_limits(method, data):
    total = data.draw(st.integers(1, 10**7))
    count = data.draw(st.integers(0, total))
    lower, upper = method(count, total, data.draw(st.sampled_from([0.8, 0.95, 0.998])))
    assert 0 <= lower <= count / total <= upper <= 1
    assert lower < upper


@given(events=st.integers(0, 10**6), confidence=st.sampled_from([0.8, 0.95, 0.998]))
def test_a_rate_lies_inside_its_limits(events, confidence):
    lower, upper = intervals.rate(events, 1000, confidence)
    assert 0 <= lower <= events / 1000 < upper


def test_limits_rise_where_exact_gives_way_to_byar():
    lower, upper = intervals.rate(np.arange(0, 30), 1, 0.998)
    assert np.all(np.diff(lower) > 0)
    assert np.all(np.diff(upper) > 0)
