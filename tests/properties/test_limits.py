"""Limits must solve the equations that define them, whatever way they are computed."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.statistics import intervals

CONFIDENCES = st.sampled_from([0.8, 0.95, 0.998])


def z_of(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


@given(total=st.integers(1, 100_000), share=st.floats(0, 1), confidence=CONFIDENCES)
def test_wilson_limits_lie_z_standard_errors_from_the_share(total, share, confidence):
    """Wilson 1927: a limit is the p for which the seen share lies exactly z of p's own standard errors away."""
    count = round(total * share)
    for limit in intervals.proportion(count, total, confidence):
        p = float(limit)
        away = abs(count / total - p)
        error = z_of(confidence) * math.sqrt(p * (1 - p) / total)
        assert away == pytest.approx(error, rel=1e-6, abs=1e-9)


def at_most(count: int, mean: float) -> float:
    """Chance of at most `count` events, added up term by term."""
    return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count + 1))


@given(events=st.integers(0, 9), exposure=st.integers(1, 10**6), confidence=CONFIDENCES)
def test_exact_limits_leave_half_the_rest_in_each_tail(events, exposure, confidence):
    """Garwood 1936: at the upper limit so few events have a chance of (1 − confidence)/2, at the lower so many."""
    tail = (1 - confidence) / 2
    lower, upper = (float(limit) * exposure for limit in intervals.rate(events, exposure, confidence))
    assert at_most(events, upper) == pytest.approx(tail, rel=1e-6)
    if events:
        assert 1 - at_most(events - 1, lower) == pytest.approx(tail, rel=1e-5)
    else:
        assert lower == 0


@given(total=st.integers(1, 40), share=st.floats(0, 1), confidence=CONFIDENCES)
def test_clopper_pearson_limits_leave_half_the_rest_in_each_tail(total, share, confidence):
    """Clopper and Pearson 1934, with the binomial tails added up term by term."""
    count, tail = round(total * share), (1 - confidence) / 2
    lower, upper = (float(limit) for limit in intervals.exact_proportion(count, total, confidence))

    def between(first: int, last: int, p: float) -> float:
        return sum(math.comb(total, k) * p**k * (1 - p) ** (total - k) for k in range(first, last + 1))

    assert lower == 0 if count == 0 else between(count, total, lower) == pytest.approx(tail, rel=1e-6)
    assert upper == 1 if count == total else between(0, count, upper) == pytest.approx(tail, rel=1e-6)
