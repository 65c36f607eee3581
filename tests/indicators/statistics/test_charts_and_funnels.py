"""Properties and hand-worked cases of funnels, charts, trends and shrinking."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from indicators.statistics import control_chart, funnel, intervals, multiple_testing, shrinkage, trend

COUNTS = st.lists(st.integers(0, 60), min_size=3, max_size=40)


@given(st.floats(0.5, 500), st.sampled_from([0.8, 0.95, 0.998]))
def test_a_count_beyond_a_funnel_limit_is_as_rare_as_stated(expected, confidence):
    """P(X ≤ the next lower whole count) is at most the tail, and the whole count above the limit's is not below it."""
    tail = (1 - confidence) / 2
    lower, upper = (float(one) * expected for one in funnel.rate_limits(expected, confidence))
    low, high = math.ceil(lower - 1e-9) - 1, math.floor(upper + 1e-9) + 1
    if low >= 0:
        assert stats.poisson.cdf(low, expected) <= tail + 1e-9
    assert stats.poisson.sf(high - 1, expected) <= tail + 1e-9
    assert 0 <= lower < expected < upper


def test_overdispersion_of_chance_alone_is_about_one_and_outliers_do_not_hide():
    z = stats.norm.ppf((np.arange(1, 401) - 0.5) / 400)
    # Winsorised at 10% a standard normal has variance 2 × 0.1 × 1.2816² + the truncated middle = 0.3285 + 0.3502.
    assert funnel.overdispersion(z) == pytest.approx(0.679, abs=0.005)
    assert funnel.overdispersion(z, 0) == pytest.approx(1.0, abs=0.02)
    spiked = np.append(z, [40, 50])
    assert funnel.overdispersion(spiked) < 1 < funnel.overdispersion(spiked, 0)
    assert funnel.between_variance([10, 20, 30, 40], [0.1] * 4) > 0
    assert funnel.between_variance([10, 10.01, 9.99, 10], [1] * 4) == 0


@given(COUNTS, st.data())
def test_charting_many_series_together_is_charting_each(values, data):
    series = np.array(values, dtype=float)
    gaps = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    gappy = np.where(gaps, np.nan, series)
    both = control_chart.xmr(np.vstack([series, gappy]))
    dense = control_chart.xmr(series)
    for name in ("centre", "lower", "upper", "outside", "shift", "trend", "near"):
        np.testing.assert_array_equal(getattr(both, name)[0], getattr(dense, name))
    there = np.isfinite(gappy)
    if there.sum() >= 2:
        alone = control_chart.xmr(gappy[there])
        np.testing.assert_allclose(both.upper[1, 0], alone.upper[0])
        np.testing.assert_array_equal(both.special[1][there], alone.special)
        assert not both.special[1][~there].any()


def test_a_shift_of_seven_and_not_of_six():
    values = [1.0, -1.0] * 10
    assert not control_chart.xmr(values).shift.any()
    chart = control_chart.xmr(values + [0.5] * 7, fixed=20)
    assert chart.shift.tolist() == [False] * 20 + [True] * 7
    assert not control_chart.xmr(values + [0.5] * 6 + [-1.0], fixed=20).shift.any()
    assert chart.causes(26) == ("shift",)


def test_two_of_three_near_a_limit():
    # Mean 0, mean range 2, limits ±5.32, near from 3.547.
    values = [1.0, -1.0] * 10 + [4.0, 0.5, 4.0]
    chart = control_chart.xmr(values, fixed=20)
    assert np.flatnonzero(chart.near).tolist() == [20, 22]


def test_laney_multiplies_the_limits_by_the_variation_between_periods():
    # Four shares of 100: 0.1, 0.3, 0.1, 0.3; p̄ 0.2; σ 0.04; z ∓2.5; mean range 5; σ_z 5 / 1.128 = 4.4326;
    # upper limit 0.2 + 3 × 0.04 × 4.4326 = 0.7319, lower cut at 0.
    chart = control_chart.p_prime_chart([10, 30, 10, 30], [100] * 4)
    assert chart.upper[0] == pytest.approx(0.7319, abs=0.0001)
    assert chart.lower[0] == 0
    # Rates 1, 3, 1, 3 of exposure 4: ū 2, σ √0.5, z ∓√2, mean range 2√2, σ_z 2.5074; upper 2 + 3 × 0.7071 × 2.5074.
    chart = control_chart.u_prime_chart([4, 12, 4, 12], [4] * 4)
    assert chart.upper[0] == pytest.approx(7.319, abs=0.001)


