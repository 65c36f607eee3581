"""Confidence intervals of proportions and rates: arrays or scalars in, (lower, upper) arrays of their shape out.

The confidence may be an array too, which goes with the counts by numpy's rules. Counts need not be whole. Whatever is no
finite number, or cannot be counted, raises ValueError; of nothing (an empty array) nothing comes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from indicators.statistics import given

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]

# Byar's approximation is close from ten events on; below that its lower limit may even be negative.
EXACT_BELOW = 10


def proportion(count: ArrayLike, total: ArrayLike, confidence: ArrayLike = 0.95) -> Limits:
    """Wilson's score interval of `count` / `total`, within 0–1.

    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209–212;
    method 3 of Newcombe RG. Two-sided confidence intervals for the single proportion. Stat Med 1998;17:857–872.
    """
    return _of_share(count, total, confidence, "wilson")


def exact_proportion(count: ArrayLike, total: ArrayLike, confidence: ArrayLike = 0.95) -> Limits:
    """The exact interval of Clopper and Pearson, within 0–1: never too narrow, often wider than it need be.

    Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial.
    Biometrika 1934;26:404–413.
    """
    return _of_share(count, total, confidence, "beta")


def rate(events: ArrayLike, exposure: ArrayLike, confidence: ArrayLike = 0.95) -> Limits:
    """Interval of `events` / `exposure` per unit of exposure: Byar's approximation, exact limits below ten events.

    Byar: Breslow NE, Day NE. Statistical methods in cancer research, vol. II. Lyon: IARC 1987, p. 69.
    Exact, by way of χ²: Ulm K. A simple method to calculate the confidence interval of a standardized mortality ratio.
    Am J Epidemiol 1990;131:373–375.
    """
    seen, within, level = _arrays(events, exposure, confidence)
    if np.any(seen < 0) or np.any(within <= 0):
        raise ValueError("events must not be negative and the exposure must be above 0")
    lower, upper = (np.asarray(limit) for limit in _byar(seen, level))
    few = seen < EXACT_BELOW
    lower[few], upper[few] = _exact(seen[few], level[few])
    return np.asarray(lower / within), np.asarray(upper / within)


def _exact(seen: NDArray[np.float64], confidence: NDArray[np.float64]) -> Limits:
    """Exact limits of a Poisson count."""
    tail = (1 - confidence) / 2
    none = seen == 0
    lower = np.where(none, 0.0, stats.chi2.ppf(tail, 2 * np.where(none, 1.0, seen)) / 2)
    return lower, np.asarray(stats.chi2.ppf(1 - tail, 2 * (seen + 1)) / 2)


def _byar(seen: NDArray[np.float64], confidence: NDArray[np.float64]) -> Limits:
    """Byar's limits of a Poisson count; of no use below one event."""
    z = stats.norm.ppf(1 - (1 - confidence) / 2)
    low, high = np.maximum(seen, 1.0), seen + 1
    lower = low * (1 - 1 / (9 * low) - z / (3 * np.sqrt(low))) ** 3
    return lower, high * (1 - 1 / (9 * high) + z / (3 * np.sqrt(high))) ** 3


def _of_share(count: ArrayLike, total: ArrayLike, confidence: ArrayLike, method: str) -> Limits:
    part, whole, level = _arrays(count, total, confidence)
    if np.any(whole <= 0) or np.any(part < 0) or np.any(part > whole):
        raise ValueError("a share needs a total above 0 and a count from 0 to the total")
    found = proportion_confint(part, whole, alpha=1 - level, method=method)
    lower, upper = (np.asarray(limit, dtype=np.float64) for limit in found)
    # Rounding must not leave a hair's breadth beyond nothing or the whole.
    return np.where(part == 0, 0.0, lower), np.where(part == whole, 1.0, upper)


def _arrays(
    first: ArrayLike, second: ArrayLike, confidence: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """All as arrays of one shape; raises ValueError for what is no number."""
    what = "counts, totals and exposures"
    one, other, level = given.together(
        given.finite(first, what), given.finite(second, what), given.confidence(confidence)
    )
    return one, other, level
