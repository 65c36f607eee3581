"""Funnel points as Public Health England publishes them, to the digits they print.

PHEindicatormethods (R package, UKHSA), its test tables `testdata_funnel_prop_outputs.csv` (shares, baseline 80.642448%),
`testdata_funnel_ratio_outputs.csv` (ratios: expected events at which a limit is met by the observed count) and
`testdata_funnel_prop_inputs.csv` (areas of the 2000s and on which side of which limit each lies).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from indicators.statistics import funnel

# population, lower and upper 95%, lower and upper 99.8%, in percent
SHARES = [
    (1, 3.204264, 100, 0, 100),
    (3, 35.933491, 100, 10.150815, 100),
    (10, 56.154344, 100, 42.03259, 100),
    (20, 63.326743, 97.958152, 53.341156, 100),
    (41, 68.548635, 92.73626, 61.574398, 99.710497),
    (50, 69.691035, 91.593861, 63.375595, 97.909301),
    (102, 72.974925, 88.309971, 68.553233, 92.731663),
    (211, 75.311383, 85.973512, 72.237075, 89.04782),
    (539, 77.306949, 83.977947, 75.38344, 85.901456),
    (1008, 78.203374, 83.081521, 76.796814, 84.488082),
    (4818, 79.526814, 81.758082, 78.883452, 82.401444),
    (9998, 79.867989, 81.416907, 79.421375, 81.863521),
    (43036, 80.269164, 81.015732, 80.053899, 81.230996),
    (110000, 80.408963, 80.875933, 80.274317, 81.010578),
]
BASELINE = 0.80642448

# observed; 95%: expected at the lower limit, ratio %, expected at the upper, ratio %; 99.8%: the same four
RATIOS = [
    (
        1,
        5.571644585,
        17.94802207,
        0.025317898,
        3949.774946,
        9.233410143,
        10.83023482,
        0.001000547,
        99945.32721,
    ),
    (2, 7.224687515, 27.6828582, 0.242209467, 825.7315569, 11.22886836, 17.81123382, 0.04540199, 4405.093268),
    (5, 11.6683331, 42.85102213, 1.623486324, 307.979188, 16.45474478, 30.38637225, 0.739371928, 676.2496398),
    (
        9,
        17.08479966,
        52.67840524,
        4.11537405,
        218.6921502,
        22.65737951,
        39.72215762,
        2.452425215,
        366.9836676,
    ),
    (
        10,
        18.39035799,
        54.3763205,
        4.795387629,
        208.5337156,
        24.13397235,
        41.43536693,
        2.960519925,
        337.778507,
    ),
    (
        25,
        36.90492768,
        67.74163118,
        16.17868501,
        154.5243014,
        44.63607076,
        56.00851413,
        12.33695202,
        202.6432458,
    ),
    (
        100,
        121.6268111,
        82.21871402,
        81.36400699,
        122.9044681,
        134.9243187,
        74.11562345,
        71.92139974,
        139.0406755,
    ),
    (
        261,
        294.6611243,
        88.57632665,
        230.293337,
        113.3337175,
        314.8817384,
        82.88826191,
        213.9104845,
        122.0136547,
    ),
    (
        716,
        770.4222128,
        92.93605352,
        664.5083011,
        107.7488421,
        802.60414,
        89.20960712,
        636.1521174,
        112.5516964,
    ),
]

# Rates: PHEindicatormethods, `testdata_funnel_rate_outputs.csv`: three years of data about 116.1720835 per 100,000.
# events; people in one year at which they meet the lower 95% limit, that limit per 100,000; the same of the upper 95%, of the
# lower and of the upper 99.8%.
RATES = [
    (1, 1598.675694, 20.85059119, 7.264481402, 4588.535848, 2649.348525, 12.58170943, 0.287087625, 116108.569),
    (2, 2072.984403, 32.15975314, 69.49732367, 959.2695538, 3221.906682, 20.69168143, 13.02722321, 5117.48863),
    (3, 2515.599722, 39.75195225, 177.5159418, 563.3296872, 3747.958682, 26.68119061, 54.66984838, 1829.161832),
    (7, 4138.308358, 56.38374745, 807.5272621, 288.9479332, 5631.352523, 41.43468774, 436.2310727, 534.8847158),
    (10, 5276.757672, 63.17010446, 1375.943768, 242.2579623, 6924.776769, 48.13632908, 849.4639547, 392.4043292),
    (25, 10589.15549, 78.69686435, 4642.160872, 179.5141005, 12807.45753, 65.06625781, 3539.849864, 235.4148807),
    (49, 18587.54012, 87.87248461, 10401.37233, 157.0305612, 21440.7871, 76.17879537, 8659.019991, 188.6279666),
    (99, 34583.45945, 95.42133877, 23087.10848, 142.9369123, 38382.78582, 85.97604186, 20393.92315, 161.8129075),
    (257, 83329.80836, 102.8043486, 65000.41486, 131.7940306, 89091.53139, 96.15579094, 60339.9203, 141.9734502),
    (643, 199324.5906, 107.5297999, 170509.7588, 125.7015052, 208104.8771, 102.992941, 162827.4817, 131.6321613),
    (1360, 411529.9259, 110.158048, 369759.5622, 122.6021934, 424043.2424, 106.9073359, 358342.3275, 126.5084525),
]  # fmt: skip
BASELINE_RATE, YEARS = 116.1720835, 3

# numerator, denominator, where the published table puts the area
AREAS = [
    (35078.488, 41980, "high 99.8"),
    (24803.6256, 31824, "low 99.8"),
    (50050.7443, 61921, "within"),
    (24648.7596, 30521, "within"),
    (26789.238, 33012, "high 95"),
    (36850.0492, 45449, "high 95"),
    (30277.5312, 37828, "low 95"),
    (18504.9982, 22739, "high 95"),
    (67289.976, 87435, "low 99.8"),
]


@pytest.mark.parametrize(("population", "low95", "high95", "low998", "high998"), SHARES)
def test_limits_of_shares(population, low95, high95, low998, high998):
    for confidence, wanted in ((0.95, (low95, high95)), (0.998, (low998, high998))):
        found = funnel.proportion_limits(population, BASELINE, confidence)
        assert np.allclose(
            np.array(found) * 100, wanted, atol=2e-6
        )  # the baseline itself is printed to 6 digits


@pytest.mark.parametrize("row", RATIOS)
def test_limits_of_ratios(row):
    for confidence, (below, low, above, high) in ((0.95, row[1:5]), (0.998, row[5:9])):
        lower, _ = funnel.rate_limits(below, confidence)
        _, upper = funnel.rate_limits(above, confidence)
        # The table's own search for the expected counts stops at about a millionth, near 0 at a ten-thousandth of them:
        # scipy's χ² gives 5.571643 where it prints 5.571645, and 0.0010005 where it prints 0.0010005(47).
        assert lower * 100 == pytest.approx(low, rel=2e-6)
        assert upper * 100 == pytest.approx(high, rel=2e-6 if above > 0.1 else 6e-5)


@pytest.mark.parametrize("row", RATES)
def test_limits_of_rates(row):
    for confidence, (below, low, above, high) in ((0.95, row[1:5]), (0.998, row[5:9])):
        expected = np.array([below, above]) * YEARS * BASELINE_RATE / 100_000
        lower, upper = funnel.rate_limits(expected, confidence)
        assert lower[0] * BASELINE_RATE == pytest.approx(low, rel=2e-6)
        # As of the ratios: near no expected event at all, the table's own search stops early.
        assert upper[1] * BASELINE_RATE == pytest.approx(high, rel=2e-6 if expected[1] > 0.1 else 6e-5)


@pytest.mark.parametrize("observed", [1, 2, 5, 10, 100, 716, 20_000])
def test_limits_of_ratios_are_the_inverse_of_the_exact_interval(observed):
    for tail, confidence in ((0.025, 0.95), (0.001, 0.998)):
        below, above = stats.chi2.ppf(1 - tail, 2 * observed + 2) / 2, stats.chi2.ppf(tail, 2 * observed) / 2
        assert funnel.rate_limits(below, confidence)[0] == pytest.approx(observed / below, rel=1e-12)
        assert funnel.rate_limits(above, confidence)[1] == pytest.approx(observed / above, rel=1e-12)


@pytest.mark.parametrize(("numerator", "denominator", "where"), AREAS)
def test_areas_lie_where_the_table_puts_them(numerator, denominator, where):
    share = numerator / denominator
    (low, high), (lowest, highest) = (
        funnel.proportion_limits(denominator, BASELINE, confidence) for confidence in (0.95, 0.998)
    )
    found = (
        "low 99.8"
        if share < lowest
        else "low 95"
        if share < low
        else "high 99.8"
        if share > highest
        else "high 95"
        if share > high
        else "within"
    )
    assert found == where