def test_births_and_days_between_rare_events():
    # Mean 20: 20 + 3 √(20 × 21) = 81.48.
    chart = control_chart.g_chart([10, 20, 30, 20])
    assert (chart.centre[0], chart.upper[0], chart.lower[0]) == (20, pytest.approx(81.48, abs=0.005), 0)
    # 1, 2^3.6 = 12.126, 1, 12.126 days become 1, 2, 1, 2: mean 1.5, range 1, upper (1.5 + 3 / 1.128)^3.6.
    chart = control_chart.t_chart([1, 2**3.6, 1, 2**3.6])
    assert chart.upper[0] == pytest.approx((1.5 + 3 / 1.128) ** 3.6)
    assert chart.lower[0] == 0


def test_a_rebase_starts_line_limits_and_runs_anew():
    """Means 1.5 and 8.5 by hand; one position may be given without a list."""
    values = [1, 2, 1, 2, 8, 9, 8, 9]
    chart = control_chart.xmr(values, rebase=4)
    assert chart.centre.tolist() == [1.5] * 4 + [8.5] * 4
    assert chart.upper.tolist() == pytest.approx([1.5 + 2.66] * 4 + [8.5 + 2.66] * 4)
    assert control_chart.xmr(values, rebase=[4]).upper.tolist() == chart.upper.tolist()


@pytest.mark.parametrize(
    ("dates", "stated"),
    [
        ([202401, 202402, 202404, 202405, 202406, 202407, 202408, 202409], 202406),
        (
            [202401, 202402, 202403, 202404, 202406, 202407, 202408, 202409],
            202405,
        ),  # the first month after it
        ([date(2024, month, 1) for month in range(1, 9)], [date(2024, 5, 1)]),
        ([f"2024-0{month}" for month in range(1, 9)], ["2024-05"]),
        (np.arange("2024-01", "2024-09", dtype="datetime64[M]"), "2024-05-01"),
    ],
)
def test_a_rebase_may_be_a_date(dates, stated):
    values = [1, 2, 1, 2, 8, 9, 8, 9]
    chart = control_chart.xmr(values, rebase=stated, dates=dates)
    assert chart.centre.tolist() == [1.5] * 4 + [8.5] * 4
    share = control_chart.p_chart(values, 10, rebase=stated, dates=dates)  # one total for all months
    assert share.centre.tolist() == pytest.approx([0.15] * 4 + [0.85] * 4)


@pytest.mark.parametrize(
    ("stated", "dates"), [("2024-05", None), (2.5, None), (3, [1, 2]), (2, [4, 3, 2, 1]), (9, [1, 2, 3, 4])]
)
def test_a_rebase_that_is_no_place_of_the_series_is_refused(stated, dates):
    with pytest.raises(ValueError, match=r"rebase|date"):
        control_chart.xmr([1, 2, 1, 2], rebase=stated, dates=dates)


def test_two_events_on_one_day_are_no_time_apart():
    chart = control_chart.t_chart([0, 0, 0])
    assert (chart.centre[0], chart.upper[0], chart.lower[0]) == (0, 0, 0)
    assert not chart.special.any()


def test_ranges_between_rare_events_are_screened_only_on_demand():
    """1, 1, …, 100^3.6, 1 … are 1 and 100 to the power 1/3.6: two ranges of 99 among eleven."""
    values = [1.0] * 6 + [100**3.6] + [1.0] * 5
    assert control_chart.t_chart(values).upper[0] == pytest.approx(
        (111 / 12 + 3 / 1.128 * 2 * 99 / 11) ** 3.6
    )
    assert control_chart.t_chart(values, screen=True).upper[0] == pytest.approx((111 / 12) ** 3.6)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_limits_have_the_shape_of_what_they_are_asked_for(shape):
    for lower, upper in (
        funnel.proportion_limits(np.full(shape, 50), 0.8, 0.95),
        funnel.rate_limits(np.full(shape, 5), 0.998),
    ):
        assert np.shape(lower) == np.shape(upper) == shape


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_shrinking_draws_small_units_more_and_finds_the_spread(kind):
    random = np.random.default_rng(7)
    size = np.repeat([50, 500, 5000], 100)
    true = random.beta(80, 20, 300) if kind == "proportion" else random.gamma(25, 1 / 500, 300)
    seen = random.binomial(size, true) if kind == "proportion" else random.poisson(true * size)
    found = shrinkage.empirical_bayes(seen, size, kind=kind)
    raw = seen / size
    assert found.mean == pytest.approx(true.mean(), rel=0.03)
    assert found.strength == pytest.approx(100 if kind == "proportion" else 500, rel=0.35)
    assert np.mean((found.estimate - true) ** 2) < np.mean((raw - true) ** 2)
    assert np.all(np.diff([found.weight[size == one].mean() for one in (50, 500, 5000)]) > 0)
    inside = (found.lower <= true) & (true <= found.upper)
    assert inside.mean() == pytest.approx(0.95, abs=0.03)
    ranks = true.argsort().argsort() + 1
    assert np.mean((found.rank_lower <= ranks) & (ranks <= found.rank_upper)) > 0.9


