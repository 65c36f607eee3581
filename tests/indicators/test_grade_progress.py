"""Progress of grading, worked by hand over a register of Zunyi: 14 counties, six of them on record."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.grade_progress import progress, spells

ZUNYI, PROVINCE = "520300", "520000"
HONGHUAGANG, HUICHUAN, BOZHOU, TONGZI, SUIYANG, ZHENGAN = (
    f"MCH{code}" for code in ("520302", "520303", "520304", "520322", "520323", "520324")
)
OCTOBER = dt.date(2026, 10, 31)


def grade(level, grade_class, start, end, status="graded"):
    return {
        "level": level, "class": grade_class, "status": status, "valid_from": start, "valid_to": end,
        "document": "黔卫健函〔2024〕1号",
    }  # fmt: skip


@pytest.fixture
def context(sender):
    sender.grades(
        202401,
        {
            HONGHUAGANG: grade("2", "A", "2024-01-01", "2027-12-31"),
            HUICHUAN: grade("2", "B", "2024-01-01", "2027-12-31"),
            BOZHOU: grade("3", "none", "2024-01-01", "2026-12-31"),
            TONGZI: grade("2", "A", "2022-07-01", "2026-06-30"),
            SUIYANG: grade("2", "B", "2023-01-01", "2027-12-31", "under_review"),
            ZHENGAN: grade("2", "unknown", "2024-01-01", "2027-12-31"),
        },
    )
    return sender.context


def of(context, area, on=OCTOBER, code="county_level2a_share"):
    return progress(context, context.catalogue.get(code), area, on)


def names(found):
    return {one.institution for one in found}


def test_who_is_at_the_grade_and_who_lacks_it(context):
    found = of(context, ZUNYI)
    assert names(found.at_target) == {HONGHUAGANG, BOZHOU}, (
        "level three of no class is above level two class A"
    )
    assert names(found.lacking) == {HUICHUAN, TONGZI, SUIYANG}, "class B, ended in June, class B under review"
    assert names(found.unclear) == {ZHENGAN}, "level two, class not told: neither met nor failed"
    assert names(found.in_review) == {SUIYANG}
    assert len(found.not_on_record) == 14 - 6
    assert (found.share.numerator, found.share.denominator) == (2, 14)
    assert found.statuses["expired"] == 1
    assert found.statuses["unknown"] == 8


def test_counties_without_it_are_told_from_counties_of_which_nothing_is_known(context):
    found = of(context, ZUNYI)
    assert found.areas_lacking == ("520303", "520322", "520323")
    assert "520324" in found.areas_unknown
    assert len(found.areas_unknown) == 9


def test_what_would_move_the_share(context):
    """60% of 88 is 52.8, so 53; two there, 51 to go. Bozhou's grade ends on 31 December 2026, within the warning."""
    found = of(context, PROVINCE)
    assert found.needed == 51
    assert names(found.ending) == {BOZHOU}
    assert found.share_if_ended == pytest.approx(100 / 88)
    # The day, 31 December 2025, has come: no pace is left to speak of.
    assert (found.years_left, found.per_year) == (None, None)


def test_the_pace_to_the_target_s_day(context):
    """On 31 December 2024 the day is 365 days ahead; Tongzi still holds its grade, so 50 are to come."""
    found = of(context, PROVINCE, dt.date(2024, 12, 31))
    assert found.needed == 50
    assert found.years_left == pytest.approx(365 / 365.25)
    assert found.per_year == pytest.approx(50 * 365.25 / 365)
    # Until the target's day, a year ahead, nothing ends: Tongzi's is of June 2026.
    assert found.ending == ()


def test_an_area_without_a_target_has_no_need(context):
    assert of(context, ZUNYI).needed is None, "the plan sets the share for the province"


def test_grades_held_are_dated_and_said_once(context, sender):
    sender.grades(202501, {HUICHUAN: grade("2", "B", "2024-01-01", "2027-12-31")})
    sender.grades(202609, {HUICHUAN: grade("2", "A", "2026-08-01", "2030-07-31")})
    found = spells(context, HUICHUAN)
    assert [(one.grade_class, one.valid_from, one.known_from) for one in found] == [
        ("A", dt.date(2026, 8, 1), 202609),
        ("B", dt.date(2024, 1, 1), 202401),
    ]
    assert found[0].document == "黔卫健函〔2024〕1号"


def test_what_the_sources_say_is_a_spell_too(context):
    (guiyang,) = spells(context, "MCH520100")
    assert (guiyang.level, guiyang.grade_class, guiyang.known_from) == (3, "A", 0)
    assert guiyang.source
