"""Trends and many comparisons with published results."""

from __future__ import annotations

import pytest

from indicators.statistics import multiple_testing, trend

# Fleiss JL. Statistical methods for rates and proportions. 2nd ed. Wiley 1981, p. 139: smokers among lung cancer patients of
# four studies; R's documentation of prop.trend.test prints X-squared = 8.2249, p-value = 0.004132.
SMOKERS, PATIENTS = [83, 90, 129, 70], [86, 93, 136, 82]

# Public Health England's Fingertips, the cases of its own test of trend markers (fingertips-open): at 99.8%.
FINGERTIPS = [
    ([621, 599, 556, 535, 447], [3454, 3195, 3256, 3227, 3121], "decreasing"),
    ([2157, 2090, 2194, 2134.81, 2094], [3454, 3195, 3256, 3152, 3062], "increasing"),
    ([8116, 8145, 8222, 8506, 8728], [91530, 91773, 92088, 92238, 92665.89], "increasing"),
    ([5, 7, 6, 8, 8, 9], [22, 35, 42, 50, 100, 200], "decreasing"),
    ([5405, 5500, 5435, 5480, 5315], [18095, 18170, 18005, 17890, 17860], "no change"),
    ([5645, 5405, 5500, 5435, 5480, 5315], [18285, 18095, 18170, 18005, 17890, 17860], "no change"),
    ([22435, 22445, 21365, 20955, 19055], [65880, 67900, 68705, 69835, 70910], "decreasing"),
]

# The same of Fingertips, with the χ² that its tests print: `TrendMarkerCalculatorTest` (two digits) and
# `WhenUsingTrendMarkerCalculator` (four). Periods in their order.
CHI_SQUARES = [
    ([994, 1023, 1199, 1332, 1367], [40299, 41527, 42811, 44064, 44701], 47.90, 2),
    ([5, 7, 6, 7, 8, 10], [22, 35, 42, 48, 54, 150], 8.0237, 4),
    ([5405, 5500, 5435, 5480, 5315], [18095, 18170, 18005, 17890, 17860], 0.018, 4),
    ([5645, 5405, 5500, 5435, 5480, 5315], [18285, 18095, 18170, 18005, 17890, 17860], 1.3987, 4),
    (
        [5455, 5645, 5405, 5500, 5435, 5480, 5315],
        [18590, 18285, 18095, 18170, 18005, 17890, 17860],
        0.3925,
        4,
    ),
    ([22435, 22445, 21365, 20955, 19055], [65880, 67900, 68705, 69835, 70910], 978.2845, 4),
]

# The first of these as other indicators than shares are looked at, by values and their intervals: χ² 46.77.
VALUES = [24.67, 24.6, 28, 30.2, 30.6]
LOWER, UPPER = [23.16, 23.15, 26.44, 28.63, 28.98], [26.25, 26.19, 29.64, 31.9, 32.25]
# And five that it finds no trend in.
LEVEL = [20.5506, 19.5952, 19.0349, 21.3966, 18.4372]
LEVEL_LOWER = [18.1803, 17.3444, 16.8421, 19.0918, 16.2925]
LEVEL_UPPER = [23.1427, 22.0602, 21.4394, 23.8975, 20.7941]

# FingertipsNext's tests of its trends (Department of Health and Social Care): all of England, five years, oldest first.
ENGLAND = [
    (
        [3455176, 3491868, 3625401, 3774801, 3938080],
        [48783947, 49122259, 49956777, 50649129, 51441896],
        "increasing",
    ),
    ([57274, 55865, 53681, 51767, 53185], [61834, 60511, 59074, 57508, 59028], "decreasing"),
]

# Benjamini & Hochberg 1995, section 2.2: fifteen comparisons of thrombolysis after myocardial infarction. At 5% the
# procedure rejects the four smallest, where Bonferroni rejects three.
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_smokers():
    found = trend.chi_square(SMOKERS, PATIENTS)
    assert found == pytest.approx(8.2249, abs=0.00005)
    assert found.p_value == pytest.approx(0.004132, abs=5e-7)


@pytest.mark.parametrize(("count", "total", "marker"), FINGERTIPS)
def test_trend_markers_of_fingertips(count, total, marker):
    found = trend.chi_square(count, total)
    direction = "increasing" if found.slope > 0 else "decreasing"
    assert (direction if found.significant() else "no change") == marker


@pytest.mark.parametrize(("count", "total", "printed", "digits"), CHI_SQUARES)
def test_chi_squares_of_fingertips(count, total, printed, digits):
    assert round(float(trend.chi_square(count, total)), digits) == pytest.approx(printed, abs=1e-9)


def test_chi_square_of_values_known_by_their_intervals():
    found = trend.from_intervals(VALUES, LOWER, UPPER)
    assert round(float(found), 2) == 46.77
    assert found.significant()
    assert found.steady
    level = trend.from_intervals(LEVEL, LEVEL_LOWER, LEVEL_UPPER)
    assert not (level.significant() and level.steady)


@pytest.mark.parametrize(("count", "total", "marker"), ENGLAND)
def test_trends_of_england(count, total, marker):
    found = trend.chi_square(count, total)
    assert found.significant()
    assert found.steady
    assert ("increasing" if found.slope > 0 else "decreasing") == marker


def test_a_trend_that_hangs_on_one_period_is_not_steady():
    """By hand: 100, 100, 100, 100, 110 of 1,000 rises only by its last year; without it, the slope is 0 or falls."""
    assert not trend.chi_square([101, 100, 100, 99, 150], [1000] * 5).steady


def test_false_discoveries():
    found = multiple_testing.false_discovery(THROMBOLYSIS[::-1], 0.05)
    assert found.rejected.tolist() == [False] * 11 + [True] * 4
    # By hand: the fourth smallest, 0.0095 × 15 / 4.
    assert found.adjusted[-4] == pytest.approx(0.035625)
