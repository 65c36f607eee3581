"""Published intervals, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.statistics import intervals

# Newcombe RG. Two-sided confidence intervals for the single proportion: comparison of seven methods.
# Stat Med 1998;17:857–872, table I: 95% limits by method 3 (score) and method 5 (Clopper–Pearson).
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]

# Exact 95% limits of a Poisson count: Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437–442;
# reprinted in Pearson ES, Hartley HO, Biometrika Tables for Statisticians I, table 40, and worked by way of χ² in Ulm 1990.
GARWOOD = [
    (0, 0.0, 3.689),
    (1, 0.0253, 5.572),
    (2, 0.242, 7.225),
    (3, 0.619, 8.767),
    (4, 1.090, 10.242),
    (5, 1.623, 11.668),
    (6, 2.202, 13.059),
    (7, 2.814, 14.423),
    (8, 3.454, 15.763),
    (9, 4.115, 17.085),
]

# Byar's approximation (Breslow & Day 1987, p. 69) worked by hand with z = 1.959964:
# 10: 10 × (1 − 1/90 − 1.959964/(3√10))³ = 10 × (0.988889 − 0.206598)³ = 10 × 0.782291³ = 4.787;
#     11 × (1 − 1/99 + 1.959964/(3√11))³ = 11 × (0.989899 + 0.196984)³ = 11 × 1.186883³ = 18.391
# 100: 100 × (1 − 1/900 − 1.959964/30)³ = 100 × 0.933557³ = 81.362;
#      101 × (1 − 1/909 + 1.959964/(3√101))³ = 101 × (0.998900 + 0.065008)³ = 101 × 1.063908³ = 121.627
BYAR = [(10, 4.787, 18.391), (100, 81.362, 121.627)]


@pytest.mark.parametrize(("count", "total", "score", "exact"), NEWCOMBE)
def test_newcombe_table_1(count, total, score, exact):
    assert np.allclose(intervals.proportion(count, total), score, atol=0.00005)
    assert np.allclose(intervals.exact_proportion(count, total), exact, atol=0.00005)


@pytest.mark.parametrize(("events", "lower", "upper"), GARWOOD)
def test_exact_poisson_limits_below_ten_events(events, lower, upper):
    assert np.allclose(intervals.rate(events, 1), (lower, upper), atol=0.0006)


@pytest.mark.parametrize(("events", "lower", "upper"), BYAR)
def test_byar_from_ten_events(events, lower, upper):
    assert np.allclose(intervals.rate(events, 1), (lower, upper), atol=0.0006)


def test_limits_are_per_unit_of_exposure():
    # 5 deaths in 50,000 births: the exact limits of 5 divided by 50,000.
    assert np.allclose(intervals.rate(5, 50_000), (1.623 / 50_000, 11.668 / 50_000), atol=2e-8)
