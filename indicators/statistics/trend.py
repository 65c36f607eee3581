"""Whether a share rises or falls from period to period beyond chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from indicators.statistics import given

Numbers = NDArray[np.float64]

# The five periods and the confidence of 99.8% with which Fingertips calls a trend.
FINGERTIPS_PERIODS, FINGERTIPS_CONFIDENCE = 5, 0.998


class Trend(float):
    """χ² for trend on one degree of freedom; with its p value and the change of the share per period."""

    p_value: float
    slope: float
    steady: bool  # whether the direction is the same whichever one period is left out

    def __new__(cls, statistic: float, slope: float, steady: bool = True) -> Trend:
        """The statistic is the number itself."""
        found = super().__new__(cls, statistic)
        found.p_value, found.slope, found.steady = float(stats.chi2.sf(statistic, 1)), slope, steady
        return found

    @property
    def statistic(self) -> float:
        """χ² as a plain number."""
        return float(self)

    def significant(self, confidence: float = FINGERTIPS_CONFIDENCE) -> bool:
        """Whether the trend is beyond chance at that confidence (Fingertips: 99.8%)."""
        return self.p_value < 1 - given.one_confidence(confidence)


def chi_square(count: ArrayLike, total: ArrayLike, scores: ArrayLike | None = None) -> Trend:
    """χ² for linear trend of `count` / `total` over the periods, in their order (or at `scores`). Inputs of shape (periods,).

    N (N Σrt − R Σnt)² / (R (N − R) (N Σnt² − (Σnt)²)); a share that is 0 or whole throughout has no trend (χ² = 0).
    Raises ValueError for fewer than two periods, a total ≤ 0 or a count beyond it.
    Fingertips only calls a trend what is also `steady` (there by the slope of the log odds of five periods).
    Armitage P. Tests for linear trends in proportions and frequencies. Biometrics 1955;11:375–386; as used by Public
    Health England's Fingertips ("recent trends": the last five periods at 99.8%).
    """
    part, whole = given.finite(count, "counts and totals"), given.finite(total, "counts and totals")
    whole = np.full(part.shape, whole) if whole.ndim == 0 else whole  # one total of all periods
    if part.ndim != 1 or part.shape != whole.shape or part.size < 2:
        raise ValueError("a trend needs counts and totals of the same two or more periods")
    if np.any(whole <= 0) or np.any(part < 0) or np.any(part > whole):
        raise ValueError("a share needs a total above 0 and a count from 0 to the total")
    at = _scores(part, scores)
    mean = part.sum() / whole.sum()
    slope, spread = _line(part / whole, whole, at)
    chance = mean * (1 - mean)
    statistic = float(slope**2 * spread / chance) if chance > 0 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = special.logit(part / whole)
    return Trend(statistic, slope, bool(np.isfinite(odds).all()) and _is_steady(odds, np.ones(at.size), at))


def from_intervals(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, scores: ArrayLike | None = None
) -> Trend:
    """χ² for linear trend of values known by their 95% intervals: rates, standardised rates. Inputs of shape (periods,).

    The weighted regression on the periods, each weighing 1 / standard error², which is its interval’s width / 3.92.
    Raises ValueError for fewer than two periods, or an interval without width.
    Fingertips technical guidance, Public Health England ("recent trends", for other indicators than shares).
    """
    known, low, high = (given.finite(one, "values and limits") for one in (value, lower, upper))
    if known.ndim != 1 or known.size < 2 or not known.shape == low.shape == high.shape:
        raise ValueError("a trend needs values and limits of the same two or more periods")
    if np.any(high <= low):
        raise ValueError("upper limits must lie above the lower ones")
    at, weight = _scores(known, scores), (3.92 / (high - low)) ** 2
    slope, spread = _line(known, weight, at)
    return Trend(float(slope**2 * spread), slope, _is_steady(known, weight, at))


def _scores(values: Numbers, scores: ArrayLike | None) -> Numbers:
    at = np.arange(1.0, values.size + 1) if scores is None else given.finite(scores, "scores")
    if at.shape != values.shape or np.ptp(at) == 0:
        raise ValueError("there must be one score a period, and two that differ")
    return at


def _line(value: Numbers, weight: Numbers, at: Numbers) -> tuple[float, float]:
    """The slope of the weighted line, and Σ weight × (score − mean score)²."""
    away = at - np.average(at, weights=weight)
    spread = (weight * away**2).sum()
    return float((weight * away * value).sum() / spread), float(spread)


def _is_steady(value: Numbers, weight: Numbers, at: Numbers) -> bool:
    """Whether the line keeps its direction without any one of the periods."""
    if value.size < 3:
        return True
    left = [np.arange(value.size) != out for out in range(-1, value.size)]
    slopes = [_line(value[one], weight[one], at[one])[0] for one in left if np.ptp(at[one]) > 0]
    return len({slope < 0 for slope in slopes}) == 1
