"""Each number is worked out by hand from the definition beside it."""

from __future__ import annotations

import math

import pytest

from indicators.statistics.outliers import count_difference_z, modified_z, season_ratio

# Median 2.45; deviations .05 .05 .15 .15 .15 .15 .35 .35 5.75 5.85, their median .15.
SAMPLE = (2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8.2, 0.6745 * 5.75 / 0.15),  # 25.86
        (8.3, 0.6745 * 5.85 / 0.15),  # 26.31
        (2.1, 0.6745 * -0.35 / 0.15),  # −1.57
        (2.45, 0.0),
    ],
)
def test_modified_z_of_a_sample_with_two_far_values(value, expected):
    assert modified_z(value, SAMPLE) == pytest.approx(expected)


def test_a_far_value_does_not_hide_itself_as_it_does_from_a_plain_z():
    # Mean 3.54, standard deviation 2.49: a plain z of 8.3 is 1.9 and says nothing.
    assert modified_z(8.3, SAMPLE) > 3.5


def test_when_most_of_the_history_is_one_number_the_mean_deviation_serves():
    # Median 10; deviations 0 × 8, 5, 5: median 0, mean 1. (13 − 10) / 1.253314 = 2.394
    assert modified_z(13, [10] * 8 + [5, 15]) == pytest.approx(3 / 1.253314)


def test_a_history_that_never_varied():
    assert modified_z(10, [10] * 12) == 0
    assert modified_z(11, [10] * 12) == math.inf
    assert modified_z(9, [10] * 12) == -math.inf


def test_no_history_says_nothing():
    assert math.isnan(modified_z(10, []))
    assert math.isnan(season_ratio(10, []))
    assert math.isnan(season_ratio(10, [0, 0]))


def test_season_ratio_is_against_the_mean_of_the_same_months():
    assert season_ratio(150, [90, 110]) == 1.5
    assert season_ratio(50, [100]) == 0.5


def test_counts_differ_beyond_chance():
    # (130 − 70) / √200 = 60 / 14.142 = 4.243
    assert count_difference_z(130, 70) == pytest.approx(4.2426, abs=1e-4)
    assert count_difference_z(70, 130) == -count_difference_z(130, 70)
    assert count_difference_z(0, 0) == 0
