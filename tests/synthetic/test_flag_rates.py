"""How often a county is flagged behind, at the province's own county sizes, when its true share of women screened is known.

The planted counties lie well below the target and all others well above it, so that few false flags there say little about the
interval. Here every county is set exactly at the target, where a flag is hardest to get right, and then below it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from indicators.calculate import Counted
from indicators.definition import load_catalogue
from indicators.judge import judge
from indicators.result import Comparison
from reference.periods import rolling_year
from reference.registry import Registry
from synthetic.province import LAST, children_of_2020
from synthetic.truth import expected_births, load_truth

SCREENING = "prenatal_screening_coverage"
PERIOD = rolling_year(LAST)
YEARS = 200  # made-up years of every county
Z = 1.959964  # the 97.5th percentile of the normal distribution
TARGET = 80  # percent by 2025: the provincial plan of 19 December 2021


@pytest.fixture(scope="module")
def women(registry: Registry) -> np.ndarray:
    """Women of the last twelve months in each of the 88 counties."""
    truth, children = load_truth(), children_of_2020(registry)
    counties = registry.organisations.at_level("county")
    return np.array(
        [
            round(sum(expected_births(truth, children[one.code], month) for month in PERIOD.months))
            for one in counties
        ]
    )


def _flagged(registry: Registry, women: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Which are judged worse than the target: one row a year, one column a county."""
    definition = load_catalogue(registry).get(SCREENING)
    target = registry.target(SCREENING, "county", PERIOD.last_day)
    assert target is not None
    assert (target.target.value, target.due) == (TARGET, True)
    screened = np.random.default_rng(seed).binomial(women, share, size=(YEARS, len(women)))
    counted = [
        Counted("520102", int(one), int(out_of), 12, 12)
        for year in screened
        for one, out_of in zip(year, women, strict=True)
    ]
    results = judge(
        definition,
        counted,
        PERIOD.code,
        "residence",
        lambda _: "county",
        lambda _: target,
        registry.flagging(PERIOD.last_day),
    )
    return np.array([one.comparison is Comparison.WORSE for one in results]).reshape(YEARS, len(women))


def _chance_at_target(people: int) -> float:
    """The chance of a flag for a county exactly at the target.

    Wilson's interval is the score test turned round: its upper end lies below p0 just when the count lies more than z
    standard deviations, sqrt(n·p0·q0), below n·p0. How often that happens is a plain binomial probability.
    """
    p0 = TARGET / 100
    bound = people * p0 - Z * math.sqrt(people * p0 * (1 - p0))
    return float(binom.cdf(math.ceil(bound) - 1, people, p0))


def test_counties_exactly_at_the_target_are_flagged_as_often_as_the_interval_allows(
    registry: Registry, women: np.ndarray
) -> None:
    """Not more (crying wolf), and not less (an interval too wide to find anything): within 3.3 standard deviations of chance."""
    chances = np.array([_chance_at_target(int(one)) for one in women])
    assert chances == pytest.approx(0.025, abs=0.006), "every county's own chance is about one in forty"
    expected, spread = YEARS * chances.sum(), math.sqrt(YEARS * (chances * (1 - chances)).sum())
    assert _flagged(registry, women, TARGET / 100, seed=1).sum() == pytest.approx(expected, abs=3.3 * spread)


@pytest.mark.parametrize("share", [0.70, 0.75, 0.77, 0.78])
def test_counties_with_enough_women_are_found(registry: Registry, women: np.ndarray, share: float) -> None:
    """Enough: the normal approximation gives a flag in 999 years of 1,000, n ≥ ((z·√(p0·q0) + 3.09·√(p·q)) / (p0 − p))²."""
    p0 = TARGET / 100
    enough = ((Z * math.sqrt(p0 * (1 - p0)) + 3.09 * math.sqrt(share * (1 - share))) / (p0 - share)) ** 2
    large = women >= enough
    assert large.any()
    found = _flagged(registry, women, share, seed=2)[:, large]
    # At most one in a thousand is missed on average, and in the largest counties none; three in a thousand would be no chance.
    assert found.mean() >= 0.997


def test_counties_two_points_above_the_target_are_hardly_ever_flagged(
    registry: Registry, women: np.ndarray
) -> None:
    """The chance is a binomial one as at the target, far smaller; worked out with the true share of 82%."""
    p0 = TARGET / 100
    bounds = women * p0 - Z * np.sqrt(women * p0 * (1 - p0))
    chances = np.asarray(binom.cdf(np.ceil(bounds) - 1, women, 0.82))
    allowed = YEARS * chances.sum() + 3.3 * math.sqrt(YEARS * chances.sum()) + 1
    assert chances.max() < 0.015
    assert _flagged(registry, women, 0.82, seed=3).sum() <= allowed
