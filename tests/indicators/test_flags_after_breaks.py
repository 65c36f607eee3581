"""What lies before a stated break is no history: nothing is told as worsening, or forecast, across one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from indicators.comparable import Comparable
from indicators.flags import find_flags
from indicators.outlook import outlooks
from indicators.results import Context
from reference.breaks import Break
from reference.periods import month_add, rolling_year
from tests.indicators.conftest import DUTIES

COUNTY, OTHER, LAST = "520302", "520303", 202610
SCREENING, MONTHS = "prenatal_screening_coverage", [month_add(202610, -back) for back in range(30, -1, -1)]


def a_break(on: dt.date, indicator: str = SCREENING, organisation: str = COUNTY) -> Break:
    return Break(
        on=on, indicator=indicator, organisation=organisation, reason_zh="新口径", reason_en="new", source="t"
    )


def broken(context, *breaks):
    """A context of its own, for answers are kept in one."""
    return Context(replace(context.registry, breaks=breaks), context.catalogue, context.store, DUTIES)


@pytest.fixture
def fallen(sender):
    """Two counties with 190 of 200 screened for 28 months, then 168 for three; still above 80%."""
    for county in (COUNTY, OTHER):
        sender.returns(county, MONTHS[:-3], parturient_women=200, prenatal_screened_women=190)
        sender.returns(county, MONTHS[-3:], parturient_women=200, prenatal_screened_women=168)
    return sender.context


def worsening(context):
    found = find_flags(context, [COUNTY, OTHER], rolling_year(LAST), [SCREENING])
    return {one.organisation for one in found if one.kind == "worsening"}


@pytest.mark.parametrize(
    ("stated", "left"),
    [
        ((), {COUNTY, OTHER}),
        ((a_break(dt.date(2026, 8, 1)),), {OTHER}),  # the fall is the break's
        ((a_break(dt.date(2026, 3, 15)),), {OTHER}),  # four comparable months before the fall are no history
        ((a_break(dt.date(2024, 6, 1)),), {COUNTY, OTHER}),  # enough months since
        ((a_break(dt.date(2026, 11, 1)),), {COUNTY, OTHER}),  # not yet
        ((a_break(dt.date(2026, 8, 1), indicator="neonatal_mortality_rate"),), {COUNTY, OTHER}),
        ((a_break(dt.date(2026, 8, 1), organisation=""),), set()),
        ((a_break(dt.date(2026, 8, 1), indicator=""),), {OTHER}),
    ],
)  # fmt: skip
def test_a_fall_that_a_break_explains_is_no_worsening(fallen, stated, left):
    assert worsening(broken(fallen, *stated)) == left


def test_a_fall_has_stood_no_longer_than_since_the_break(sender):
    """Down since three months, and the record reaches back to a break 15, 14 or 13 months ago: a look takes twelve before."""
    sender.returns(COUNTY, MONTHS[:-3], parturient_women=200, prenatal_screened_women=190)
    sender.returns(COUNTY, MONTHS[-3:], parturient_women=200, prenatal_screened_women=150)
    stood = {}
    for day in (dt.date(2025, 8, 1), dt.date(2025, 9, 1), dt.date(2025, 10, 1)):
        found = find_flags(broken(sender.context, a_break(day)), [COUNTY], rolling_year(LAST), [SCREENING])
        stood[day] = [one.stood for one in found if one.kind == "worsening"]
    # With 15 months the last one had its twelve before it two months ago as well, with 14 a month ago, with 13 only now.
    assert stood == {dt.date(2025, 8, 1): [3], dt.date(2025, 9, 1): [2], dt.date(2025, 10, 1): [1]}


def test_a_forecast_begins_at_the_break(sender):
    """Rising by one woman in a hundred a month until a new definition; level since: the trend must not go on."""
    before, since = range(60, 75), [75] * 16
    sender.course(COUNTY, MONTHS, parturient_women=[100] * 31, prenatal_screened_women=[*before, *since])
    day = month_first(MONTHS[15])
    ways = {
        name: outlooks(context, [SCREENING], COUNTY, LAST)[SCREENING].on_its_day[0]
        for name, context in (("whole", sender.context), ("since", broken(sender.context, a_break(day))))
    }
    assert ways["since"] == pytest.approx(75, abs=2)
    assert ways["whole"] > ways["since"] + 1


def month_first(month: int) -> dt.date:
    return dt.date(month // 100, month % 100, 1)


def test_places_of_breaks_by_hand(registry):
    stated = (
        a_break(dt.date(2026, 2, 1)),
        a_break(dt.date(2026, 1, 15), indicator=""),
        a_break(dt.date(2026, 3, 2), organisation=""),
        a_break(dt.date(2026, 9, 1)),
    )
    months = [202601, 202602, 202603, 202604, 202605]
    found = Comparable(replace(registry, breaks=stated), [OTHER, COUNTY], months)
    assert list(found.since(SCREENING)) == [3, 3]
    assert list(found.since("neonatal_mortality_rate")) == [0, 1]
    seen = np.arange(10.0).reshape(2, 5)
    for blank in found.blanked("neonatal_mortality_rate", seen, seen):
        assert np.isnan(blank).tolist() == [[False] * 5, [True] + [False] * 4]
