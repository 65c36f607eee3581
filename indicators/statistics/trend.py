"""Whether a share rises or falls from period to period beyond chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

# The five periods and the confidence of 99.8% with which Fingertips calls a trend.
FINGERTIPS_PERIODS, FINGERTIPS_CONFIDENCE = 5, 0.998


class Trend(float):
    """χ² for trend on one degree of freedom; with its p value and the change of the share per period."""

    p_value: float
    slope: float

    def __new__(cls, statistic: float, p_value: float, slope: float) -> Trend:
        """The statistic is the number itself."""
        found = super().__new__(cls, statistic)
        found.p_value, found.slope = p_value, slope
        return found

    @property
    def statistic(self) -> float:
        """χ² as a plain number."""
        return float(self)

    def significant(self, confidence: float = FINGERTIPS_CONFIDENCE) -> bool:
        """Whether the trend is beyond chance at that confidence (Fingertips: 99.8%)."""
        return self.p_value < 1 - confidence


def chi_square(count: ArrayLike, total: ArrayLike, scores: ArrayLike | None = None) -> Trend:
    """χ² for linear trend of `count` / `total` over the periods, in their order (or at `scores`). Inputs of shape (periods,).

    N (N Σrt − R Σnt)² / (R (N − R) (N Σnt² − (Σnt)²)); a share that is 0 or whole throughout has no trend (χ² = 0).
    Raises ValueError for fewer than two periods, a total ≤ 0 or a count beyond it.
    Armitage P. Tests for linear trends in proportions and frequencies. Biometrics 1955;11:375–386; as used by Public
    Health England's Fingertips ("recent trends": the last five periods at 99.8%).
    """
    part, whole = np.asarray(count, dtype=np.float64), np.asarray(total, dtype=np.float64)
    if part.ndim != 1 or part.shape != whole.shape or part.size < 2:
        raise ValueError("a trend needs counts and totals of the same two or more periods")
    if not (np.all(np.isfinite(part)) and np.all(np.isfinite(whole))):
        raise ValueError("counts and totals must be finite numbers")
    if np.any(whole <= 0) or np.any(part < 0) or np.any(part > whole):
        raise ValueError("a share needs a total above 0 and a count from 0 to the total")
    at = np.arange(1.0, part.size + 1) if scores is None else np.asarray(scores, dtype=np.float64)
    if at.shape != part.shape or np.ptp(at) == 0:
        raise ValueError("there must be one score a period, and two that differ")
    mean = part.sum() / whole.sum()
    away = at - (whole * at).sum() / whole.sum()
    spread = (whole * away**2).sum()
    slope = ((part - whole * mean) * away).sum() / spread
    chance = mean * (1 - mean)
    statistic = float(slope**2 * spread / chance) if chance > 0 else 0.0
    return Trend(statistic, float(stats.chi2.sf(statistic, 1)), float(slope))
