"""What a public release prints and hides: atoms worked by hand, then counties' returns to printed results."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from indicators.atoms import Part, protect
from indicators.definition import load_catalogue
from indicators.disclosure import hide, in_plan, public_results, release_of
from indicators.result import Comparison, Reason
from indicators.results import calculate
from reference.disclosure import disclosure_rules
from reference.periods import month_period, parse, statistical_year
from reference.strict import DefinitionError

COUNT, PART, OTHER = ("count", "residence"), ("part", "residence"), ("other", "residence")
ALL = np.array([0, 1, 2])
ONE, TWO, THREE = (np.array([place]) for place in range(3))


def printed(numbers, below, asked, parts=()):
    """Of each count which of the sums asked for are printed."""
    values = {name: np.array(one, dtype=np.int64) for name, one in numbers.items()}
    atoms = protect(values, dict.fromkeys(values, below), dict.fromkeys(values, asked), parts)
    return {name: [atoms[name].holds(cells) for cells in asked] for name in values}


def test_a_small_count_takes_its_smallest_neighbour_with_it():
    """3 + 9 + 8 = 20: with 20 and 9 printed the other two could be 0 + 11 to 11 + 0; with 8 printed too, 3 would be known."""
    found = printed({COUNT: [3, 9, 8]}, 5, [ALL, TWO, THREE, ONE])
    assert found[COUNT] == [True, True, False, False]


def test_two_small_counts_need_no_neighbour_when_together_they_are_not_small():
    assert printed({COUNT: [3, 2, 9]}, 5, [ALL, THREE, ONE, TWO])[COUNT] == [True, True, False, False]
    # 2 + 2 would be known to be 4, so the 9 is hidden as well.
    assert printed({COUNT: [2, 2, 9]}, 5, [ALL, THREE, ONE, TWO])[COUNT] == [True, False, False, False]


def test_noughts_are_printed_where_they_give_nothing_away():
    """0, 4 and 9: nought is no small number; the 4 hides behind the 9."""
    assert printed({COUNT: [0, 4, 9]}, 5, [ALL, THREE, TWO, ONE])[COUNT] == [True, False, False, True]


def test_a_small_total_hides_all_that_would_give_it_away():
    assert printed({COUNT: [0, 4, 0]}, 5, [ALL, ONE, TWO, THREE])[COUNT] == [False, True, False, True]


def test_a_small_remainder_is_hidden_like_a_small_count():
    """20 women of whom 18 were tested: that two were not is hidden, and with it another county's number."""
    found = printed(
        {COUNT: [20, 30, 40], PART: [18, 20, 30]}, 5, [ALL, THREE, TWO, ONE], [Part(PART, (COUNT,))]
    )
    assert found[COUNT] == [True, True, True, True]
    # 90 − 68 = 22 left in all; 10 in the third. Of the first two 12 are left; alone the first has 2.
    assert found[PART] == [True, True, False, False]


def test_all_of_a_whole_may_be_printed():
    found = printed(
        {COUNT: [20, 30, 40], PART: [20, 30, 30]}, 5, [ALL, THREE, TWO, ONE], [Part(PART, (COUNT,))]
    )
    assert found[PART] == [True, True, True, True]


def test_windows_that_overlap_are_seen_through():
    """January to March 12, February to April 14: April − January is 2 = 8 − 6; the months are no secret, so all is printed.
    With January 2 and April 4, the second window would give away April − January, never either of them; but the months
    between are printed, and so the second window is not."""
    first, second = np.array([0, 1, 2]), np.array([1, 2, 3])
    middle = np.array([1, 2])
    assert printed({COUNT: [6, 5, 6, 8]}, 5, [first, second, middle])[COUNT] == [True, True, True]
    assert printed({COUNT: [2, 5, 6, 4]}, 5, [first, middle, second])[COUNT] == [True, False, False]


def test_a_count_that_is_part_of_two_is_held_against_the_tighter():
    """10 of 40 and of 12: of the twelve two are left."""
    numbers = {COUNT: [40], OTHER: [12], PART: [10]}
    parts = [Part(PART, (COUNT,)), Part(PART, (OTHER,))]
    assert printed(numbers, 5, [np.array([0])], parts)[PART] == [False]


HONGHUAGANG, HUICHUAN, ZUNYI, PROVINCE = "520302", "520303", "520300", "520000"
SCREENING, MORTALITY, CHILDCARE = (
    "prenatal_screening_coverage",
    "maternal_mortality_ratio",
    "childcare_places_per_1000",
)
YEAR = statistical_year(2026)
MONTHS = YEAR.months


