"""What moves the shares of the grade register, over the register of tests/indicators/test_grading.py."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.grade_progress import Step, candidates, ending, history, if_nothing_is_renewed
from indicators.grading import standings
from tests.indicators.test_grading import (
    BOZHOU,
    CITY,
    COUNTY2A,
    HONGHUAGANG,
    HUICHUAN,
    LEVEL3,
    OCTOBER,
    REGISTER,
    SUIYANG,
    TONGZI,
    ZHENGAN,
    grade,
)

ZUNYI = {CITY, HONGHUAGANG, HUICHUAN, BOZHOU, TONGZI, SUIYANG, ZHENGAN}


@pytest.fixture
def context(sender):
    sender.grades(202601, REGISTER)
    return sender.context


@pytest.fixture
def seven(context):
    return [one for one in standings(context, OCTOBER) if one.institution in ZUNYI]


def test_a_grade_counts_until_its_last_day_and_no_longer(context, seven):
    """红花岗 (two A) ends on 30 April 2028, 播州 (three) on 31 December 2028; the others do not count."""
    days = [OCTOBER, dt.date(2028, 4, 30), dt.date(2028, 5, 1), dt.date(2028, 12, 31), dt.date(2029, 1, 1)]
    assert if_nothing_is_renewed(context.catalogue.get(COUNTY2A), seven, days) == [2, 2, 1, 1, 0]
    assert if_nothing_is_renewed(context.catalogue.get(LEVEL3), seven, [OCTOBER, dt.date(2027, 1, 1)]) == [
        1,
        0,
    ]


def test_what_ends_within_a_year_is_listed_and_what_has_ended_is_not(seven):
    # The city's hospital ends on 31 December 2026, 61 days on; 桐梓's ended in June and is no longer to be kept.
    assert [(one.institution, one.days_to_expiry) for one in ending(seven, 365)] == [(CITY, 61)]
    assert ending(seven, 60) == []


def test_who_could_move_the_share_the_nearest_first(context, seven):
    found = candidates(context.catalogue.get(COUNTY2A), seven)
    assert [(one.standing.institution, one.step) for one in found] == [
        (TONGZI, Step.LAPSED),
        (SUIYANG, Step.LAPSED),
        (HUICHUAN, Step.BELOW),
        (ZHENGAN, Step.NOT_ON_RECORD),
    ]
    assert candidates(context.catalogue.get(LEVEL3), seven) == []


def test_an_application_in_hand_comes_before_all_others(sender):
    sender.grades(202601, {**REGISTER, ZHENGAN: grade("2", "B", "2024-05-01", "2028-04-30", "under_review")})
    seven = [one for one in standings(sender.context, OCTOBER) if one.institution in ZUNYI]
    first = candidates(sender.context.catalogue.get(COUNTY2A), seven)[0]
    assert (first.standing.institution, first.step) == (ZHENGAN, Step.IN_HAND)


def test_the_grades_of_one_institution_over_time(sender):
    sender.grades(202306, {TONGZI: grade("2", "B", "2020-01-01", "2022-06-30")})
    sender.grades(202406, {TONGZI: grade("2", "A", "2022-07-01", "2026-06-30")})
    sender.grades(202506, {TONGZI: grade("2", "A", "2022-07-01", "2026-06-30", "applied")})
    found = history(sender.context, TONGZI)
    assert [(one.grade_class, one.begins, one.ends, one.status, one.recorded) for one in found] == [
        ("B", dt.date(2020, 1, 1), dt.date(2022, 6, 30), "graded", 202306),
        ("A", dt.date(2022, 7, 1), dt.date(2026, 6, 30), "applied", 202506),
    ]
    assert history(sender.context, ZHENGAN) == []
