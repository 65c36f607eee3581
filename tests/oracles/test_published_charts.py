"""Control charts with published data and published limits."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.statistics import control_chart, icons, runs

# The twenty numbers of R's `set.seed(123); rnorm(20)`, which NHSRplotthedots (NHS-R community) charts in its own tests;
# centre and limits as its snapshots `ptd_spc_standard.md` and `ptd_spc.md` print them.
NHS = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285,
    -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716,
    0.70135590, -0.47279141,
]  # fmt: skip

# Montgomery DC. Introduction to statistical quality control. 6th ed. Wiley 2009: example 7.1, cans of orange juice, 50 a
# sample (limits 0.0524 and 0.4102 about 0.2313; samples 15 and 23 out of control); and example 7.5, nonconformities on
# five computers a sample (1.93; limits 0.07 and 3.79).
CANS = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]


@pytest.mark.parametrize(
    ("values", "centre", "lower", "upper"),
    [(NHS, 0.142, -3.01, 3.29), (NHS[:10], 0.0746, -2.60, 2.75), (NHS[10:], 0.209, -3.28, 3.70)],
)
def test_individual_values_as_the_nhs_charts_them(values, centre, lower, upper):
    chart = control_chart.xmr(values)
    assert chart.centre[0] == pytest.approx(centre, abs=0.0006)
    assert (chart.lower[0], chart.upper[0]) == (
        pytest.approx(lower, abs=0.006),
        pytest.approx(upper, abs=0.006),
    )
    assert not chart.special.any()  # the snapshots count twenty (ten) points of common cause


def test_screening_ranges_narrows_the_limits_and_a_rebase_starts_them_anew():
    """The further statements of NHSRplotthedots' own tests on the same data."""
    spiked = [*NHS[:14], 10.0, *NHS[15:]]
    with_it, without = control_chart.xmr(spiked, screen=False), control_chart.xmr(spiked, screen=True)
    assert with_it.upper[0] - with_it.lower[0] > without.upper[0] - without.lower[0]
    rebased = control_chart.xmr(NHS, rebase=[10])
    assert (rebased.centre[0], rebased.centre[-1]) == (
        pytest.approx(0.0746, abs=0.00006),
        pytest.approx(0.209, abs=0.0006),
    )
    assert control_chart.xmr(NHS, fixed=12).upper[0] != control_chart.xmr(NHS).upper[0]


def test_near_the_limits_on_opposite_sides_is_no_special_cause():
    values = [1, -1] * 7 + [5.5, -5.5]
    assert not control_chart.xmr(values).special[-2:].any()


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ([1, 2, 3, 4, 5, 6, 7], [True] * 7),
        ([1, 2, 3, 3, 4, 5, 6], [False] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [False] + [True] * 7 + [False]),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [False] + [True] * 7 + [False]),
        ([1, 2, 3, 4, 5, 6], [False] * 6),
    ],
)
def test_trend_of_seven_points(values, marked):
    """The cases of NHSRplotthedots' tests of its rule."""
    assert control_chart.xmr(values).trend.tolist() == marked


@pytest.mark.parametrize(
    ("close", "marked"),
    [
        ([1, 0, 1], [0, 2]),
        ([0, 1, 1], [1, 2]),
        ([1, 1, 0], [0, 1]),
        ([0, 0, 1, 0, 1, 0, 0], [2, 4]),
        ([0, 0, 1, 1, 0, 0, 0], [2, 3]),
        ([1, 0, 0, 1], []),
        ([1, 0, 0, 1, 1], [3, 4]),
    ],
)
def test_two_of_three_near_a_limit(close, marked):
    """The cases of NHSRplotthedots' tests of its rule (`ptd_part_of_two_in_three`), all points on one side."""
    side, near = np.ones(len(close), np.int8), np.array(close, bool)
    _, _, two = runs.special_causes(np.arange(len(close), dtype=float) % 2, side, near)
    assert np.flatnonzero(two).tolist() == marked


@pytest.mark.parametrize(
    ("wants_more", "target", "assured"),
    [(True, 0.5, "inconsistent"), (True, 3.5, "consistently failing"), (False, 3.5, "consistently passing")],
)
def test_assurance_as_the_nhs_has_it(wants_more, target, assured):
    """The numbers with limits −3.01 to 3.29 and the target 0.5 of NHSRplotthedots' snapshot; and a target above them."""
    assert icons.assurance(control_chart.xmr(NHS), target, wants_more) == assured


def test_cans_of_orange_juice():
    chart = control_chart.p_chart(CANS, [50] * 30)
    assert chart.centre[0] == pytest.approx(0.2313, abs=0.00005)
    assert (chart.lower[0], chart.upper[0]) == (
        pytest.approx(0.0524, abs=0.0001),
        pytest.approx(0.4102, abs=0.0001),
    )
    assert np.flatnonzero(chart.outside).tolist() == [14, 22]


def test_computers():
    chart = control_chart.u_chart(COMPUTERS, [5] * 20)
    assert chart.centre[0] == pytest.approx(1.93)
    assert (chart.lower[0], chart.upper[0]) == (
        pytest.approx(0.07, abs=0.005),
        pytest.approx(3.79, abs=0.005),
    )
    assert not chart.outside.any()
