"""Many comparisons at once: which hold when false discoveries are kept below a stated share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.multitest import fdrcorrection

from indicators.statistics import given


class Discoveries(NamedTuple):
    """Of the inputs' shape: which are discoveries at the stated rate, and the rate at which each would just be one."""

    rejected: NDArray[np.bool_]
    adjusted: NDArray[np.float64]


def false_discovery(p_values: ArrayLike, rate: float = 0.05) -> Discoveries:
    """Which p values are discoveries when, on average, at most `rate` of the discoveries are false.

    The step-up procedure, for independent or positively dependent comparisons. NaN are no comparisons: not rejected,
    adjusted NaN. Raises ValueError for p values or a rate outside 0–1.
    Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B 1995;57:289–300.
    """
    values, share = given.gappy(p_values, "p values"), given.number(rate, "the rate")
    known = ~np.isnan(values)
    if not 0 < share < 1 or np.any((values[known] < 0) | (values[known] > 1)):
        raise ValueError("p values must lie from 0 to 1, and the rate between them")
    rejected, adjusted = np.zeros(values.shape, dtype=bool), np.full(values.shape, np.nan)
    if known.any():
        rejected[known], adjusted[known] = fdrcorrection(values[known], alpha=share)
    return Discoveries(rejected, adjusted)
