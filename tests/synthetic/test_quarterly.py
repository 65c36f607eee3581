"""The made-up returns of services and lists of severe cases keep to the forms' own checks and agree with the monthly returns."""

from __future__ import annotations

import pytest

from loaders.forms import load_forms
from reference.periods import quarter
from reference.registry import load_registry
from synthetic.province import LAST, SEED, children_of_2020
from synthetic.quarterly import load_services, quarter_ending, residents_of_2020, service_counts
from synthetic.severe import case_rows
from synthetic.truth import Window, institution_counts, load_truth

REGISTRY = load_registry()
FORMS = load_forms(REGISTRY)
WINDOW = Window(SEED, 202510, LAST)
TRUTH = load_truth()
COUNTIES = [one.code for one in REGISTRY.organisations.at_level("county")]


def counts_of(service, county):
    return service_counts(
        TRUTH, WINDOW, service, county, children_of_2020(REGISTRY)[county],
        residents_of_2020(REGISTRY)[county], quarter(2026, 3),
    )  # fmt: skip


@pytest.mark.parametrize("service", load_services().forms, ids=lambda one: one.code)
def test_every_county_keeps_the_checks_of_the_form(service):
    edition = FORMS.get(service.code).editions[-1]
    assert {one.element for one in edition.fields} == set(counts_of(service, "520102"))
    for county in COUNTIES:
        counts = counts_of(service, county)
        for check in edition.checks:
            if check.kind == "at_most":
                assert counts[check.element] <= sum(counts[one] for one in check.limit), (county, check.en)
            elif check.kind == "sums_to":
                assert counts[check.element] == sum(counts[one] for one in check.parts), (county, check.en)


def test_only_whole_quarters_are_sent():
    assert quarter_ending(WINDOW, 202609) == quarter(2026, 3)
    assert quarter_ending(WINDOW, 202512) == quarter(2025, 4)
    assert quarter_ending(WINDOW, 202610) is None
    assert quarter_ending(Window(SEED, 202608, LAST), 202609) is None


def test_places_stand_from_quarter_to_quarter():
    childcare = next(one for one in load_services().forms if one.code == "childcare_quarterly")
    size = (children_of_2020(REGISTRY)["520303"], residents_of_2020(REGISTRY)["520303"])
    found = [
        service_counts(TRUTH, WINDOW, childcare, "520303", *size, quarter(2026, number)) for number in (1, 2)
    ]
    assert found[0]["childcare_places"] == found[1]["childcare_places"] > 0


def test_a_list_of_cases_agrees_with_the_monthly_return():
    severe = load_services().severe
    for month in (202601, 202602, 202603):
        counts = institution_counts(TRUTH, WINDOW, "MCH520300", 400, month)
        rows = [row.values for row in case_rows(severe, WINDOW, "MCH520300", "520303", month, counts)]
        assert len(rows) == counts["severe_maternal_cases"]
        died = [row for row in rows if row["case_outcome", ""] == "died"]
        near = [row for row in rows if row["case_near_miss", ""] == "1" and row not in died]
        assert len(died) == counts["maternal_deaths"]
        assert len(near) == counts["maternal_near_misses"]
        assert len({row["case_number", ""] for row in rows}) == len(rows)
