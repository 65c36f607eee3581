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


def test_false_discoveries():
    found = multiple_testing.false_discovery(THROMBOLYSIS[::-1], 0.05)
    assert found.rejected.tolist() == [False] * 11 + [True] * 4
    # By hand: the fourth smallest, 0.0095 × 15 / 4.
    assert found.adjusted[-4] == pytest.approx(0.035625)