def test_the_prior_has_the_largest_likelihood():
    """Against scipy's own beta-binomial over a grid of priors."""
    seen, size = np.array([2, 9, 14, 30, 3, 25]), np.array([20, 30, 40, 50, 10, 60])
    found = shrinkage.empirical_bayes(seen, size)

    def likelihood(mean, strength):
        return stats.betabinom.logpmf(seen, size, mean * strength, (1 - mean) * strength).sum()

    best = likelihood(found.mean, found.strength)
    grid = [likelihood(m, s) for m in np.linspace(0.05, 0.95, 91) for s in np.geomspace(0.5, 500, 91)]
    assert best >= max(grid) - 1e-9
    # The posterior's mean by hand from the prior found.
    assert found.estimate[0] == pytest.approx((found.mean * found.strength + 2) / (found.strength + 20))


def test_units_that_differ_by_chance_only_are_all_alike():
    found = shrinkage.empirical_bayes([50] * 5, [100] * 5)
    assert np.allclose(found.estimate, 0.5, atol=1e-5)
    assert np.all(found.weight < 1e-4)
    assert np.isnan(shrinkage.empirical_bayes([5, np.nan, 6, 7], [10, 10, 10, 10]).estimate[1])


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_what_all_have_in_common_is_no_surer_than_what_was_counted(kind):
    """Units that are all alike share one figure: its interval is about that of them all together, not a hair's breadth."""
    for seen, size in (([1, 2, 3], [10, 20, 30]), ([100] * 4, [10_000] * 4), ([0] * 4, [50] * 4)):
        found = shrinkage.empirical_bayes(seen, size, kind=kind)
        pooled = intervals.proportion if kind == "proportion" else intervals.rate
        low, high = pooled(sum(seen), sum(size))
        assert 0.6 < (found.upper[0] - found.lower[0]) / (high - low) < 1.1
        assert found.estimate == pytest.approx(sum(seen) / sum(size), abs=1e-4 if sum(seen) else 0.003)
        assert found.rank_lower.tolist() == [1] * len(seen)
        assert found.rank_upper.tolist() == [len(seen)] * len(seen)
    one = shrinkage.empirical_bayes([3, 4, 5], 10, kind=kind)  # one total for all units
    assert (
        one.estimate.tolist() == shrinkage.empirical_bayes([3, 4, 5], [10] * 3, kind=kind).estimate.tolist()
    )


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: funnel.proportion_limits(0, 0.5, 0.95),
        lambda: funnel.proportion_limits(10, 1.5, 0.95),
        lambda: funnel.proportion_limits(10, 0.5, 1),
        lambda: funnel.rate_limits(0, 0.95),
        lambda: funnel.rate_limits(-1, 0.95),
        lambda: funnel.rate_limits(5, 0),
        lambda: control_chart.p_chart([5, 2], [4, 4]),
        lambda: control_chart.p_chart([1], [0]),
        lambda: control_chart.u_chart([1, -1], [4, 4]),
        lambda: control_chart.g_chart([-1, 2]),
        lambda: control_chart.xmr([1, 2, 3], rebase=[3]),
        lambda: trend.chi_square([1, 5], [4, 4]),
        lambda: trend.chi_square([1], [4]),
        lambda: multiple_testing.false_discovery([0.5, 1.2]),
        lambda: multiple_testing.false_discovery([0.5], 1),
        lambda: shrinkage.empirical_bayes([5], [4]),
        lambda: shrinkage.empirical_bayes([5], [0], kind="rate"),
        lambda: shrinkage.empirical_bayes([1, 2], [4, 4], confidence=1.2),
        lambda: shrinkage.empirical_bayes([1, 2], [4, 4], kind="ratio"),
        lambda: shrinkage.empirical_bayes([1, np.inf], [4, 4], kind="rate"),
        lambda: funnel.proportion_limits(10, 0.5, phi=-1),
        lambda: funnel.rate_limits(10, between=np.nan),
        lambda: control_chart.xmr([1.0, 2.0, 3.0], fixed=0),
        lambda: control_chart.p_chart([1, 2], 4, confidence_sigma=-3),
        lambda: control_chart.u_chart([1, 2], 4, confidence_sigma=0),
        lambda: trend.chi_square([1, 2], 4, scores=[1, np.nan]),
        lambda: trend.chi_square([1, 2], 4).significant(95),
        lambda: multiple_testing.false_discovery([0.5, np.inf]),
    ],
)
def test_impossible_input_is_refused(impossible):
    with pytest.raises(ValueError, match=r"must|needs|cannot|there"):
        impossible()
