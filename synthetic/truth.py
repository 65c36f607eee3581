"""The truth of the made-up province, read from truth.toml, and what a county or institution would count in a month.

Every draw depends on the seed, the organisation and the month alone, so the province is the same whoever writes it and in
whatever order. Numbers come from binomial draws down a chain, so that the forms' logic checks hold by construction.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from reference.periods import month_count
from reference.strict import Strict, read_toml

Counts = dict[str, int]


class Births(Strict):
    """How many are born, and when."""

    per_child_of_2020: float
    yearly_change: float
    season: tuple[float, ...]
    nonregistered: float
    male: float


class Draw(Strict):
    """One binomial draw: `element` out of the least of `of`."""

    element: str
    of: tuple[str, ...]
    share: float
    spread: float


class Deaths(Strict):
    """Deaths per live birth, and the causes of mothers' deaths."""

    stillbirth: float
    maternal: float
    early_neonatal: float
    late_neonatal: float
    post_neonatal: float
    child: float
    causes: tuple[float, ...]


class Planted(Strict):
    """A planted case of prenatal screening."""

    kind: Literal["behind", "deteriorating", "improving", "impossible", "silent"]
    counties: tuple[str, ...]
    share: float | None = None
    to: float | None = None
    over: int = 0


class Grades(Strict):
    """Grades that the register carries."""

    level3: tuple[str, ...]
    not_on_record: tuple[str, ...]
    expiring: dict[str, dt.date]
    expired: dict[str, dt.date]
    below: tuple[str, ...]


class Truth(Strict):
    """truth.toml."""

    births: Births
    residents: tuple[Draw, ...]
    deaths: Deaths
    births_here: tuple[Draw, ...]
    planted: tuple[Planted, ...]
    grades: Grades

    @cached_property
    def planted_by_county(self) -> Mapping[str, Planted]:
        """County → its planted case."""
        return {county: one for one in self.planted for county in one.counties}

    def counties(self, kind: str) -> tuple[str, ...]:
        """The counties of one kind of planted case."""
        return tuple(county for one in self.planted if one.kind == kind for county in one.counties)


def load_truth(path: Path | None = None) -> Truth:
    """Read the truth; raises DefinitionError for a wrong key."""
    return read_toml(path or Path(__file__).with_name("truth.toml"), Truth)


@dataclass(frozen=True)
class Window:
    """Seed, first and last month (yyyymm) of what is made up."""

    seed: int
    first: int
    last: int

    def random(self, *parts: str | int) -> np.random.Generator:
        """A generator of its own for each thing drawn."""
        words = [zlib.crc32(str(part).encode()) for part in parts]
        return np.random.default_rng(np.random.SeedSequence([self.seed, *words]))


CAUSES = (
    "haemorrhage",
    "hypertension",
    "amniotic_embolism",
    "infection",
    "heart_disease",
    "liver_disease",
    "other",
)


def expected_births(truth: Truth, children_of_2020: int, month: int) -> float:
    """Births expected in a month in a place that had so many children of age 0 at the census."""
    years = month // 100 - 2021 + (month % 100 - 1) / 12
    yearly: float = children_of_2020 * truth.births.per_child_of_2020 * truth.births.yearly_change**years
    return yearly / 12 * truth.births.season[month % 100 - 1]


@functools.cache  # lasting, and asked for anew every month
def _deviation(window: Window, organisation: str, element: str) -> float:
    """How far an organisation stands from the province, in standard deviations."""
    return float(window.random("share", organisation, element).standard_normal())


def own_share(window: Window, organisation: str, draw: Draw) -> float:
    """An organisation's own lasting share of a draw: the province's, moved on the logit scale."""
    if not 0 < draw.share < 1 or not draw.spread:
        return draw.share
    logit = math.log(draw.share / (1 - draw.share))
    logit += draw.spread * _deviation(window, organisation, draw.element)
    return float(1 / (1 + math.exp(-logit)))


def screening_share(truth: Truth, window: Window, county: str, month: int, usual: float) -> float:
    """The true share of women screened in a county and month, planted cases included."""
    case = truth.planted_by_county.get(county)
    if case is None or case.share is None:
        return usual
    if case.to is None or not case.over:
        return case.share
    left = month_count(month, window.last) - 1
    moved = 1 - min(left, case.over) / case.over
    return case.share + (case.to - case.share) * moved


def is_silent(truth: Truth, window: Window, county: str, month: int) -> bool:
    """Whether a county has stopped reporting."""
    case = truth.planted_by_county.get(county)
    return case is not None and case.kind == "silent" and month_count(month, window.last) <= case.over


