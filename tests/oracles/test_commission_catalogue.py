"""The catalogue against the commission's list of indicators, line by line, and its targets against the commission's table."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from indicators.definition import load_catalogue
from reference.registry import load_registry

REGISTRY = load_registry()
CATALOGUE = load_catalogue(REGISTRY)
with Path(__file__).with_name("commission_indicators.csv").open(encoding="utf-8-sig", newline="") as handle:
    LINES = list(csv.DictReader(handle))

# Where the list says residence and the numbers come from delivery institutions: DECISIONS.md, Deviations.
COUNTED_WHERE_BORN = {"newborn_metabolic_screening_rate", "newborn_hearing_screening_rate"}
WHERE = {
    "residence": "residence", "institution": "occurrence", "both": "occurrence", "register": "register", "system": "register",
}  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["code"])
def test_each_line_of_the_list_is_in_the_catalogue(line):
    one = CATALOGUE.get(line["code"])
    assert one.zh == line["zh"]
    assert one.en.replace(",", "") == line["en"].replace(",", "")
    assert (str(one.multiplier), one.polarity) == (line["multiplier"], line["polarity"])
    if one.method != "register":
        assert "+".join(one.numerator) == line["numerator"]
        assert "+".join(one.denominator) == line["denominator"]
    where = "occurrence" if one.code in COUNTED_WHERE_BORN else WHERE[line["where"]]
    assert one.basis == where
    if line["mark"] != "-":
        assert one.mark == line["mark"][:1]


@pytest.mark.parametrize("one", list(CATALOGUE.by_code.values()), ids=lambda one: one.code)
def test_each_definition_is_whole(one):
    assert all(
        (one.rationale_zh, one.rationale_en, one.numerator_zh, one.denominator_zh, one.source, one.mark)
    )
    assert all((one.reported_zh, one.reported_en))
    assert dt.date(2026, 1, 1) <= one.reviewed
    assert one.mark in ("S", "K", "?")
    assert bool(one.clause) or one.mark != "S" or "WHO" in one.source or "HMIS" in one.source
    assert len(one.examples) >= 2
    assert any(example.value is None for example in one.examples)


def test_there_are_seventy_at_least():
    assert len(CATALOGUE.of_tree("guizhou")) >= 70


P, PC, ALL = ("province",), ("province", "prefecture"), ("province", "prefecture", "county")
C = ("county",)
# indicator, levels, value, year by which, mark
TARGETS = [
    ("prenatal_screening_coverage", ALL, 80, 2025, "S"),
    ("prenatal_screening_coverage", P, 90, 2027, "S"),
    ("provincial_prefecture_level3_share", P, 100, 2025, "S"),
    ("county_level2a_share", P, 60, 2025, "S"),
    ("childcare_places_per_1000", PC, 3, 2025, "S"),
    ("maternal_mortality_ratio", P, 12, 2030, "K"),
    ("neonatal_mortality_rate", P, 3, 2030, "K"),
    ("infant_mortality_rate", P, 5, 2030, "K"),
    ("under5_mortality_rate", P, 6, 2030, "K"),
    ("systematic_management_rate", P, 90, 2030, "K"),
    ("under7_management_rate", P, 90, 2030, "K"),
    ("under3_management_rate", P, 90, 2030, "?"),
    ("newborn_visit_rate", C, 90, None, "K"),
    ("postpartum_visit_rate", C, 90, None, "K"),
    ("under7_eye_examination_rate", C, 90, None, "K"),
    ("newborn_metabolic_screening_rate", P, 98, 2025, "K"),
    ("newborn_hearing_screening_rate", P, 90, 2025, "?"),
    ("hiv_testing_rate", C, 95, None, "K"),
    ("syphilis_testing_rate", C, 95, None, "K"),
    ("hepatitis_b_testing_rate", C, 95, None, "K"),
    ("cervical_cancer_screening_rate", P, 50, 2025, "K"),
    ("cervical_cancer_screening_rate", P, 70, 2030, "K"),
    ("premarital_examination_rate", P, 70, 2027, "K"),
    ("preconception_examination_coverage", P, 80, 2027, "K"),
    ("metabolic_timely_diagnosis_rate", P, 90, 2027, "K"),
    ("hearing_timely_diagnosis_rate", P, 90, 2027, "K"),
    ("hearing_timely_treatment_rate", P, 90, 2027, "K"),
    ("early_triple_testing_rate", P, 85, 2025, "?"),
]


@pytest.mark.parametrize(("indicator", "levels", "value", "by", "mark"), TARGETS)
def test_each_target_of_the_table_is_a_dated_row(indicator, levels, value, by, mark):
    found = [
        target
        for policy in REGISTRY.policies
        for target in policy.targets
        if (target.indicator, target.levels, target.value) == (indicator, levels, value)
        and (by is None or target.by.year == by)
    ]
    assert found, "no such row"
    assert {one.mark for one in found} == {mark}
    assert all(one.clause for one in found)
