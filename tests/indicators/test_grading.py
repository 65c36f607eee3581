"""Grades on a day and the shares at target, over a register written by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.grading import standings
from indicators.result import Comparison, Reason
from indicators.results import calculate
from reference.periods import month_period

CITY, HONGHUAGANG, HUICHUAN, BOZHOU, TONGZI, SUIYANG, ZHENGAN = (
    f"MCH{code}" for code in ("520300", "520302", "520303", "520304", "520322", "520323", "520324")
)
LEVEL3, COUNTY2A = "provincial_prefecture_level3_share", "county_level2a_share"


def grade(level: str, grade_class: str, start: str, end: str, status: str = "graded") -> dict[str, str]:
    return {
        "level": level,
        "class": grade_class,
        "status": status,
        "valid_from": start,
        "valid_to": end,
        "document": "黔卫健函〔2024〕1号",
    }


REGISTER = {
    CITY: grade("3", "A", "2023-01-01", "2026-12-31"),
    HONGHUAGANG: grade("2", "A", "2024-05-01", "2028-04-30"),
    HUICHUAN: grade("2", "B", "2024-05-01", "2028-04-30"),
    BOZHOU: grade("3", "none", "2025-01-01", "2028-12-31"),
    TONGZI: grade("2", "A", "2022-07-01", "2026-06-30"),
    SUIYANG: grade("2", "A", "2024-05-01", "2028-04-30", "withdrawn"),
}
OCTOBER, JUNE = dt.date(2026, 10, 31), dt.date(2026, 6, 30)


@pytest.fixture
def context(sender):
    sender.grades(202601, REGISTER)
    return sender.context


def on_day(context, day):
    return {one.institution: one for one in standings(context, day)}


def test_status_and_target_of_each_institution(context):
    found = on_day(context, OCTOBER)
    # From 31 October to 31 December 2026 it is 61 days: within the year's warning.
    assert (found[CITY].status, found[CITY].days_to_expiry, found[CITY].meets_target) == (
        "expiring",
        61,
        True,
    )
    assert (found[HONGHUAGANG].status, found[HONGHUAGANG].meets_target) == ("graded", True)
    assert (found[HUICHUAN].status, found[HUICHUAN].meets_target) == ("graded", False)
    # Level three of no class is more than level two class A.
    assert (found[BOZHOU].status, found[BOZHOU].meets_target) == ("graded", True)
    # From 31 October back to 30 June it is 123 days.
    assert (found[TONGZI].status, found[TONGZI].days_to_expiry) == ("expired", -123)
    assert found[TONGZI].meets_target is False
    assert (found[SUIYANG].status, found[SUIYANG].meets_target) == ("withdrawn", False)
    assert found[HONGHUAGANG].document == "黔卫健函〔2024〕1号"


def test_what_is_not_on_record_is_unknown_and_never_failed(context):
    one = on_day(context, OCTOBER)[ZHENGAN]
    assert (one.status, one.grade_level, one.meets_target, one.level) == ("unknown", None, None, "county")


def test_a_grade_counts_on_its_last_day(context):
    one = on_day(context, JUNE)[TONGZI]
    assert (one.status, one.days_to_expiry, one.meets_target) == ("expiring", 0, True)
    assert on_day(context, JUNE + dt.timedelta(days=1))[TONGZI].status == "expired"


def test_the_warning_begins_a_year_of_365_days_before_the_end(context):
    """29 February 2028 lies between: 30 April 2027 is 366 days before 30 April 2028, 1 May is 365."""
    before, first = (on_day(context, dt.date(2027, *day))[HONGHUAGANG] for day in ((4, 30), (5, 1)))
    assert (before.status, before.days_to_expiry) == ("graded", 366)
    assert (first.status, first.days_to_expiry) == ("expiring", 365)


def test_the_register_is_not_known_before_its_month(context):
    assert on_day(context, dt.date(2025, 12, 31))[HONGHUAGANG].status == "unknown"


def test_a_sourced_reference_row_stands_until_the_register_says_otherwise(sender):
    guiyang = "MCH520100"  # level three class A by three secondary sources
    before = on_day(sender.context, OCTOBER)[guiyang]
    assert (before.grade_level, before.grade_class, before.status) == (3, "A", "graded")
    assert before.source
    sender.grades(202610, {guiyang: grade("2", "A", "2026-09-01", "2030-08-31")})
    after = on_day(sender.context, OCTOBER)[guiyang]
    assert (after.grade_level, after.meets_target) == (2, False)


def test_a_newer_row_counts_from_the_day_its_grade_begins(sender):
    sender.grades(202601, REGISTER)
    sender.grades(202609, {HUICHUAN: grade("2", "A", "2026-10-15", "2030-10-14")})
    assert on_day(sender.context, dt.date(2026, 10, 14))[HUICHUAN].grade_class == "B"
    assert on_day(sender.context, dt.date(2026, 10, 15))[HUICHUAN].grade_class == "A"


def test_a_first_grade_that_has_not_begun_is_not_held_yet(sender):
    sender.grades(202609, {ZHENGAN: grade("2", "A", "2026-12-01", "2030-11-30")})
    assert on_day(sender.context, OCTOBER)[ZHENGAN].status == "unknown"


def test_a_later_file_for_the_same_month_supersedes(sender):
    sender.grades(202601, REGISTER)
    sender.grades(202601, {HUICHUAN: grade("2", "A", "2024-05-01", "2028-04-30")})
    assert on_day(sender.context, OCTOBER)[HUICHUAN].meets_target is True


@pytest.mark.parametrize("status", ["applied", "under_review"])
def test_a_grade_is_kept_while_the_next_one_is_applied_for(sender, status):
    sender.grades(202601, {HONGHUAGANG: grade("2", "A", "2024-05-01", "2028-04-30", status)})
    one = on_day(sender.context, OCTOBER)[HONGHUAGANG]
    assert (one.status, one.meets_target) == (status, True)


def test_level_two_of_an_unknown_class_is_neither_met_nor_missed(sender):
    sender.grades(202601, {HONGHUAGANG: {"level": "2", "status": "graded"}})
    one = on_day(sender.context, OCTOBER)[HONGHUAGANG]
    assert (one.grade_level, one.grade_class, one.meets_target) == (2, "", None)


def test_level_zero_is_not_graded_and_misses_the_target(sender):
    sender.grades(202601, {HONGHUAGANG: {"level": "0", "status": "not_graded"}})
    one = on_day(sender.context, OCTOBER)[HONGHUAGANG]
    assert (one.status, one.meets_target) == ("not_graded", False)


def test_shares_count_all_institutions_of_the_level(context):
    """Zunyi has 14 counties and one institution of its own; of the counties' two are at target and five on record."""
    county, city = calculate(context, [COUNTY2A, LEVEL3], ["520300"], month_period(202610))
    assert (county.numerator, county.denominator, county.received, county.expected) == (2, 14, 5, 14)
    assert county.value == pytest.approx(14.2857, abs=0.0001)
    assert (county.lower, county.upper, county.reason) == (None, None, Reason.NONE)
    assert (city.numerator, city.denominator, city.value) == (1, 1, 100.0)


