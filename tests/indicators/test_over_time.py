"""Months on a control chart: what is chance, what is a change, and whether it is one to the better."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from indicators.over_time import Change, course, places_of
from indicators.result import Reason
from reference.breaks import Break
from tests.indicators.test_peer_views import definition, result

STEADY = [89, 91, 90, 88, 92, 90, 91, 89, 90, 91, 89, 90]


def months(numbers):
    return [result("520302", number, 100) for number in numbers]


def test_usual_variation_is_no_change_and_the_line_is_the_whole_share():
    """The sum of the twelve is 1,080 of 1,200: 90%."""
    found = course(definition(), months(STEADY))
    assert found is not None
    assert set(found.change) == {Change.USUAL}
    assert found.centre[0] == pytest.approx(90.0)


def test_months_that_vary_less_than_chance_have_the_limits_of_chance():
    """Of 10,000 a month 75.5% and then 75.6%: three standard errors of a share of 75.55% are 1.29 points, Laney's far less."""
    steps = [result("520302", number, 10_000) for number in (*[7550] * 6, *[7560] * 6)]
    found = course(definition(), steps)
    assert found is not None
    assert set(found.change) == {Change.USUAL}
    assert found.upper[0] - found.lower[0] == pytest.approx(2 * 1.29, abs=0.01)


@pytest.mark.parametrize(
    ("polarity", "told"),
    [("higher", Change.WORSE), ("lower", Change.BETTER), ("neutral", Change.OTHER)],
)
def test_a_fall_beyond_the_limits_is_told_by_the_better_side(polarity, told):
    found = course(definition(polarity), months([*STEADY, 60]))
    assert found is not None
    assert (found.change[-1], found.causes[-1][0]) == (told, "outside")
    assert set(found.change[:4]) == {Change.USUAL}


def test_a_slow_rise_is_a_trend_to_the_better():
    """Seven months that only rise, none of them far out: 84, 85 … 90 after and before months around 87."""
    found = course(definition(), months([87, 86, 89, 86, 88, 85, 84, 85, 86, 87, 88, 89, 90, 86, 88, 85]))
    assert found is not None
    assert all("trend" in causes for causes in found.causes[6:13])
    assert set(found.change[6:13]) == {Change.BETTER}


def test_a_month_not_judged_is_stepped_over():
    series = months(STEADY)
    series[5] = result("520302", 5, 100, Reason.REPORTS_MISSING)
    found = course(definition(), series)
    assert found is not None
    assert (found.value[5], found.change[5]) == (None, Change.UNKNOWN)
    assert found.change[4] is Change.USUAL


def test_too_few_months_make_no_chart():
    assert course(definition(), months(STEADY[:7])) is None
    assert course(definition(method="ratio"), months(STEADY)) is None


def at(month, number):
    return replace(result("520302", number, 100), period=f"{month // 100}-{month % 100:02d}")


def test_from_a_stated_break_on_the_line_begins_anew():
    """Twelve months about 90%, then nine about 60%: without the break a fall, with it two usual courses."""
    fallen = [59, 61, 60, 58, 62, 60, 61, 59, 60]
    series = months([*STEADY, *fallen])
    plain = course(definition(), series)
    assert plain is not None
    assert Change.WORSE in plain.change
    parted = course(definition(), series, (12,))
    assert parted is not None
    assert set(parted.change) == {Change.USUAL}
    assert (parted.centre[11], parted.centre[12]) == pytest.approx((90.0, 60.0))
    assert parted.value == plain.value


def test_too_few_months_since_a_break_have_no_line():
    series = months([*STEADY, 60, 61, None])
    found = course(definition(), series, (12,))
    assert found is not None
    assert found.centre[12:] == (None, None, None)
    assert found.change[11:] == (Change.USUAL, Change.UNJUDGED, Change.UNJUDGED, Change.UNJUDGED)
    assert found.value[12:14] == pytest.approx((60.0, 61.0))
    assert course(definition(), months([90] * 7 + [60] * 7), (7,)) is None


def test_a_break_lies_at_the_first_month_that_begins_on_or_after_its_day():
    def one(day):
        return Break(on=day, reason_zh="甲", reason_en="a", source="made")

    series = [at(month, 90) for month in (202601, 202602, 202603, 202604)]
    found = places_of(
        series,
        [
            one(dt.date(2026, 1, 1)),
            one(dt.date(2026, 2, 1)),
            one(dt.date(2026, 3, 2)),
            one(dt.date(2026, 5, 1)),
        ],
    )
    assert sorted(found) == [1, 3]
