"""The picture of severe cases, from returns of two hospitals small enough to be worked by hand."""

from __future__ import annotations

import pytest

from indicators.calculate import Cell
from indicators.severe import (
    BreakdownRule,
    NearMiss,
    breakdown,
    severe_picture,
    severe_rules,
)
from loaders.forms import load_forms
from reference.periods import month_period, month_range

HERE, THERE, ZUNYI = "MCH520302", "MCH520303", "520300"
JULY = month_period(202607)


def test_the_rules_name_only_what_exists(registry):
    """Data elements, and of the case list only what its form counts; indicators by the codes of the catalogue."""
    rules = severe_rules()
    listed = rules.causes_listed
    named = {name for rule in rules.breakdowns for name in (rule.total, *rule.parts)}
    named |= {
        start + code for code in listed.codes for start in (listed.cases, listed.near_misses, listed.deaths)
    }
    named |= {name for rule in rules.events for name in (rule.event, rule.exposure)}
    assert sorted(named - set(registry.elements)) == []
    counted = {
        element
        for form in load_forms(registry).by_code.values()
        for edition in form.editions
        for element in (
            *(one.element for one in edition.fields),
            *(one.element for one in edition.counts),
        )
    }
    assert sorted(named - counted) == []


def test_the_survey_s_ratios():
    """Souza JP et al. Lancet 2013;381:1747–1755, by hand: 2538/306771, 3024/306771, 2538/486, 486/3024."""
    survey = NearMiss(2538, 486, 306_771)
    assert survey.severe_outcomes == 3024
    assert survey.near_miss_ratio == pytest.approx(8.2733, abs=0.0001)
    assert survey.severe_outcome_ratio == pytest.approx(9.8575, abs=0.0001)
    assert survey.near_misses_per_death == pytest.approx(5.2222, abs=0.0001)
    assert survey.mortality_index == pytest.approx(16.0714, abs=0.0001)


def test_nothing_to_divide_by_is_no_number():
    none = NearMiss(0, 0, 0)
    assert (none.near_miss_ratio, none.near_misses_per_death, none.mortality_index) == (None, None, None)


RULE = BreakdownRule(code="x", total="all", parts=("a", "b", "c"), exclusive=True)


def test_a_breakdown_has_what_no_part_explains_and_what_nobody_reported():
    counts = {
        "all": {(202606, 1): Cell(4, 1), (202607, 1): Cell(6, 2)},
        "a": {(202606, 1): Cell(1, 1), (202607, 1): Cell(2, 2)},
        "b": {(202606, 1): Cell(0, 1), (202607, 1): Cell(5, 2)},
    }
    found = breakdown(RULE, counts, month_range(202606, 202607))
    assert (found.total, found.reports) == (10, 3)
    assert [(one.count, one.share) for one in found.parts] == [(3, 0.3), (5, 0.5), (None, None)]
    assert found.rest == 2


def test_all_of_a_breakdown_speaks_of_the_same_months():
    counts = {
        "all": {(202606, 1): Cell(4, 1), (202607, 1): Cell(6, 1)},
        "a": {(202607, 1): Cell(2, 1)},
    }
    found = breakdown(RULE, counts, month_range(202606, 202607))
    assert (found.total, found.parts[0].count, found.parts[0].share) == (6, 2, pytest.approx(1 / 3))


def test_a_breakdown_that_nobody_reported_is_empty():
    assert breakdown(RULE, {}, JULY).is_empty


def test_the_picture_of_a_prefecture(sender):
    """2,000 births, 12 near-misses and 3 deaths where they happened: SMO 15, index 20%, 4 near-misses for each death."""
    sender.deliveries(
        HERE, [202607], live_births=1500, maternal_near_misses=8, maternal_deaths=1,
        severe_maternal_cases=20, severe_maternal_rescued=19,
        listed_cause_sepsis=5, listed_near_miss_sepsis=2, listed_died_sepsis=1,
        listed_cause_heart=4, listed_near_miss_heart=4, listed_died_heart=0,
        listed_timed=9, listed_minutes_10=3, listed_minutes_11_30=4, listed_minutes_31_60=1, listed_minutes_over_60=1,
    )  # fmt: skip
    sender.deliveries(
        THERE, [202607], live_births=500, maternal_near_misses=4, maternal_deaths=2,
        severe_maternal_cases=10, severe_maternal_rescued=8,
    )  # fmt: skip
    sender.returns("520302", [202607], live_births=900, maternal_deaths=1)
    found = severe_picture(sender.context, ZUNYI, JULY)
    assert found.near_miss == NearMiss(12, 3, 2000)
    values = {one.indicator: one.value for one in found.maternal}
    assert values["severe_maternal_outcome_ratio"] == 7.5
    assert values["maternal_mortality_index"] == 20
    assert values["near_miss_to_death_ratio"] == 4
    assert values["severe_maternal_case_rate"] == 15
    assert values["severe_maternal_rescue_success_rate"] == 90
    # The heart has four severe outcomes, sepsis three, of which one died: an index of 1/3.
    assert [one.code for one in found.causes[:2]] == ["heart", "sepsis"]
    sepsis = found.causes[1]
    assert (sepsis.cases, sepsis.near_misses, sepsis.deaths) == (5, 2, 1)
    assert sepsis.outcomes is not None
    assert sepsis.outcomes.mortality_index == pytest.approx(100 / 3)
    assert found.causes[-1].outcomes is None, "what the list did not count is not nought"
    minutes = found.breakdowns["minutes"]
    assert (minutes.total, [one.count for one in minutes.parts], minutes.rest) == (9, [3, 4, 1, 1], 0)
    assert found.breakdowns["newborn_causes"].is_empty
    # Deaths over time are those of residents: one, in the county's return.
    assert (found.over_time["maternal_deaths"].events, found.over_time["maternal_deaths"].kind) == (1, "none")


def test_the_institutions_of_an_area_stand_beside_each_other(sender):
    """19 of 20 and 8 of 10 rescued: 27 of 30 in common, 90%; for 20 cases 99.8% limits 90 ± 3.0902 √(90·10/20)."""
    sender.deliveries(HERE, [202607], live_births=1500, severe_maternal_cases=20, severe_maternal_rescued=19)
    sender.deliveries(THERE, [202607], live_births=500, severe_maternal_cases=10, severe_maternal_rescued=8)
    found = severe_picture(sender.context, ZUNYI, JULY).compared["severe_maternal_rescue_success_rate"]
    assert found.centre == pytest.approx(90)
    assert [one.result.organisation for one in found.peers] == [HERE, THERE]
    assert found.peers[0].outer_lower == pytest.approx(90 - 3.0902 * 45**0.5, abs=0.001)
    assert found.peers[0].outer_upper == 100
    assert [one.stands_out for one in found.peers] == ["", ""]


def test_an_institution_far_from_the_others_stands_out(sender):
    """60 of 100 where all together have 155 of 200: 77.5% − 3.0902 √(77.5·22.5/100) = 64.6%."""
    sender.deliveries(HERE, [202607], live_births=1500, severe_maternal_cases=100, severe_maternal_rescued=95)
    sender.deliveries(THERE, [202607], live_births=500, severe_maternal_cases=100, severe_maternal_rescued=60)
    found = severe_picture(sender.context, ZUNYI, JULY).compared["severe_maternal_rescue_success_rate"]
    assert [one.stands_out for one in found.peers] == ["above", "below"]
