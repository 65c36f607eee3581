"""Months on a control chart: what is chance, what is a change, and whether it is one to the better."""

from __future__ import annotations

import pytest

from indicators.over_time import Change, course
from indicators.result import Reason
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
