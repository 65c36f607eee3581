"""Indicators counted from registers: rescue centres by county, and the reports themselves. Worked by hand."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from indicators.result import Reason
from indicators.results import calculate
from reference.periods import month_period, month_range
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

ZUNYI, PROVINCE, HONGHUAGANG, HUICHUAN = "520300", "520000", "520302", "520303"
CENTRES, COMPLETE, TIMELY = "county_severe_centre_share", "report_completeness", "report_timeliness"
OCTOBER = month_period(202610)


def centres(sender, month, rows):
    submissions = tuple(
        SubmissionRecord(
            "grade_register", "2024", "register", institution, month, 1, None, None,
            tuple(
                ValueRecord(f"severe_{kind}_centre", "", None, "", text, "S", kind)
                for kind, text in zip(("maternal", "newborn"), held, strict=True)
            ),
        )
        for institution, held in rows.items()
    )  # fmt: skip
    content = f"centres {month}".encode()
    moment = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    upload = UploadRecord(
        "c.xlsx", hashlib.sha256(content).hexdigest(), content, "test", moment, False, submissions, ()
    )
    save(sender.context.store, sender.context.registry, [upload], "test")


def test_a_county_is_covered_by_both_centres(sender):
    """Two of Zunyi's 14 counties are on record; one has both centres, the other one of them."""
    centres(sender, 202601, {"MCH520302": ("1", "1"), "MCH520303": ("1", "0")})
    zunyi, whole, county = calculate(sender.context, [CENTRES], [ZUNYI, PROVINCE, HUICHUAN], OCTOBER)
    assert (zunyi.numerator, zunyi.denominator, zunyi.received, zunyi.expected) == (1, 14, 2, 14)
    assert (whole.numerator, whole.denominator) == (1, 88)
    assert (county.numerator, county.denominator) == (0, 1)


def test_the_newest_row_known_by_the_day_counts(sender):
    centres(sender, 202601, {"MCH520303": ("1", "0")})
    centres(sender, 202609, {"MCH520303": ("1", "1")})
    (before,) = calculate(sender.context, [CENTRES], [HUICHUAN], month_period(202608))
    (after,) = calculate(sender.context, [CENTRES], [HUICHUAN], month_period(202609))
    assert (before.numerator, after.numerator) == (0, 1)


def test_reports_received_of_those_owed(sender):
    """June and July: Zunyi's 14 counties owe one form a month, and its 15 institutions another: (14 + 15) × 2 = 58."""
    sender.returns(HONGHUAGANG, [202606, 202607], live_births=10)
    sender.returns(HUICHUAN, [202607], live_births=10)
    sender.deliveries("MCH520302", [202607], live_births=10)
    zunyi, county = calculate(sender.context, [COMPLETE], [ZUNYI, HONGHUAGANG], month_range(202606, 202607))
    assert (zunyi.numerator, zunyi.denominator) == (4, 58)
    # Honghuagang and its institution: two reports each.
    assert (county.numerator, county.denominator, county.value) == (3, 4, 75)


def test_of_reports_due_before_the_first_file_came_nobody_knows_the_time(sender):
    """All came in November 2026, when the first file came; June and July had been due long before."""
    sender.returns(HONGHUAGANG, [202606, 202607], live_births=10)
    sender.returns(HUICHUAN, [202607], live_births=10)
    (one,) = calculate(sender.context, [TIMELY], [HONGHUAGANG], month_period(202607))
    # The county's own report is left out; its institution's never came and is not in time.
    assert (one.numerator, one.denominator, one.value) == (0, 1, 0)


@pytest.mark.parametrize("indicator", [COMPLETE, TIMELY])
def test_where_nothing_is_owed_nothing_is_judged(sender, indicator):
    (one,) = calculate(sender.context, [indicator], [PROVINCE], OCTOBER)
    assert (one.value, one.reason) == (None, Reason.ZERO_DENOMINATOR)
