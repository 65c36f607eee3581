"""Whatever is handed to a method and is no count, share or time is refused with ValueError; what can be counted is not."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from indicators.statistics import (
    control_chart,
    difference,
    forecast,
    funnel,
    icons,
    intervals,
    multiple_testing,
    outliers,
    shrinkage,
    trend,
)

nan, inf = float("nan"), float("inf")
TEN = [3.0] * 10
MONTHS = [5.0] * 24
WHOLES = [50.0] * 24

# Of each function a call that is right, by keyword.
RIGHT = {
    intervals.proportion: {"count": 3, "total": 10, "confidence": 0.95},
    intervals.exact_proportion: {"count": 3, "total": 10, "confidence": 0.95},
    intervals.rate: {"events": 3, "exposure": 10, "confidence": 0.95},
    funnel.proportion_limits: {"total": 10, "centre": 0.3, "confidence": 0.998, "phi": 1, "between": 0},
    funnel.rate_limits: {"expected": 10, "confidence": 0.998, "phi": 1, "between": 0},
    funnel.overdispersion: {"z": TEN, "winsorised": 0.1},
    funnel.between_variance: {"estimate": TEN, "standard_error": TEN, "winsorised": 0.1},
    control_chart.xmr: {"values": TEN, "fixed": 5},
    control_chart.p_chart: {"count": TEN, "total": 10, "confidence_sigma": 3},
    control_chart.u_chart: {"events": TEN, "exposure": 10, "confidence_sigma": 3},
    control_chart.p_prime_chart: {"count": TEN, "total": 10},
    control_chart.u_prime_chart: {"events": TEN, "exposure": 10},
    control_chart.g_chart: {"between": TEN},
    control_chart.t_chart: {"between": TEN},
    trend.chi_square: {"count": [1, 2, 3], "total": [9, 9, 9], "scores": [1, 2, 3]},
    trend.from_intervals: {"value": [1, 2, 3], "lower": [0, 1, 2], "upper": [2, 3, 4], "scores": [1, 2, 3]},
    outliers.modified_z: {"values": TEN, "history": TEN},
    outliers.season_ratio: {"value": 3, "same_months": TEN},
    outliers.count_difference_z: {"first": 3, "second": 5},
    multiple_testing.false_discovery: {"p_values": [0.01, 0.5], "rate": 0.05},
    shrinkage.empirical_bayes: {"count": [1, 2, 3], "total": [9, 9, 9], "confidence": 0.95},
    forecast.trajectory: {"count": MONTHS, "total": WHOLES, "horizon": 3, "target": 0.2, "confidence": 0.95},
    forecast.backtest: {
        "count": MONTHS, "total": WHOLES, "horizon": 3, "first": 12, "step": 6, "confidence": 0.95,
    },
    difference.difference: {"after": (0.3, 0.2, 0.4), "before": (0.5, 0.4, 0.6)},
}  # fmt: skip
NO_NUMBERS = [
    "text",
    ["a", "b"],
    "0.5",
    b"3",
    {"a": 1},
    dt.date(2026, 1, 1),
    1j,
    [[1, 2], [3]],
    object(),
    inf,
    -inf,
]
# None stands for what may be left out.
OPTIONAL = {"fixed", "scores", "history", "target"}


def may_be_missing(work, key) -> bool:
    """Whether NaN and None are a period, unit or comparison without a number there."""
    module = work.__module__
    if key in (
        "confidence",
        "confidence_sigma",
        "phi",
        "winsorised",
        "rate",
        "horizon",
        "first",
        "step",
        "target",
    ):
        return False
    if work in (funnel.proportion_limits, funnel.rate_limits, outliers.count_difference_z):
        return False
    if module.endswith("funnel"):
        return key in ("z", "estimate", "standard_error")
    return module.endswith(("control_chart", "shrinkage", "forecast", "outliers", "multiple_testing"))


CASES = [
    pytest.param(work, key, wrong, id=f"{work.__name__}-{key}-{wrong!r:.20}")
    for work, right in RIGHT.items()
    for key in right
    for wrong in [
        *NO_NUMBERS,
        *([] if may_be_missing(work, key) else [nan]),
        *([] if key in OPTIONAL or may_be_missing(work, key) else [None]),
    ]
]


@pytest.mark.parametrize("work", RIGHT, ids=lambda work: work.__name__)
def test_the_right_call_is_answered(work):
    work(**RIGHT[work])


@pytest.mark.parametrize(("work", "key", "wrong"), CASES)
def test_what_is_no_number_is_refused(work, key, wrong):
    with pytest.raises(ValueError):  # noqa: PT011 – by whichever check comes first
        work(**RIGHT[work] | {key: wrong})


IMPOSSIBLE = [
    (intervals.proportion, {"count": 11}),
    (intervals.proportion, {"count": -1}),
    (intervals.proportion, {"total": 0}),
    (intervals.proportion, {"count": [1, 2], "total": [9, 9, 9]}),
    (intervals.exact_proportion, {"count": 11}),
    (intervals.exact_proportion, {"total": -3}),
    (intervals.rate, {"events": -1}),
    (intervals.rate, {"exposure": 0}),
    (funnel.proportion_limits, {"total": 0}),
    (funnel.proportion_limits, {"centre": 1.2}),
    (funnel.proportion_limits, {"phi": -1}),
    (funnel.proportion_limits, {"total": [1, 2], "centre": [0.1, 0.2, 0.3]}),
    (funnel.rate_limits, {"expected": 0}),
    (funnel.overdispersion, {"winsorised": 0.5}),
    (funnel.between_variance, {"standard_error": -1}),
    (control_chart.xmr, {"values": 3}),
    (control_chart.xmr, {"fixed": 1}),
    (control_chart.xmr, {"fixed": 2.5}),
    (control_chart.p_chart, {"count": 11}),
    (control_chart.p_chart, {"total": 0}),
    (control_chart.p_chart, {"confidence_sigma": 0}),
    (control_chart.p_chart, {"count": TEN, "total": [10] * 9}),
    (control_chart.u_chart, {"exposure": -1}),
    (control_chart.g_chart, {"between": [3, -1]}),
    (control_chart.t_chart, {"between": [3, -1]}),
    (trend.chi_square, {"count": [1], "total": [9], "scores": None}),
    (trend.chi_square, {"total": [9, 9]}),
    (trend.chi_square, {"count": [1, 2, 10]}),
    (trend.chi_square, {"scores": [1, 1, 1]}),
    (trend.from_intervals, {"upper": [0, 1, 2]}),
    (multiple_testing.false_discovery, {"p_values": [0.1, 1.1]}),
    (multiple_testing.false_discovery, {"p_values": [-0.1]}),
    (multiple_testing.false_discovery, {"rate": 1}),
    (shrinkage.empirical_bayes, {"count": [], "total": []}),
    (shrinkage.empirical_bayes, {"count": [1, 2, 10]}),
    (shrinkage.empirical_bayes, {"kind": "share"}),
    (shrinkage.empirical_bayes, {"count": 3, "total": 9}),
    (forecast.trajectory, {"horizon": -1}),
    (forecast.trajectory, {"horizon": 1.5}),
    (forecast.trajectory, {"operator": "about"}),
    (forecast.trajectory, {"operator": ["<="]}),
    (forecast.trajectory, {"target": 1.5}),
    (forecast.trajectory, {"kind": "ratio"}),
    (forecast.trajectory, {"count": [60.0] * 24}),
    (forecast.backtest, {"step": 0}),
    (forecast.backtest, {"first": 3}),
    (difference.difference, {"after": (0.3, 0.4, 0.5)}),
    (difference.difference, {"after": (0.3, 0.2)}),
]  # fmt: skip


@pytest.mark.parametrize(("work", "changed"), IMPOSSIBLE)
def test_what_cannot_be_is_refused(work, changed):
    with pytest.raises(ValueError):  # noqa: PT011
        work(**RIGHT[work] | changed)


@pytest.mark.parametrize("level", [None, "95", nan, inf, 0, 1, 95, -0.5, [0.95, 1.0], True])
@pytest.mark.parametrize(
    "work", [work for work, right in RIGHT.items() if "confidence" in right], ids=lambda one: one.__name__
)
def test_a_confidence_lies_between_0_and_1(work, level):
    with pytest.raises(ValueError):  # noqa: PT011
        work(**RIGHT[work] | {"confidence": level})
    if work is trend.chi_square:
        with pytest.raises(ValueError, match="confidence"):
            trend.chi_square([1, 2], [9, 9]).significant(level)


@pytest.mark.parametrize(("rebase", "dates"), [("x", None), (0, None), (10, None), (2.5, None), ("2026", TEN),
    (202605, None), (dt.date(2026, 5, 1), list(range(10))), (3, TEN[:4])])  # fmt: skip
def test_a_rebase_that_is_no_place_in_the_series_is_refused(rebase, dates):
    with pytest.raises(ValueError):  # noqa: PT011
        control_chart.xmr(TEN, rebase=rebase, dates=dates)


def test_no_rebase_may_be_said_as_none():
    assert np.array_equal(control_chart.xmr(TEN, rebase=None).centre, control_chart.xmr(TEN).centre)


@pytest.mark.parametrize("target", [None, "0.5", nan])
def test_assurance_needs_a_target(target):
    with pytest.raises(ValueError, match="target"):
        icons.assurance(control_chart.xmr(TEN), target, True)


WAYS = [list, tuple, np.array, pd.Series, lambda values: pd.Series(values, dtype="Float64"),
        lambda values: np.ma.array(values), lambda values: np.array([Fraction(one) for one in values])]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_lists_series_and_arrays_say_the_same(way):
    count, total = [0.0, 3.0, 10.0], [10.0, 10.0, 10.0]
    for work in (intervals.proportion, intervals.exact_proportion, intervals.rate):
        for found, wanted in zip(work(way(count), way(total)), work(count, total), strict=True):
            assert isinstance(found, np.ndarray)
            assert found.shape == (3,)
            assert np.array_equal(found, wanted)
    assert np.array_equal(funnel.rate_limits(way(total)), funnel.rate_limits(total))
    assert np.array_equal(outliers.modified_z(way(count)), outliers.modified_z(count))
    assert np.array_equal(
        control_chart.p_chart(way(count), way(total)).upper, control_chart.p_chart(count, total).upper
    )
    assert multiple_testing.false_discovery(way([0.01, 0.5])).rejected.tolist() == [True, False]


def test_what_is_missing_in_a_series_is_a_period_without_a_number():
    plain = control_chart.xmr([3, nan, 5, 4])
    for series in (
        [3, None, 5, 4],
        pd.Series([3, None, 5, 4], dtype="Int64"),
        np.ma.array([3, 99, 5, 4], mask=[0, 1, 0, 0]),
    ):
        assert np.array_equal(control_chart.xmr(series).upper, plain.upper, equal_nan=True)


def test_tables_keep_their_shape_and_one_number_stands_for_all():
    count, total = np.array([[0, 3, 10], [1, 5, 9]]), np.array([[10, 10, 10], [20, 20, 20]])
    for work in (intervals.proportion, intervals.exact_proportion, intervals.rate):
        lower, upper = work(count, total)
        assert lower.shape == upper.shape == (2, 3)
        assert np.isclose(lower[1, 2], work(9, 20)[0])
        assert np.isclose(upper[1, 2], work(9, 20)[1])
        assert np.allclose(work(count, 30)[1], work(count, np.full((2, 3), 30))[1])
    assert funnel.proportion_limits(total, 0.3)[0].shape == (2, 3)
    assert outliers.modified_z(count).shape == (2, 3)
    found = multiple_testing.false_discovery([[0.001, 0.9], [nan, 0.04]])
    assert found.rejected.tolist() == [[True, False], [False, False]]


def test_a_confidence_for_each_number():
    """95% and 99.8% limits at once are those asked for one by one."""
    levels = [0.95, 0.998]
    for work, given in ((intervals.proportion, (7, 30)), (intervals.exact_proportion, (7, 30)),
                        (intervals.rate, (7, 30)), (intervals.rate, (70, 30)),
                        (funnel.proportion_limits, (30, 0.4)), (funnel.rate_limits, (30,))):  # fmt: skip
        lower, upper = work(*given, levels)
        for place, level in enumerate(levels):
            one = work(*given, level)
            assert (lower[place], upper[place]) == pytest.approx((float(one[0]), float(one[1])), rel=1e-12)


def test_of_nothing_nothing_comes():
    for lower, upper in (
        intervals.proportion([], []), intervals.exact_proportion([], []), intervals.rate([], []),
        funnel.proportion_limits([], 0.3), funnel.rate_limits([]),
    ):  # fmt: skip
        assert lower.shape == upper.shape == (0,)
    for work in (control_chart.xmr, control_chart.g_chart, control_chart.t_chart):
        assert work([]).centre.shape == (0,)
    for work in (control_chart.p_chart, control_chart.u_chart, control_chart.p_prime_chart):
        assert work([], []).special_causes == ()
    assert outliers.modified_z([]).shape == (0,)
    assert multiple_testing.false_discovery([]).rejected.shape == (0,)
    assert np.isnan(funnel.overdispersion([]))
    assert funnel.between_variance([], []) == 0.0
