"""Where an indicator is going, from courses whose end nobody can doubt."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.looking_ahead import aim_of
from indicators.outlook import outlooks
from reference.periods import month_add, month_range

SCREENING, LAST, COUNTY = "prenatal_screening_coverage", 202610, "520302"


def load(sender, screened, months=24):
    run = month_range(month_add(LAST, 1 - months), LAST).months
    numbers = {"parturient_women": [1000] * months, "prenatal_screened_women": [screened] * months}
    sender.course(COUNTY, run, **numbers)


@pytest.mark.parametrize(("screened", "low", "high"), [(950, 0.99, 1.0), (500, 0.0, 0.01)])
def test_a_county_far_from_the_target_will_surely_meet_or_miss_it(sender, screened, low, high):
    """The county's 80% was due in 2025, so it is held against it up to the end of the next year: December 2027."""
    load(sender, screened)
    found = outlooks(sender.context, [SCREENING], COUNTY, LAST)[SCREENING]
    assert found.ahead == month_range(202611, 202712).months
    assert found.aim is not None
    assert found.chance is not None
    assert low <= found.chance <= high
    value, lower, upper = found.on_its_day
    assert lower < screened / 10 < upper
    assert value == pytest.approx(screened / 10, abs=3)


def test_the_coming_target_is_the_aim_where_there_is_one(registry):
    """Province: 80% was due in 2025, 90% is due at the end of 2027 (the plan of 2023). County: 80% is to be kept a year more."""
    on = dt.date(2026, 10, 31)
    for level, value in (("province", 90), ("county", 80)):
        in_force = registry.target(SCREENING, level, on, "guizhou")
        assert in_force is not None
        aim = aim_of(in_force, on)
        assert (aim.target.value, aim.by) == (value, dt.date(2027, 12, 31))


def test_too_few_months_and_other_methods_are_not_forecast(sender):
    load(sender, 900, months=6)
    assert outlooks(sender.context, [SCREENING, "near_miss_to_death_ratio"], COUNTY, LAST) == {}
