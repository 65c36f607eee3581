"""Values that stand out from a sender's own past: from its usual level, and from the same month of former years."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.statistics import given

# Of a normal distribution, the median absolute deviation is 0.6745 standard deviations and the mean one 1/1.253314.
_MEDIAN_DEVIATION, _MEAN_DEVIATION = 0.6745, 1.253314


def modified_z(values: ArrayLike, history: ArrayLike | None = None) -> NDArray[np.float64]:
    """How far values lie from the median of a history, in robust standard deviations; of the shape of `values`.

    0.6745 × (value − median) / median absolute deviation. Without a history the values are their own (as DHIS2's outlier
    detection does it); with one, a value that is no part of it cannot hide in it. When more than half of the history is
    one number, that deviation is 0 and the mean absolute deviation × 1.253314 takes its place. A history that never
    varied gives 0 for its own number and infinity for any other; an empty one gives NaN. NaN in the history are left out.
    Iglewicz B, Hoaglin DC. How to detect and handle outliers. ASQC Basic References in Quality Control, vol. 16.
    Milwaukee: ASQC Quality Press; 1993 (they call values beyond 3.5 potential outliers). The second scale is the one that
    IBM SPSS Statistics uses for the same case.
    """
    asked = given.gappy(values, "values")
    known = asked if history is None else given.gappy(history, "the history")
    known = known[np.isfinite(known)]
    if known.size == 0:
        return np.full(asked.shape, np.nan)
    middle = np.median(known)
    away, difference = np.abs(known - middle), asked - middle
    if (median_away := float(np.median(away))) > 0:
        return np.asarray(_MEDIAN_DEVIATION * difference / median_away)
    if (mean_away := float(np.mean(away))) > 0:
        return np.asarray(difference / (_MEAN_DEVIATION * mean_away))
    return np.where(difference == 0, 0.0, np.copysign(np.inf, difference))


def season_ratio(value: float, same_months: ArrayLike) -> float:
    """A value divided by the mean of the same month in former years; NaN without such a month, or when all were 0.

    The consistency-over-time ratio of the desk review: World Health Organization. Data quality review, module 2: desk
    review of data quality. Geneva: WHO; 2017 (there a year against the mean of up to three preceding years).
    """
    known = given.gappy(same_months, "former years")
    known = known[np.isfinite(known)]
    asked = float(given.gappy(value, "the value"))
    if known.size == 0 or not np.any(known):
        return float("nan")
    return float(asked / np.mean(known))


def count_difference_z(first: float, second: float) -> float:
    """Whether two counts differ by more than chance: their difference over the root of their sum; 0 for two zeros.

    The normal form of the test of Przyborowski J, Wilenski H. Homogeneity of results in testing samples from Poisson
    series. Biometrika 1940;31:313–323.
    """
    first, second = given.number(first, "counts"), given.number(second, "counts")
    together = first + second
    return 0.0 if together <= 0 else float((first - second) / np.sqrt(together))