def test_who_is_not_on_record_leaves_the_answer_open_until_it_could_not_turn_it(sender):
    """60% of 88 is 52.8: two at target and 51 unknown could make the 53 that are needed, two and 50 could not."""
    two_b, two_a = (grade("2", of, "2024-05-01", "2028-04-30") for of in ("B", "A"))
    codes = [f"MCH{one.code}" for one in sender.context.registry.organisations.at_level("county")]
    known = [code for code in codes if code in sender.context.registry.organisations]
    sender.grades(202601, dict.fromkeys(known[:2], two_a) | dict.fromkeys(known[2:37], two_b))
    (share,) = calculate(sender.context, [COUNTY2A], ["520000"], month_period(202610))
    assert (share.numerator, share.received, share.reason) == (2, 37, Reason.NOT_ON_RECORD)
    assert (share.comparison, share.gap) == (Comparison.NOT_ASSESSABLE, None)
    sender.grades(202602, {known[37]: two_b})
    (share,) = calculate(sender.context, [COUNTY2A], ["520000"], month_period(202610))
    assert (share.numerator, share.received, share.reason) == (2, 38, Reason.NONE)
    assert (share.comparison, share.gap) == (Comparison.WORSE, 51)


def test_where_nobody_is_on_record_there_is_no_share(context):
    (share,) = calculate(context, [COUNTY2A], ["520324"], month_period(202610))
    assert (share.numerator, share.denominator, share.value) == (None, 1, None)
    assert (share.reason, share.received, share.expected) == (Reason.NOT_ON_RECORD, 0, 1)


def test_the_province_is_measured_by_its_plan(sender):
    """88 counties, two at target; 60% of 88 is 52.8, so 51 more are needed."""
    counties = [f"MCH{one.code}" for one in sender.context.registry.organisations.at_level("county")]
    rows = {
        code: grade("2", "B", "2024-05-01", "2028-04-30")
        for code in counties
        if code in sender.context.registry.organisations
    }
    sender.grades(202601, rows | {code: REGISTER[code] for code in (HONGHUAGANG, BOZHOU)})
    context = sender.context
    (share,) = calculate(context, [COUNTY2A], ["520000"], month_period(202610))
    assert (share.numerator, share.denominator, share.gap) == (2, 88, 51)
    assert share.comparison is Comparison.WORSE
    assert share.target is not None
    assert (share.target.value, share.target.clause) == (60, "§三(四)")


def test_an_area_without_institutions_of_the_level_is_not_assessable(context):
    (share,) = calculate(context, [LEVEL3], ["520302"], month_period(202610))
    assert (share.value, share.reason) == (None, Reason.ZERO_DENOMINATOR)
