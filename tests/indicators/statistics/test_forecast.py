"""Forecasts against statsmodels itself, against worked cases, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics.forecast import backtest, trajectory
from synthetic.worlds import world


def test_the_fitted_part_is_the_binomial_model():
    """Level, trend and two pairs of waves, as statsmodels' own GLM gives them."""
    random = np.random.default_rng(3)
    total = random.integers(100, 300, 48).astype(float)
    count = random.binomial(total.astype(int), 0.8).astype(float)
    time = np.arange(48) / 12
    waves = [f(2 * np.pi * k * time) for k in (1, 2) for f in (np.sin, np.cos)]
    design = np.column_stack([np.ones(48), time, *waves])
    wanted = sm.GLM(np.column_stack([count, total - count]), design, family=sm.families.Binomial()).fit()
    found = trajectory(count, total, horizon=6)
    assert np.allclose(found.centre[:48], wanted.fittedvalues, rtol=1e-6)
    assert found.dispersion == pytest.approx(max(wanted.pearson_chi2 / 42, 1))


def test_a_level_far_above_the_target_reaches_it_and_one_far_below_does_not():
    total = np.full(36, 500.0)
    high = trajectory(np.full(36, 450.0), total, horizon=12, target=0.8)
    low = trajectory(np.full(36, 350.0), total, horizon=12, target=0.8)
    assert (high.probability, low.probability) == (1.0, 0.0)
    assert high.reached_at == (1.0, 1.0, 1.0)
    assert low.reached_at == (math.inf, math.inf, math.inf)
    # For a target that is a ceiling it is the other way round.
    assert trajectory(np.full(36, 350.0), total, horizon=12, target=0.8, operator="<=").probability == 1.0


def test_the_last_twelve_months_together():
    """From 36 months of 40 of 50 and then 45 of 50: the rolling share is theirs, in the data exactly."""
    count = np.concatenate([np.full(24, 40.0), np.full(12, 45.0)])
    found = trajectory(count, np.full(36, 50.0), horizon=3)
    assert found.rolling[23] == pytest.approx(0.8)
    assert found.rolling[29] == pytest.approx((6 * 40 + 6 * 45) / 600)
    assert found.rolling[35] == pytest.approx(0.9)
    assert np.isnan(found.rolling[10])
    assert np.all(found.rolling_lower[36:] < found.rolling[36:])


def test_a_rising_rate_crosses_when_its_path_does():
    """A steep straight rise of the log odds crosses the target between the months where the path would."""
    odds = np.linspace(0.0, 2.4, 60)  # 0.04068 a month; 12 months together lag it by about half a year
    total = np.full(60, 20_000.0)
    found = trajectory(np.round(total / (1 + np.exp(-odds))), total, horizon=24, target=0.91)
    middle, low, high = found.reached_at
    assert low <= middle <= high
    assert 1 <= middle < 24


def test_intervals_cover_and_forecasts_beat_the_naive_ones():
    """A small part of benchmarks/forecasts.py, on provinces that it does not use."""
    inside, errors = [], []
    for seed in range(5000, 5012):
        made = world(seed)
        for county in (0, 40):
            one = backtest(made.count[0, county], made.total[0, county], horizon=12, step=12)
            if one.forecasts:
                inside.append(one.covered)
                errors.append((one.error, one.naive_error, one.seasonal_error))
    assert 0.88 <= np.mean(inside) <= 0.99
    error, naive, seasonal = np.mean(errors, axis=0)
    assert error < min(naive, seasonal)


def test_few_events_are_no_trend_and_no_season():
    """Eleven deaths, all in one corner of three years: a model of trend and waves would go through the roof."""
    count = np.zeros(36)
    count[[30, 31, 33, 34, 35]] = [1, 2, 3, 3, 2]
    found = trajectory(count, np.full(36, 400.0), 12, kind="rate")
    assert np.allclose(found.centre, 11 / (36 * 400))
    assert found.upper[36:].max() < 0.02


def test_forecasts_of_rare_rates_beat_the_naive_ones():
    """A small part of benchmarks/forecasts.py, of which the mean is spoilt by a single forecast gone astray."""
    errors = []
    for seed in range(5000, 5006):
        made = world(seed)
        for county in (0, 20, 40):
            one = backtest(made.count[-1, county], made.total[-1, county], horizon=12, step=12, kind="rate")
            errors.append((one.error, one.naive_error, one.seasonal_error))
    error, naive, seasonal = np.mean(errors, axis=0)
    assert error < min(naive, seasonal)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=0, max_size=50),
    st.integers(0, 14),
    st.sampled_from(["proportion", "rate"]),
    st.data(),
)
def test_whatever_comes_limits_are_in_order_or_nothing_is_said(months, horizon, kind, data):
    count = np.array([one for one, _ in months], dtype=float)
    total = np.array([one + other + 1 for one, other in months], dtype=float)
    gaps = data.draw(st.lists(st.booleans(), min_size=len(months), max_size=len(months)))
    count[np.array(gaps, dtype=bool)] = np.nan
    found = trajectory(count, total, horizon=horizon, target=0.5, kind=kind)
    assert found.centre.shape == (len(months) + horizon,)
    assert found.assessable == (np.isfinite(count).sum() >= 12)
    if found.assessable:
        ahead = slice(len(months), None)
        assert np.all(found.lower[ahead] <= found.upper[ahead])
        assert np.all(found.lower[ahead] >= 0)
        assert kind == "rate" or np.all(found.upper[ahead] <= 1)
        assert found.probability is None or 0 <= found.probability <= 1


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: trajectory([5.0] * 12, [4.0] * 12, horizon=3),
        lambda: trajectory([-1.0] * 12, [4.0] * 12, horizon=3),
        lambda: trajectory([1.0] * 12, [0.0] * 12, horizon=3),
        lambda: trajectory([1.0] * 12, [4.0] * 11, horizon=3),
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=-1),
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=3, confidence=1),
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=2.5),  # type: ignore[arg-type]
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=3, target=0.5, operator="=="),
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=3, target=80),  # a share, not a percentage
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=3, target=np.nan),
        lambda: trajectory([1.0] * 12, [4.0] * 12, horizon=3, kind="ratio"),  # type: ignore[arg-type]
        lambda: trajectory([1.0] * 11 + [np.inf], [4.0] * 12, horizon=3, kind="rate"),
    ],
)
def test_impossible_input_is_refused(impossible):
    with pytest.raises(ValueError, match=r"must|needs|target"):
        impossible()
