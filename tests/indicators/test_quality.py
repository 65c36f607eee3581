"""What stands out and what a score is made of, worked out by hand."""

from __future__ import annotations

import pytest

from indicators.quality import Compared, Look, Score, look, score
from indicators.reporting import Tally
from reference.periods import month_add
from reference.quality import quality_rules

RULES = quality_rules()
MONTH = 202610


def series(value, before, back=None):
    """The months before take turns between the numbers of `before`."""
    months = {month_add(MONTH, -one): before[one % len(before)] for one in range(1, (back or 24) + 1)}
    return months | {MONTH: value}


def test_a_value_far_from_its_own_past_stands_out():
    # 96, 100, 104 in turn: median 100, deviations 0, 4, 4 in turn, median 4. 0.6745 × 60 / 4 = 10.1.
    found = look("C1", "live_births", MONTH, series(160, (96, 100, 104)), RULES).found
    assert found.z == pytest.approx(0.6745 * 60 / 4)
    assert (found.value, found.median, found.months) == (160, 100, 24)


def test_a_value_within_its_past_does_not():
    # 0.6745 × 20 / 4 = 3.37 is not beyond 3.5; 120 over 96 is a quarter more, not a third.
    assert look("C1", "live_births", MONTH, series(120, (96, 100, 104)), RULES) == Look(True, None)


def test_the_season_explains_nothing_away_and_finds_what_the_level_hides():
    # Numbers swing between 100 and 200; 100 in a month that was 200 in both former years is half of it.
    months = {month_add(MONTH, -back): 200 if back % 12 in (0, 3, 6, 9) else 100 for back in range(1, 25)}
    found = look("C1", "live_births", MONTH, months | {MONTH: 100}, RULES).found
    assert found.ratio == 0.5
    assert found.season_mean == 200


def test_small_numbers_are_left_to_chance():
    assert look("C1", "x", MONTH, series(9, (0, 1, 2)), RULES) == Look(False, None)
    # 14 against 10 a year ago is 40% more, but (14 − 10) / √24 = 0.8 is chance.
    assert look("C1", "x", MONTH, series(14, (10, 12, 8)), RULES).found is None


def test_too_short_a_past_and_no_value_are_not_judged():
    assert look("C1", "x", MONTH, series(160, (100,), back=11), RULES) == Look(False, None)
    months = series(160, (100,))
    del months[MONTH]
    assert look("C1", "x", MONTH, months, RULES) == Look(False, None)


def test_a_value_that_is_its_whole_past_over_again_is_judged_and_in_line():
    assert look("C1", "x", MONTH, series(100, (100,)), RULES) == Look(True, None)


@pytest.mark.parametrize(("one", "agrees"), [(90, True), (110, True), (89, False), (111, False)])
def test_two_forms_agree_within_a_tenth(one, agrees):
    assert Compared("P1", "live_births", one, 100).agrees(RULES) is agrees


def test_nothing_to_divide_by_is_no_agreement():
    assert Compared("P1", "live_births", 5, 0).ratio is None
    assert not Compared("P1", "live_births", 5, 0).agrees(RULES)


def test_the_score_is_the_weighted_mean_of_its_parts():
    counted = Tally(expected=10, received=8, on_time=5)
    looks = [Look(True, None)] * 3 + [Look(False, None)] * 5
    unusual = look("C1", "x", MONTH, series(160, (96, 100, 104)), RULES)
    found = score(counted, 6, [*looks, unusual], [Compared("P1", "live_births", 100, 100)], RULES)
    # Internal: 6 of 8 reports without a failed check, 3 of 4 judged numbers in line.
    assert found == Score(0.8, 0.5, 0.75, 1.0)
    weights = RULES.weights
    expected = 100 * (
        0.8 * weights.completeness + 0.5 * weights.timeliness + 0.75 * weights.internal + weights.external
    )
    assert found.total(RULES) == pytest.approx(expected)


def test_what_could_not_be_judged_does_not_count():
    assert Score(1.0, None, None, None).total(RULES) == 100
    assert Score(0.0, 0.0, None, None).total(RULES) == 0
    assert score(Tally(), 0, [], [Compared("P", "x", 1, 0)], RULES) == Score(None, None, None, None)
    assert Score(None, None, None, None).total(RULES) is None
