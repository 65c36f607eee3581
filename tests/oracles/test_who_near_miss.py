"""The WHO Multicountry Survey's near-miss ratios, from returns of hospitals to results.

Souza JP et al. Moving beyond essential interventions for reduction of maternal mortality (the WHO Multicountry Survey on
Maternal and Newborn Health). Lancet 2013;381:1747–1755: 306,771 live births, 2,538 near-misses, 486 deaths.
By hand: 2538/306771 = 8.273 per 1,000; 3024/306771 = 9.858 per 1,000; 486/3024 = 16.071%; 2538/486 = 5.222.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from indicators.definition import load_catalogue
from indicators.results import Context, calculate
from indicators.severe import severe_picture
from reference.periods import month_range
from store.records import SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save

# The survey's counts, cut in three: two hospitals of Guiyang and Zunyi, the first over two months.
# Births 100,000 + 106,771 + 100,000; near-misses 1,000 + 538 + 1,000; deaths 200 + 86 + 200.
RETURNS = [
    ("MCH520100", 202601, (100_000, 1_000, 200)),
    ("MCH520100", 202602, (106_771, 538, 86)),
    ("MCH520302", 202601, (100_000, 1_000, 200)),
]
ELEMENTS = ("live_births", "maternal_near_misses", "maternal_deaths")
PUBLISHED = {
    "maternal_near_miss_ratio": (2538, 306771, 8.273),
    "severe_maternal_outcome_ratio": (3024, 306771, 9.858),
    "maternal_mortality_index": (486, 3024, 16.071),
    "near_miss_to_death_ratio": (2538, 486, 5.222),
}


@pytest.fixture
def context(store, registry):
    submissions = tuple(
        SubmissionRecord(
            "delivery_monthly",
            "2024",
            "occurrence",
            hospital,
            month,
            1,
            None,
            None,
            tuple(
                ValueRecord(element, "", value, "", "", "S", element)
                for element, value in zip(ELEMENTS, counts, strict=True)
            ),
        )
        for hospital, month, counts in RETURNS
    )
    content = b"the survey's counts"
    upload = UploadRecord(
        name="survey.xlsx",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sender="test",
        received_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC),
        synthetic=False,
        submissions=submissions,
        issues=(),
    )
    save(store, registry, [upload], "test")
    return Context(registry, load_catalogue(registry), store, ())


@pytest.mark.parametrize("indicator", PUBLISHED)
def test_the_survey_s_ratios(context, indicator):
    (one,) = calculate(context, [indicator], ["520000"], month_range(202601, 202602))
    numerator, denominator, value = PUBLISHED[indicator]
    assert (one.numerator, one.denominator) == (numerator, denominator)
    assert one.value == pytest.approx(value, abs=0.0005)
    assert (one.lower is None) == (indicator == "near_miss_to_death_ratio")


def test_the_picture_of_severe_cases_has_the_survey_s_ratios(context):
    found = severe_picture(context, "520000", month_range(202601, 202602)).near_miss
    assert found is not None
    ratios = (
        found.near_miss_ratio,
        found.severe_outcome_ratio,
        found.mortality_index,
        found.near_misses_per_death,
    )
    assert ratios == pytest.approx([value for *_, value in PUBLISHED.values()], abs=0.0005)
