"""Funnel limits: where a unit of its size would lie by chance if it were like the rest; and how much more the rest vary."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from indicators.statistics import given
from indicators.statistics.intervals import Limits

Numbers = NDArray[np.float64]
MANY = 1e8  # events, beyond which scipy's inverse gives out; the first terms of its expansion are exact to 12 digits there


def proportion_limits(
    total: ArrayLike,
    centre: ArrayLike,
    confidence: ArrayLike = 0.998,
    *,
    phi: float = 1.0,
    between: float = 0.0,
) -> Limits:
    """Limits of a share around `centre` (0–1) for units of size `total`, within 0–1, of the inputs' shape.

    The observed shares of which a limit of Wilson's interval just touches the centre. Solved for the share, that is
    centre ± z × √(centre × (1 − centre) / total): the quadratic that Public Health England prints (PHEindicatormethods,
    `phe_funnels`) comes down to it. Overdispersion widens them: `phi` multiplies the variance, `between` adds one
    (see `overdispersion` and `between_variance`). Raises ValueError for a total ≤ 0 or a centre outside 0–1.
    Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185–1202.
    Fingertips technical guidance, Public Health England, "funnel plots".
    """
    size, middle, level = given.together(_finite(total), _finite(centre), given.confidence(confidence))
    _wider(phi, between)
    if np.any(size <= 0) or np.any(middle < 0) or np.any(middle > 1):
        raise ValueError("a funnel of shares needs totals above 0 and a centre from 0 to 1")
    half = _z(level) * np.sqrt(phi * middle * (1 - middle) / size + between)
    return np.asarray(np.maximum(middle - half, 0.0)), np.asarray(np.minimum(middle + half, 1.0))


def rate_limits(
    expected: ArrayLike, confidence: ArrayLike = 0.998, *, phi: float = 1.0, between: float = 0.0
) -> Limits:
    """Limits of observed ÷ expected for units in which `expected` events are expected, of its shape.

    The observed counts of which an exact Poisson limit just touches the expected count, taken as a continuous count:
    P(X ≤ lower | expected) = tail and P(X ≥ upper | expected) = tail; a lower limit below none is none. So they agree
    with the exact interval of the observed count, and with the points of PHEindicatormethods (`calculate_funnel_limits`
    for ratios). With overdispersion the limits are widened about 1 by the factor that the standard deviation grows by:
    √(phi + expected × between). Raises ValueError for an expected count ≤ 0.
    Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185–1202, appendix A.
    Dover DC, Schopflocher DP. Using funnel plots in public health surveillance. Popul Health Metr 2011;9:58.
    """
    mean, level = given.together(_finite(expected), given.confidence(confidence))
    _wider(phi, between)
    if np.any(mean <= 0):
        raise ValueError("a funnel of rates needs expected counts above 0")
    tail = (1 - level) / 2
    # At or below the tail already for no event at all: no count is low enough to stand out.
    none_is_common = np.exp(-mean) >= tail
    lower = np.where(none_is_common, 0.0, _count_at(tail, np.where(none_is_common, 50.0, mean)))
    upper = _count_at(1 - tail, mean) + 1.0
    # Below one event the continuous count of the upper limit would be below 1: one event is the least that can be seen.
    upper = np.where(np.isfinite(upper) & (-np.expm1(-mean) >= tail), upper, 1.0)
    widen = np.sqrt(phi + mean * between)
    low, high = 1 + (lower / mean - 1) * widen, 1 + (upper / mean - 1) * widen
    return np.asarray(np.maximum(low, 0.0)), np.asarray(high)


def _count_at(share: Numbers, mean: Numbers) -> Numbers:
    """The continuous count at or below which that share of a Poisson distribution lies."""
    many = mean > MANY
    count = special.pdtrik(share, np.where(many, MANY, mean))
    z = stats.norm.ppf(share)
    return np.asarray(np.where(many, mean + z * np.sqrt(mean) + (z * z - 4) / 6, count))


def overdispersion(z: ArrayLike, winsorised: float = 0.1) -> float:
    """φ: how many times more the units vary than chance alone would make them; about 1 when it is chance.

    `z`: distances from the centre in standard errors. The mean of their squares after the most extreme `winsorised` share
    on each side is pulled in to that quantile, so that true outliers do not hide themselves. NaN are left out; raises
    ValueError for a share outside 0–0.5, and gives NaN without any unit.
    Spiegelhalter DJ. Handling over-dispersion of performance indicators. Qual Saf Health Care 2005;14:347–351.
    """
    share = given.number(winsorised, "the winsorised share")
    if not 0 <= share < 0.5:
        raise ValueError("the winsorised share must lie from 0 to below 0.5")
    known = given.gappy(z, "distances")
    known = known[np.isfinite(known)]
    if known.size == 0:
        return float("nan")
    low, high = np.quantile(known, [share, 1 - share])
    return float(np.mean(np.clip(known, low, high) ** 2))


def between_variance(estimate: ArrayLike, standard_error: ArrayLike, winsorised: float = 0.1) -> float:
    """τ²: the variance between units beyond chance, in squared units of the estimate; 0 when φ shows none.

    (I × φ − (I − 1)) / (Σw − Σw² / Σw) with w = 1 / standard error², φ winsorised; the random-effects form, which
    unlike φ does not widen the limits of small units as much as those of large ones. The centre is the mean by w.
    Spiegelhalter DJ. Handling over-dispersion of performance indicators. Qual Saf Health Care 2005;14:347–351;
    DerSimonian R, Laird N. Meta-analysis in clinical trials. Control Clin Trials 1986;7:177–188.
    """
    value, error = given.together(
        given.gappy(estimate, "estimates"), given.gappy(standard_error, "standard errors")
    )
    given.number(winsorised, "the winsorised share")
    if np.any(error < 0):
        raise ValueError("standard errors must not be negative")
    known = np.isfinite(value) & np.isfinite(error) & (error > 0)
    units = int(known.sum())
    if units < 2:
        return 0.0
    weight = error[known] ** -2
    centre = np.average(value[known], weights=weight)
    phi = overdispersion((value[known] - centre) / error[known], winsorised)
    excess = units * phi - (units - 1)
    return float(max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum())))


def _z(confidence: Numbers) -> Numbers:
    return np.asarray(stats.norm.ppf(1 - (1 - confidence) / 2))


def _wider(phi: float, between: float) -> None:
    """Raises ValueError for an overdispersion that no units can show."""
    if min(given.number(phi, "phi"), given.number(between, "the variance between units")) < 0:
        raise ValueError("phi and the variance between units must be finite and not negative")


def _finite(values: ArrayLike) -> Numbers:
    return given.finite(values, "totals, centres and expected counts")
