"""The made-up quarterly returns of a county's services: women's screening, before marriage and pregnancy, newborns, childcare."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from reference.periods import Period, month_add, quarter
from reference.registry import Registry
from reference.strict import Strict, read_toml
from synthetic.truth import Counts, Draw, Truth, Window, expected_births, own_share

SIZES = 0.22  # how far counties lie apart in what they have for each resident (log scale)


class Split(Strict):
    """A number divided among its parts, by their shares."""

    of: str
    into: dict[str, float]


class Service(Strict):
    """How the numbers of one form come about."""

    code: str
    lasting: bool = False
    bases: dict[str, float]
    draws: tuple[Draw, ...]
    splits: tuple[Split, ...] = ()


class Severe(Strict):
    """Shares of severe maternal cases by cause, grade, age and care."""

    causes: dict[str, float]
    grades: dict[str, float]
    ages: dict[str, float]
    systems: dict[str, float]
    referred_in: float
    referred_out: float
    intensive_care: float
    minutes: float
    slow: float
    slow_places: tuple[str, ...]


class Services(Strict):
    """quarterly.toml."""

    forms: tuple[Service, ...]
    severe: Severe


@cache
def load_services() -> Services:
    """Read the file; raises DefinitionError for a wrong key."""
    return read_toml(Path(__file__).with_name("quarterly.toml"), Services)


def quarter_ending(window: Window, month: int) -> Period | None:
    """The quarter that ends with the month, where the whole of it lies in the window."""
    year, number = divmod(month, 100)
    if number % 3 or month_add(month, -2) < window.first:
        return None
    return quarter(year, number // 3)


def service_counts(truth: Truth, window: Window, service: Service, county: str, children: int, residents: int, period: Period) -> Counts:  # fmt: skip
    """What a county counts in a quarter for one form, by element."""
    random = window.random("service", service.code, county, *([] if service.lasting else [period.last]))
    if service.lasting:
        size = residents / 1000 * float(np.exp(SIZES * random.standard_normal()))
    else:
        size = sum(expected_births(truth, children, month) for month in period.months)
    counts = {
        element: int(round(size * base) if service.lasting else random.poisson(size * base))
        for element, base in service.bases.items()
    }
    for draw in service.draws:
        base = min(counts[name] for name in draw.of)
        counts[draw.element] = int(random.binomial(base, own_share(window, county, draw)))
    for split in service.splits:
        counts |= divided(random, counts[split.of], split.into)
    return counts


def divided(random: np.random.Generator, whole: int, shares: dict[str, float]) -> Counts:
    """A number among parts, drawn by their shares; the parts add up to it."""
    weights = np.array(list(shares.values()))
    return dict(zip(shares, map(int, random.multinomial(whole, weights / weights.sum())), strict=True))


def residents_of_2020(registry: Registry) -> dict[str, int]:
    """County → residents at the census."""
    return {
        one.organisation: one.value for one in registry.populations if one.element == "resident_population"
    }
