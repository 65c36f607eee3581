"""Results from the store: what is expected, which basis counts, denominators that nobody reports, and the memory."""

from __future__ import annotations

import pytest

from indicators import results
from indicators.result import Reason
from indicators.results import calculate, series
from reference.periods import calendar_year, month_period, month_range, parse
from reference.strict import DefinitionError

HONGHUAGANG, HUICHUAN, ZUNYI, PROVINCE, GUIAN = "520302", "520303", "520300", "520000", "52GA00"
SCREENING, MORTALITY = "prenatal_screening_coverage", "maternal_mortality_ratio"
JULY = month_period(202607)


def test_sums_come_first_and_the_division_last(sender):
    """10 of 20 and 90 of 100: 100 of 120 is 83.3%, not the mean of 50% and 90%."""
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    sender.returns(HUICHUAN, [202607], parturient_women=100, prenatal_screened_women=90)
    (one,) = calculate(sender.context, [SCREENING], [ZUNYI], JULY)
    assert (one.numerator, one.denominator) == (100, 120)
    assert one.value == pytest.approx(83.3333, abs=0.0001)


def test_expected_are_the_counties_below_times_the_months_that_have_come(sender):
    """88 counties and two months of 2026 in which anybody has reported; Zunyi has 14 counties."""
    sender.returns(HONGHUAGANG, [202601, 202602], parturient_women=20, prenatal_screened_women=10)
    found = calculate(sender.context, [SCREENING], [PROVINCE, ZUNYI, HONGHUAGANG], calendar_year(2026))
    # January to December, but nothing is owed after February, the last month that anybody reported.
    assert [(one.received, one.expected) for one in found] == [(2, 176), (2, 28), (2, 2)]
    assert [one.reason for one in found] == [Reason.REPORTS_MISSING, Reason.REPORTS_MISSING, Reason.NONE]


def test_the_new_area_is_in_nobody_elses_numbers(sender):
    sender.returns(GUIAN, [202607], parturient_women=50, prenatal_screened_women=40)
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    own, province = calculate(sender.context, [SCREENING], [GUIAN, PROVINCE], JULY)
    assert (own.denominator, own.received, own.expected) == (50, 1, 1)
    assert (province.denominator, province.expected) == (20, 88)


def test_a_period_without_returns_has_no_value(sender):
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    (one,) = calculate(sender.context, [SCREENING], [HONGHUAGANG], month_period(202606))
    assert (one.numerator, one.value, one.reason) == (None, None, Reason.REPORTS_MISSING)


def test_before_and_after_all_data_nothing_is_owed(sender):
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    (one,) = calculate(sender.context, [SCREENING], [HONGHUAGANG], month_period(202608))
    assert (one.expected, one.reason) == (0, Reason.NO_DATA)


def test_the_target_is_that_of_the_last_day(sender):
    """The plan's 80% at the end of 2025; for the province the national 90% is the next one ahead."""
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    county, province = calculate(sender.context, [SCREENING], [HONGHUAGANG, PROVINCE], JULY)
    assert county.target is not None
    assert province.target is not None
    assert (county.target.value, county.target.due) == (80, True)
    assert (province.target.value, province.target.ahead_value) == (80, 90)


def test_what_an_indicator_is_not_defined_for_is_left_out(sender):
    """Coverage by residence is no matter of an institution, nor of another country's state."""
    assert calculate(sender.context, [SCREENING], ["MCH520302", "IN-AP"], JULY) == []
    (one,) = calculate(sender.context, [MORTALITY], ["IN-AP"], JULY)
    assert (one.basis, one.reason) == ("occurrence", Reason.NO_DATA)


def test_the_other_country_is_counted_where_events_happen(sender):
    """Guizhou counts deaths by residence, the Indian returns only by occurrence: the tree decides."""
    found = calculate(sender.context, [MORTALITY], [PROVINCE, "IN-AP"], JULY)
    assert [one.basis for one in found] == ["residence", "occurrence"]


def test_a_population_that_no_form_reports_is_the_newest_before_the_end(sender):
    """Census of 1 November 2020: 38,562,148 residents of Guizhou (Seventh National Census, communiqué)."""
    (one,) = calculate(sender.context, ["childcare_places_per_1000"], [PROVINCE], JULY)
    assert (one.numerator, one.denominator, one.reason) == (None, 38_562_148, Reason.NO_DATA)
    (before,) = calculate(sender.context, ["childcare_places_per_1000"], [PROVINCE], month_period(202006))
    assert before.denominator is None


def test_a_series_gives_each_period_in_order(sender):
    for month, screened in ((202605, 10), (202606, 12), (202607, 18)):
        sender.returns(HONGHUAGANG, [month], parturient_women=20, prenatal_screened_women=screened)
    periods = [month_period(202607), month_period(202605), month_range(202605, 202606)]
    found = series(sender.context, SCREENING, [HONGHUAGANG], periods)
    assert [(one.period, one.numerator) for one in found] == [
        (periods[0].code, 18),
        (periods[1].code, 10),
        (periods[2].code, 22),
    ]


def test_new_data_are_seen_at_once_and_old_answers_are_remembered(sender, monkeypatch):
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    asked = []
    real = results.reading.area_totals
    monkeypatch.setattr(
        results.reading, "area_totals", lambda *args, **more: asked.append(1) or real(*args, **more)
    )
    first = calculate(sender.context, [SCREENING, MORTALITY], [HONGHUAGANG, ZUNYI], JULY)
    assert calculate(sender.context, [SCREENING, MORTALITY], [HONGHUAGANG, ZUNYI], JULY) == first
    assert len(asked) == 1, "one query for all, and none for what is known"
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=15)
    again = calculate(sender.context, [SCREENING, MORTALITY], [HONGHUAGANG, ZUNYI], JULY)
    assert [one.numerator for one in again if one.indicator == SCREENING] == [15, 15]


def test_an_answer_cannot_be_spoilt_by_its_reader(sender):
    sender.returns(HONGHUAGANG, [202607], parturient_women=20, prenatal_screened_women=10)
    calculate(sender.context, [SCREENING], [HONGHUAGANG], JULY).clear()
    assert len(calculate(sender.context, [SCREENING], [HONGHUAGANG], JULY)) == 1


def test_an_unknown_indicator_is_refused_by_name(sender):
    with pytest.raises(DefinitionError, match=MORTALITY):
        calculate(sender.context, ["maternal_mortality_rati"], [PROVINCE], parse("2026"))


CHECKED = "cervical_cancer_screening_rate"


@pytest.mark.parametrize(
    ("asked", "screened", "reason"),
    [
        ("2025-10..2026-09", 100, Reason.NONE),
        ("2025-11..2026-10", 100, Reason.NONE),  # only three of the quarters lie wholly in it, four end in it
        ("2025-12..2026-11", 100, Reason.NONE),
        ("2026Q3", 40, Reason.PART_OF_YEAR),
        ("2026-01..2026-12", 90, Reason.PART_OF_YEAR),  # the last quarter is still to come
    ],
)
def test_a_year_of_screening_is_four_quarters_and_less_is_not_judged(sender, asked, screened, reason):
    """10, 20, 30 and 40 women screened of 200 due, from the last quarter of 2025 on."""
    for end, number in zip((202512, 202603, 202606, 202609), (10, 20, 30, 40), strict=True):
        sender.quarter(HUICHUAN, end, cervical_screened=number, cervical_due=200)
    (one,) = calculate(sender.context, [CHECKED], [HUICHUAN], parse(asked))
    assert (one.numerator, one.denominator, one.reason) == (screened, 200, reason)
    assert (one.gap is None) or reason is Reason.NONE
