"""Numbers of the places where women deliver: apart from the counties' own, and owed by those that are open."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from indicators.result import Reason
from indicators.results import calculate
from reference.organisations import Organisations
from reference.periods import month_range

COUNTY, HOSPITAL = "520302", "MCH520302"
SEVERE, MORTALITY = "severe_maternal_case_rate", "maternal_mortality_ratio"
SPRING = [202601, 202602, 202603, 202604]


def test_births_of_residents_and_births_in_the_hospital_are_never_mixed(sender):
    """100 births a month to residents, 40 in the hospital: 400 and 160 over four months, never 560."""
    sender.returns(COUNTY, SPRING, live_births=100, maternal_deaths=0)
    sender.deliveries(HOSPITAL, SPRING, live_births=40, severe_maternal_cases=1)
    period = month_range(202601, 202604)
    mortality, severe = calculate(sender.context, [MORTALITY, SEVERE], [COUNTY], period)
    assert (mortality.basis, mortality.denominator, mortality.expected) == ("residence", 400, 4)
    assert (severe.basis, severe.numerator, severe.denominator, severe.expected) == ("occurrence", 4, 160, 4)
    assert severe.value == 25.0


def test_a_hospital_has_its_own_row_and_owes_only_its_own_returns(sender):
    """Three of four months: 75%, below the 80% that an assessment needs; 3 cases in 120 births are 25 per 1,000."""
    sender.deliveries(HOSPITAL, SPRING[:3], live_births=40, severe_maternal_cases=1)
    sender.deliveries("MCH520303", SPRING, live_births=10, severe_maternal_cases=0)
    (one,) = calculate(sender.context, [SEVERE, MORTALITY], [HOSPITAL], month_range(202601, 202604))
    assert (one.level, one.indicator, one.received, one.expected) == ("institution", SEVERE, 3, 4)
    assert (one.value, one.reason) == (25.0, Reason.REPORTS_MISSING)


@pytest.mark.parametrize(
    ("spell", "reported", "expected"),
    [
        # Opens on 15 March: January and February are not owed, March and April are (open on their last days).
        ({"valid_from": dt.date(2026, 3, 15)}, [202603, 202604], 2),
        # Opens on the last day of February, and that month is owed.
        ({"valid_from": dt.date(2026, 2, 28)}, [202602, 202603, 202604], 3),
        # Closes on 30 March, a day before its month ends: January and February only.
        ({"valid_to": dt.date(2026, 3, 30)}, [202601, 202602], 2),
    ],
)
def test_months_before_opening_and_after_closing_are_not_owed(sender, spell, reported, expected):
    """The hospital sends all it owes, and its county has no other: complete, neither below nor above 100%."""
    known = sender.context.registry.organisations
    spells = [one.model_copy(update=spell) if one.code == HOSPITAL else one for one in known.all]
    changed = dataclasses.replace(sender.context.registry, organisations=Organisations(spells))
    sender.context.store.sync(changed)
    sender.context = dataclasses.replace(sender.context, registry=changed)
    sender.deliveries(HOSPITAL, reported, live_births=40, severe_maternal_cases=1)
    sender.deliveries("MCH520303", SPRING, live_births=10, severe_maternal_cases=0)
    (county,) = calculate(sender.context, [SEVERE], [COUNTY], month_range(202601, 202604))
    assert (county.received, county.expected, county.completeness) == (expected, expected, 1.0)


def test_returns_that_nobody_owed_do_not_make_up_for_those_missing(sender):
    """Zunyi's 15 institutions owe 15 a month. January has 16 returns and counts 15, February has one: 16 of 30, not 17."""
    city = "520300"
    organisations = sender.context.registry.organisations
    owed = [
        one.code for one in organisations.at_level("institution") if city in organisations.ancestors(one.code)
    ]
    assert len(owed) == 15
    for code in owed:
        sender.deliveries(code, [202601], live_births=10, severe_maternal_cases=0)
    sender.deliveries(COUNTY, [202601], live_births=10, severe_maternal_cases=0)  # owes no such return
    sender.deliveries(HOSPITAL, [202602], live_births=10, severe_maternal_cases=0)
    (one,) = calculate(sender.context, [SEVERE], [city], month_range(202601, 202602))
    assert (one.received, one.expected, one.reason) == (16, 30, Reason.REPORTS_MISSING)
