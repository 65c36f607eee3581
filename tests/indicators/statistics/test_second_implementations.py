"""Thousands of random inputs against plain second implementations: the formulas as their references print them, in loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from indicators.statistics import control_chart, funnel, icons, intervals, multiple_testing, outliers, trend

MANY = 2000
CONFIDENCES = (0.8, 0.9, 0.95, 0.998)


@pytest.fixture
def random():
    return np.random.default_rng(20211219)


def pairs(random, size=MANY):
    """Counts and totals of every size, nothing and everything among them."""
    total = np.maximum(1, np.round(10 ** random.uniform(0, 7, size)))
    count = np.round(total * random.choice([0, 1, 0.5, 0.01, 0.99, 0.3], size) * random.uniform(0.5, 1, size))
    return np.where(random.random(size) < 0.05, total, count), total


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_wilson_as_phe_writes_it(random, confidence):
    """PHEindicatormethods, `wilson_lower` and `wilson_upper`."""
    z = stats.norm.ppf(confidence + (1 - confidence) / 2)
    count, total = pairs(random)
    root = z * np.sqrt(z**2 + 4 * count * (1 - count / total))
    wanted = [(2 * count + z**2 + sign * root) / 2 / (total + z**2) for sign in (-1, 1)]
    np.testing.assert_allclose(intervals.proportion(count, total, confidence), wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_clopper_pearson_is_the_share_at_which_the_binomial_tail_is_as_rare(random, confidence):
    count, total = pairs(random)
    lower, upper = intervals.exact_proportion(count, total, confidence)
    tail, some, rest = (1 - confidence) / 2, count > 0, count < total
    np.testing.assert_allclose(stats.binom.sf(count[some] - 1, total[some], lower[some]), tail, rtol=1e-5)
    np.testing.assert_allclose(stats.binom.cdf(count[rest], total[rest], upper[rest]), tail, rtol=1e-5)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_rates_as_phe_writes_them(random, confidence):
    """PHEindicatormethods, `phe_rate`: Byar from ten events, exact by χ² below; whole numbers or not."""
    z = stats.norm.ppf(confidence + (1 - confidence) / 2)
    events = np.where(random.random(MANY) < 0.5, random.integers(0, 30, MANY), random.uniform(0, 5e4, MANY))
    exposure = random.uniform(0.1, 1e6, MANY)
    lower, upper = intervals.rate(events, exposure, confidence)
    for x, n, low, high in zip(events.tolist(), exposure.tolist(), lower, upper, strict=True):
        if x < 10:
            tail = (1 - confidence) / 2
            below = stats.chi2.ppf(tail, 2 * x) / 2 if x else 0.0
            above = stats.chi2.ppf(1 - tail, 2 * x + 2) / 2
        else:
            below = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3
            above = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3
        assert (low, high) == (pytest.approx(below / n, rel=1e-9), pytest.approx(above / n, rel=1e-9))


@pytest.mark.parametrize("p", [0.975, 0.999])
def test_funnels_of_shares_as_phe_writes_them(random, p):
    """PHEindicatormethods, `sigma_adjustment`, cut at nothing and the whole."""
    n, av, q2 = (
        np.round(10 ** random.uniform(0, 6, MANY)),
        random.uniform(0.02, 0.98, MANY),
        stats.norm.ppf(p) ** 2,
    )
    first, last = av * (n / q2 + 1), 1 / q2 + 1 / n
    inside = (8 * first) ** 2 - 64 * last * av * (n * (av * (n / q2 + 2) - 1) + q2 * (av - 1))
    wanted = [np.clip((first + sign * np.sqrt(inside) / 8) / last / n, 0, 1) for sign in (-1, 1)]
    np.testing.assert_allclose(funnel.proportion_limits(n, av, 2 * p - 1), wanted, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_funnels_of_rates_turn_the_exact_interval_round(random, confidence):
    """PHEindicatormethods, `poisson_funnel`: at the expected count that bounds the interval of the observed one."""
    observed = np.concatenate([np.arange(1, 200), np.round(10 ** random.uniform(2, 9, 400))])
    tail = (1 - confidence) / 2
    above, below = stats.chi2.ppf(1 - tail, 2 * observed + 2) / 2, stats.chi2.ppf(tail, 2 * observed) / 2
    np.testing.assert_allclose(funnel.rate_limits(above, confidence)[0], observed / above, rtol=1e-9)
    np.testing.assert_allclose(funnel.rate_limits(below, confidence)[1], observed / below, rtol=1e-9)


def test_funnels_of_rates_stay_in_order_for_any_size():
    expected = np.geomspace(1e-6, 1e15, 300)
    lower, upper = funnel.rate_limits(expected, 0.998)
    assert np.all((lower >= 0) & (lower < 1) & (upper > 1) & np.isfinite(upper))
    assert np.all(np.diff(upper) <= 0)
    assert np.all(np.diff(lower) >= 0)


def plain_xmr(values):
    """NHSRplotthedots, `ptd_spc_standard` and `ptd_calculate_point_type`, point by point: limits, and what is marked."""
    n, mean = len(values), sum(values) / len(values)
    ranges = [abs(a - b) for a, b in zip(values[1:], values[:-1], strict=True)]
    screened = [one for one in ranges if one < 3.267 * sum(ranges) / len(ranges)]
    width = 2.66 * sum(screened) / len(screened)
    side = [(one > mean) - (one < mean) for one in values]
    outside = [abs(one - mean) > width for one in values]
    near = [not out and abs(one - mean) > width * 2 / 3 for one, out in zip(values, outside, strict=True)]
    marked = list(outside)
    for start in range(n - 6):
        steps = [values[k + 1] - values[k] for k in range(start, start + 6)]
        shift = abs(sum(side[start : start + 7])) == 7
        if shift or all(one > 0 for one in steps) or all(one < 0 for one in steps):
            marked[start : start + 7] = [True] * 7
    for start in range(n - 2):
        three = slice(start, start + 3)
        if sum(near[three]) >= 2 and abs(sum(side[three])) == 3:
            for k in range(start, start + 3):
                marked[k] |= near[k]
    return mean, mean - width, mean + width, marked, side


def test_individual_values_point_by_point(random):
    for _ in range(300):
        values = np.cumsum(random.normal(0, random.uniform(0, 1), random.integers(3, 40)))
        values += random.normal(0, 1, values.size) + random.uniform(-100, 100)
        mean, lower, upper, marked, side = plain_xmr(values.tolist())
        chart = control_chart.xmr(values)
        np.testing.assert_allclose(
            [chart.centre[0], chart.lower[0], chart.upper[0]], [mean, lower, upper], rtol=1e-9
        )
        assert chart.special.tolist() == marked
        assert [bool(one) for one in chart.special_causes] == marked
        told = ["common cause", "improvement", "concern"]
        wanted = [told[0 if not mark else 1 if at > 0 else 2] for mark, at in zip(marked, side, strict=True)]
        assert icons.variation(chart, True).tolist() == wanted


def test_charts_of_counts_point_by_point(random):
    """Montgomery's limits and Laney's σ_z, in loops."""
    for _ in range(200):
        n = random.integers(20, 400, random.integers(3, 30)).tolist()
        k = [int(random.binomial(one, 0.3)) for one in n]
        share = sum(k) / sum(n)
        sigma = [math.sqrt(share * (1 - share) / one) for one in n]
        z = [(a / b - share) / s for a, b, s in zip(k, n, sigma, strict=True)]
        laney = sum(abs(a - b) for a, b in zip(z[1:], z[:-1], strict=True)) / (len(z) - 1) / 1.128
        for chart, wide in ((control_chart.p_chart(k, n), 1.0), (control_chart.p_prime_chart(k, n), laney)):
            assert chart.centre[0] == pytest.approx(share)
            assert chart.upper.tolist() == pytest.approx([min(share + 3 * s * wide, 1) for s in sigma])
            assert chart.lower.tolist() == pytest.approx([max(share - 3 * s * wide, 0) for s in sigma])
        chart = control_chart.u_chart(k, n)
        assert chart.upper.tolist() == pytest.approx([share + 3 * math.sqrt(share / one) for one in n])


@pytest.mark.parametrize("chart", ["xmr", "t_chart", "p_chart", "u_chart", "p_prime_chart", "u_prime_chart"])
def test_what_never_varies_has_no_special_cause_of_rounding(random, chart):
    """0.1 has no exact sum: the mean of many may differ from each by the last digit."""
    for _ in range(200):
        one, months = float(10 ** random.uniform(-6, 6)), int(random.integers(2, 40))
        given = ([one] * months,) if chart in ("xmr", "t_chart") else ([one] * months, [3 * one] * months)
        assert not getattr(control_chart, chart)(*given).special.any()


def test_trends_in_whole_numbers(random):
    """Armitage 1955 as Fingertips computes it: N (N Σrt − R Σnt)² / (R (N − R) (N Σnt² − (Σnt)²))."""
    for _ in range(500):
        n = [int(one) for one in random.integers(5, 5000, random.integers(2, 9))]
        r = [int(random.integers(0, one + 1)) for one in n]
        t = range(1, len(n) + 1)
        N, R = sum(n), sum(r)  # noqa: N806
        rt, nt = sum(a * b for a, b in zip(r, t, strict=True)), sum(a * b for a, b in zip(n, t, strict=True))
        ntt = sum(a * b * b for a, b in zip(n, t, strict=True))
        below = R * (N - R) * (N * ntt - nt**2)
        wanted = N * (N * rt - R * nt) ** 2 / below if below else 0.0
        assert float(trend.chi_square(r, n)) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_false_discoveries_one_by_one(random):
    """Benjamini and Hochberg's step-up in loops."""
    for _ in range(300):
        p = random.beta(random.uniform(0.1, 1), 2, random.integers(1, 60)).tolist()
        order = sorted(range(len(p)), key=p.__getitem__)
        passing = [rank for rank, place in enumerate(order, 1) if p[place] <= 0.05 * rank / len(p)]
        wanted = set(order[: max(passing, default=0)])
        found = multiple_testing.false_discovery(p, 0.05)
        assert set(np.flatnonzero(found.rejected).tolist()) == wanted
        assert set(np.flatnonzero(found.adjusted <= 0.05).tolist()) == wanted


def test_modified_z_one_by_one(random):
    """0.6745 (x − median) / median |x − median|, as DHIS2 and Iglewicz and Hoaglin have it."""

    def middle(values):
        ordered, half = sorted(values), len(values) // 2
        return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2

    for _ in range(300):
        values = random.lognormal(3, 1, random.integers(3, 60)).tolist()
        centre = middle(values)
        away = middle([abs(one - centre) for one in values])
        wanted = [0.6745 * (one - centre) / away for one in values]
        assert outliers.modified_z(values).tolist() == pytest.approx(wanted)


def test_winsorised_dispersion_in_a_loop(random):
    """Spiegelhalter 2005: the extreme tenths set to the tenth's own value, then φ = Σ z² / I."""
    for _ in range(200):
        z = random.normal(0, 2, 10 * random.integers(1, 9) + 1)
        ordered, tenth = np.sort(z), (z.size - 1) // 10
        wanted = np.mean([min(max(one, ordered[tenth]), ordered[-tenth - 1]) ** 2 for one in z])
        assert funnel.overdispersion(z) == pytest.approx(wanted)
