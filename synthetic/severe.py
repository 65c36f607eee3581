"""The made-up lists of severe maternal cases: one workbook a prefecture and month, one row a case, made from the same counts as the monthly returns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loaders.template import TemplateRow
from reference.periods import first_day
from synthetic.quarterly import Severe
from synthetic.truth import Counts, Window

FORM = "severe_maternal_cases"
WEEKS = (26, 42)


def case_rows(
    severe: Severe, window: Window, institution: str, county: str, month: int, counts: Counts
) -> Iterator[TemplateRow]:
    """One row for each severe case that the institution's monthly return counts; deaths and near-misses agree with it."""
    random = window.random("cases", institution, month)
    died = counts["maternal_deaths"]
    near = counts["maternal_near_misses"]
    for number in range(counts["severe_maternal_cases"]):
        dead, critical = number < died, number < died + near
        values = _case(severe, random, institution, county, dead, critical)
        values |= {
            "case_number": f"{month % 10000:04d}-{number + 1:03d}",
            "case_discharge_month": first_day(month).isoformat(),
        }
        yield TemplateRow(institution, {(element, ""): value for element, value in values.items()})


def _case(
    severe: Severe, random: np.random.Generator, institution: str, county: str, dead: bool, critical: bool
) -> dict[str, int | str]:
    cause = _one_of(random, severe.causes)
    referred_in, referred_out = random.random() < severe.referred_in, random.random() < severe.referred_out
    systems = _systems(severe, random) if critical else set()
    hysterectomy = cause == "haemorrhage" and "uterine" in systems
    bleeding = cause == "haemorrhage"
    slow = severe.slow if institution in severe.slow_places else 1.0
    outcome = "died" if dead else "transferred" if referred_out else "recovered"
    return {
        "case_age_group": _one_of(random, severe.ages),
        "case_parity": 1 + int(random.binomial(3, 0.3)),
        "case_gestational_weeks": int(np.clip(random.normal(37, 3.2), *WEEKS)),
        "case_fetuses": 1 + int(random.random() < 0.03),
        "case_residence_county": county,
        "case_registered": "1" if random.random() < 0.8 else "2",
        "case_antenatal_visits": int(random.binomial(12, 0.6)),
        "case_risk_grade": _one_of(random, severe.grades),
        **{f"case_who_{system}": str(int(system in systems)) for system in severe.systems},
        "case_near_miss": str(int(bool(systems))),
        "case_cause": cause,
        "case_outcome_of_pregnancy": "caesarean" if random.random() < 0.6 else "vaginal",
        "case_referred_in": str(int(referred_in)),
        "case_referred_out": str(int(referred_out and not dead)),
        "case_minutes_to_treatment": int(np.clip(random.lognormal(np.log(severe.minutes * slow), 0.7), 1, 1440)),
        "case_consultation": str(int(critical or random.random() < 0.3)),
        "case_transfused_ml": 200 * int(random.poisson(6 if critical else 3)) if bleeding else 0,
        "case_intensive_care": str(int(critical or random.random() < severe.intensive_care)),
        "case_hysterectomy": str(int(hysterectomy)),
        "case_days_in_hospital": 3 + int(random.poisson(5)),
        "case_outcome": outcome,
    }  # fmt: skip


def _systems(severe: Severe, random: np.random.Generator) -> set[str]:
    """Which organ systems failed: at least one."""
    found = {system for system, share in severe.systems.items() if random.random() < share}
    return found or {_one_of(random, severe.systems)}


def _one_of(random: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return str(random.choice(list(shares), p=weights / weights.sum()))