def county_counts(
    truth: Truth, window: Window, county: str, children: int, city: bool, month: int
) -> dict[tuple[str, str], int]:
    """What a county counts of its residents in a month: (element, registered or nonregistered) → count."""
    outside = truth.births.nonregistered * (2 if city else 1)
    counts: dict[tuple[str, str], int] = {}
    for category, share in (("registered", 1 - outside), ("nonregistered", outside)):
        random = window.random("county", county, month, category)
        born = expected_births(truth, children, month) * share
        found = _residents(truth, window, county, month, random, born)
        counts |= {(element, category): value for element, value in found.items()}
    return counts


def _residents(
    truth: Truth, window: Window, county: str, month: int, random: np.random.Generator, expected: float
) -> Counts:
    counts = _births(truth, random, expected)
    counts["under7_children"] = int(expected * 12 * 7.4)
    counts["under3_children"] = int(expected * 12 * 3.05)
    for draw in truth.residents:
        share = own_share(window, county, draw)
        if draw.element == "prenatal_screened_women":
            share = screening_share(truth, window, county, month, share)
        base = min(counts[name] for name in draw.of)
        # A share above one is the planted impossibility: more screened than there are women.
        counts[draw.element] = int(random.binomial(base, share)) if share <= 1 else round(base * share)
    _diagnoses(counts, random)
    _deaths(truth, counts, random)
    return counts


def _births(truth: Truth, random: np.random.Generator, expected: float) -> Counts:
    born = int(random.poisson(expected))
    boys = int(random.binomial(born, truth.births.male))
    unknown = int(random.binomial(born - boys, 0.0004))
    still = int(random.binomial(born, truth.deaths.stillbirth))
    twins = int(random.binomial(born + still, 0.011))
    return {
        "live_births": born,
        "live_births_male": boys,
        "live_births_female": born - boys - unknown,
        "live_births_unknown_sex": unknown,
        "stillbirths": still,
        "parturient_women": max(born + still - twins, 0),
    }


def _diagnoses(counts: Counts, random: np.random.Generator) -> None:
    """Prenatal diagnosis: screen-positive women and others with a reason of their own."""
    others = int(random.binomial(counts["parturient_women"], 0.006))
    counts["prenatal_diagnosed_women"] = counts["prenatal_diagnosed_high_risk"] + others
    counts["prenatal_diagnosis_confirmed"] = int(random.binomial(counts["prenatal_diagnosed_women"], 0.12))


def _deaths(truth: Truth, counts: Counts, random: np.random.Generator) -> None:
    born, rates = counts["live_births"], truth.deaths
    early = int(random.binomial(born, rates.early_neonatal))
    neonatal = early + int(random.binomial(born, rates.late_neonatal))
    infant = neonatal + int(random.binomial(born, rates.post_neonatal))
    mothers = int(random.binomial(counts["parturient_women"], rates.maternal))
    by_cause = random.multinomial(mothers, rates.causes)
    counts |= {
        "early_neonatal_deaths": early,
        "neonatal_deaths": neonatal,
        "infant_deaths": infant,
        "under5_deaths": infant + int(random.binomial(born, rates.child)),
        "maternal_deaths": mothers,
        **{f"maternal_deaths_{cause}": int(number) for cause, number in zip(CAUSES, by_cause, strict=True)},
    }


def institution_counts(truth: Truth, window: Window, institution: str, expected: float, month: int) -> Counts:
    """What a delivery institution counts in a month, given how many births are expected there."""
    random = window.random("institution", institution, month)
    counts = _births(truth, random, expected)
    counts["deliveries"] = counts["parturient_women"]
    for draw in truth.births_here:
        base = min(counts[name] for name in draw.of)
        counts[draw.element] = int(random.binomial(base, own_share(window, institution, draw)))
    counts["vaginal_deliveries"] = counts["deliveries"] - counts["caesarean_deliveries"]
    for element, share in (("episiotomies", 0.2), ("labour_analgesia", 0.45)):
        counts[element] = int(random.binomial(counts["vaginal_deliveries"], share))
    counts["maternal_deaths"] = counts["severe_maternal_cases"] - counts["severe_maternal_rescued"]
    counts["early_neonatal_deaths"] = int(random.binomial(counts["live_births"], truth.deaths.early_neonatal))
    late = int(random.binomial(counts["live_births"], truth.deaths.late_neonatal))
    counts["neonatal_deaths"] = counts["early_neonatal_deaths"] + late
    _diagnoses(counts, random)
    return counts
