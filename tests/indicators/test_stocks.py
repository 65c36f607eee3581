"""Stocks of an area by hand: each county's own last figure in the period, whoever fell silent, and what the result says of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from indicators.panel import panel
from indicators.result import Reason
from indicators.results import View, calculate
from reference.periods import month_range, quarter
from reference.registry import Population
from tests.indicators.conftest import DUTIES

HONGHUAGANG, HUICHUAN, BOZHOU, ZUNYI, PROVINCE = "520302", "520303", "520304", "520300", "520000"
MANAGED, PLACES = "under7_management_rate", "childcare_places_per_1000"
FIRST = quarter(2026, 1)


@pytest.fixture
def owing(sender):
    """The counties owe these stocks each month."""
    duty = replace(DUTIES[0], elements=frozenset(("under7_children", "under7_managed", "childcare_places")))
    sender.context.duties = (duty,)
    return sender


def counted(one):
    return (one.numerator, one.denominator, one.received, one.expected, one.carried, one.oldest)


def both(context, indicator, organisations, first=202601, last=202603):
    """The same window by single results and by the panel, which agree."""
    run = month_range(first, last)
    singles = calculate(context, [indicator], organisations, run)
    whole = panel(context, [indicator], organisations, last, last, run.span)[indicator]
    assert [counted(whole.result(row, 0)) for row in range(len(organisations))] == [
        counted(one) for one in singles
    ]
    return singles


def test_who_fell_silent_stays_in_the_sum_and_not_among_the_reports(owing):
    """Of Zunyi's 14 counties one counted 200 children in March, another 300 in January and nothing since."""
    owing.returns(HONGHUAGANG, [202603], under7_children=200, under7_managed=180)
    owing.returns(HUICHUAN, [202601], under7_children=300, under7_managed=250)
    prefecture, province, silent = both(owing.context, MANAGED, [ZUNYI, PROVINCE, HUICHUAN])
    assert counted(prefecture) == (430, 500, 1, 14, 1, 202601)
    assert counted(province) == (430, 500, 1, 88, 1, 202601)
    assert counted(silent) == (250, 300, 1, 1, 1, 202601)
    assert prefecture.reason is Reason.REPORTS_MISSING


def test_a_figure_before_the_period_is_not_carried_into_it(owing):
    owing.returns(HONGHUAGANG, [202603], under7_children=200, under7_managed=180)
    owing.returns(HUICHUAN, [202512], under7_children=300, under7_managed=250)
    (prefecture,) = both(owing.context, MANAGED, [ZUNYI])
    assert counted(prefecture) == (180, 200, 1, 14, 0, None)


def test_both_sides_of_a_member_are_of_one_month(owing):
    """One county gave only the children in March: its February stands, where it gave both; a third never gave both."""
    owing.returns(HONGHUAGANG, [202603], under7_children=200, under7_managed=180)
    owing.returns(HUICHUAN, [202602], under7_children=300, under7_managed=250)
    owing.returns(HUICHUAN, [202603], under7_children=310)
    owing.returns(BOZHOU, [202603], under7_children=400)
    (prefecture,) = both(owing.context, MANAGED, [ZUNYI])
    assert counted(prefecture) == (430, 500, 1, 14, 1, 202602)


def test_known_then_and_under_the_tree_of_a_day_say_the_same(owing):
    owing.returns(HONGHUAGANG, [202603], under7_children=200, under7_managed=180)
    owing.returns(HUICHUAN, [202601], under7_children=300, under7_managed=250)
    known = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    for view in (View(), View(today=True), View(known_at=known)):
        (one,) = calculate(owing.context, [MANAGED], [ZUNYI], FIRST, view)
        assert counted(one) == (430, 500, 1, 14, 1, 202601), view
    before = View(known_at=dt.datetime(2026, 11, 3, 0, 1, 30, tzinfo=dt.UTC))  # between the two files
    (one,) = calculate(owing.context, [MANAGED], [ZUNYI], FIRST, before)
    assert (one.numerator, one.denominator) == (180, 200)


def test_a_population_stands_beside_places_that_were_reported(owing):
    """Populations of the reference data belong to the area itself: 1,000,000 of Zunyi, 9,000 places in two counties."""
    people = Population(
        organisation=ZUNYI, element="resident_population", on=dt.date(2025, 1, 1), value=1_000_000,
        source="made", mark="?",
    )  # fmt: skip
    owing.context.registry = replace(owing.context.registry, populations=(people,))
    owing.returns(HONGHUAGANG, [202603], childcare_places=5000)
    owing.returns(HUICHUAN, [202602], childcare_places=4000)
    prefecture, county = both(owing.context, PLACES, [ZUNYI, HUICHUAN])
    assert counted(prefecture) == (9000, 1_000_000, 1, 14, 1, 202602)
    assert (county.numerator, county.denominator) == (None, None), "a county whose people nobody knows"