@pytest.fixture
def year(sender):
    """Three counties of Zunyi: 2, 1 and 12 deaths in the year, births and screening in the thousands."""
    sender.course(HONGHUAGANG, MONTHS, live_births=[100] * 12, maternal_deaths=[1, 1] + [0] * 10)
    sender.course(HUICHUAN, MONTHS, live_births=[100] * 12, maternal_deaths=[1] + [0] * 11)
    sender.course("520304", MONTHS, live_births=[900] * 12, maternal_deaths=[1] * 12)
    return sender.context


def test_deaths_of_a_prefecture_are_printed_and_those_of_its_counties_are_not(year):
    found = {
        one.organisation: one
        for one in public_results(year, [MORTALITY], [ZUNYI, HONGHUAGANG, HUICHUAN, "520304"], [YEAR])
    }
    assert (found[ZUNYI].numerator, found[ZUNYI].denominator) == (15, 13_200)
    for county in (HONGHUAGANG, HUICHUAN, "520304"):
        one = found[county]
        assert (one.numerator, one.value, one.lower, one.gap) == (None, None, None, None)
        assert (one.reason, one.comparison) == (Reason.SUPPRESSED, Comparison.NOT_ASSESSABLE)
        assert one.denominator in (1200, 10_800), "births are no small number and stay"


def test_no_month_or_quarter_gives_a_hidden_count_away(year):
    """Whatever is printed of Zunyi and its counties, months, quarters and year: no county's deaths follow."""
    areas = [ZUNYI, PROVINCE, HONGHUAGANG, HUICHUAN, "520304"]
    runs = list(release_of(year, YEAR).runs)
    found = public_results(year, [MORTALITY], areas, runs)
    deaths = {(one.organisation, one.period): one.numerator for one in found}
    assert {place: number for place, number in deaths.items() if number} == {
        (PROVINCE, runs[0].code): 15,
        (ZUNYI, runs[0].code): 15,
    }


def test_what_no_release_holds_is_hidden(year):
    """A rolling year, an institution, and a number of another day's knowledge."""
    (rolling,) = public_results(year, [MORTALITY], [ZUNYI], [parse("2025-11..2026-09")])
    assert (rolling.numerator, rolling.denominator, rolling.reason) == (None, None, Reason.SUPPRESSED)
    (own,) = calculate(year, [MORTALITY], [ZUNYI], YEAR)
    (other,) = hide(year, [replace(own, numerator=14, value=1.0)])
    assert (other.numerator, other.value) == (None, None)
    assert not in_plan(year, "institution", YEAR)
    assert not in_plan(year, "county", parse("2025-11..2026-09"))
    assert in_plan(year, "county", YEAR)


def test_what_counts_no_people_stays(year):
    (places,) = calculate(year, [CHILDCARE], [PROVINCE], YEAR)
    assert hide(year, [places]) == [places]


def test_nothing_reported_stays_nothing_reported(year):
    (absent,) = public_results(year, [SCREENING], ["520402"], [YEAR])
    assert absent.reason is Reason.REPORTS_MISSING


def test_a_year_that_has_not_ended_is_not_released_as_a_whole(sender):
    sender.returns(HONGHUAGANG, MONTHS[:4], live_births=100, maternal_deaths=0)
    runs = release_of(sender.context, YEAR).runs
    assert [run.span for run in runs] == [3, 1, 1, 1, 1]
    assert [month_period(month) for month in MONTHS[:4]] == list(runs[1:])


def test_every_indicator_has_a_known_class(registry):
    rules = disclosure_rules()
    classes = {one.code: rules.get(one.disclosure).below for one in load_catalogue(registry).by_code.values()}
    assert classes[MORTALITY] == 10
    assert classes[SCREENING] == 5
    assert classes[CHILDCARE] == 0
    with pytest.raises(DefinitionError, match="people"):
        rules.get("poeple")
    named = {name for pair in rules.nested for name in (pair.part, pair.whole)}
    assert named <= set(registry.elements)
    assert set(rules.release.levels) <= {level.code for level in registry.trees["guizhou"].levels}


@pytest.mark.parametrize(("month", "year"), [(202510, 2026), (202609, 2026), (202610, 2027)])
def test_the_year_of_a_month(month, year):
    """The statistical year runs from October to September."""
    assert disclosure_rules().release.year_of(month) == statistical_year(year)
    assert dt.date(2026, 9, 30) == YEAR.last_day
