"""Empirical Bayes: the estimates of small units drawn towards the mean by as much as chance makes them uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from indicators.statistics import given

Numbers = NDArray[np.float64]
Kind = Literal["proportion", "rate"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Prior = Literal["likelihood", "moments"]
PRIORS: tuple[Prior, ...] = get_args(Prior)
DRAWS, SEED = 4000, 20211219  # the same ranks each time the same numbers are asked for
CERTAIN = 1e7  # a prior worth this many events (of a share, on the rarer side): no difference beyond chance


@dataclass(frozen=True)
class Shrunken:
    """Arrays of the inputs' shape (units,), NaN where there was no number.

    `estimate`, `lower`, `upper`: the posterior's mean and equal-tailed interval, which holds that the mean of all is itself
    only estimated. `weight`: 0–1, how much of the unit's own
    figure is in its estimate. `rank`: mean rank, 1 the lowest; `rank_lower`, `rank_upper`: its interval.
    `mean`: the prior's; `strength`: how many people (or expected events × 1 / rate) it is worth.
    """

    estimate: Numbers
    lower: Numbers
    upper: Numbers
    weight: Numbers
    rank: Numbers
    rank_lower: Numbers
    rank_upper: Numbers
    mean: float
    strength: float


def empirical_bayes(
    count: ArrayLike,
    total: ArrayLike,
    *,
    kind: Kind = "proportion",
    confidence: float = 0.95,
    prior: Prior = "likelihood",
) -> Shrunken:
    """Shrunken shares (beta prior) or rates per unit of exposure (gamma prior); inputs of shape (units,), NaN left out.

    The prior is fitted to all units by the largest marginal likelihood (beta-binomial, or negative binomial); with `prior`
    "moments" by its mean and variance: estimates of rates are then the global ones of Marshall. Intervals are those of beta or gamma distributions with the posterior's mean, and its variance + (1 − weight)² × the variance of
    the prior's mean: a naive interval takes that mean for certain, and is far too short when few units vary little. Rank
    intervals come from 4,000 draws of all of them together, with a fixed seed. With fewer than three units nothing is known
    of how they differ, and each is left as it is (Jeffreys' prior). One total may stand for all units. Raises ValueError
    for impossible counts.
    Efron B, Morris C. Data analysis using Stein's estimator and its generalizations. J Am Stat Assoc 1975;70:311–319;
    Marshall RJ. Mapping disease and mortality rates using empirical Bayes estimators. Appl Stat 1991;40:283–294 (of
    shares with the binomial's variance in the Poisson's place);
    Clayton D, Kaldor J. Empirical Bayes estimates of age-standardized relative risks. Biometrics 1987;43:671–681;
    the mean's share of the variance: Kass RE, Steffey D. Approximate Bayesian inference in conditionally independent
    hierarchical models. J Am Stat Assoc 1989;84:717–726 (first order, here for the mean alone);
    ranks: Goldstein H, Spiegelhalter DJ. League tables and their limitations. J R Stat Soc A 1996;159:385–443.
    """
    part, whole = given.gappy(count, "counts and totals"), given.gappy(total, "counts and totals")
    whole = np.full(part.shape, whole) if whole.ndim == 0 else whole
    confidence = given.one_confidence(confidence)
    known = _known(part, whole, kind)
    if prior not in PRIORS:
        raise ValueError(f"the prior must be one of {', '.join(PRIORS)}")
    seen, size = part[known], whole[known]
    share = kind == "proportion"
    mean, strength = (_moments if prior == "moments" else _prior)(seen, size, share)
    weight = size / (size + strength)
    estimate = (mean * strength + seen) / (size + strength)
    first, second = _posterior(estimate, weight, size, mean, strength, share)
    posterior = stats.beta(first, second) if share else stats.gamma(first, scale=1 / second)
    tail = (1 - confidence) / 2
    ranks = _ranks(first, second, share)
    lowest, highest = np.quantile(ranks, [tail, 1 - tail], axis=0, method="closest_observation")
    return Shrunken(
        estimate=_back(estimate, known),
        lower=_back(posterior.ppf(tail), known),
        upper=_back(posterior.ppf(1 - tail), known),
        weight=_back(weight, known),
        rank=_back(ranks.mean(axis=0), known),
        rank_lower=_back(lowest, known),
        rank_upper=_back(highest, known),
        mean=mean,
        strength=strength,
    )


def _posterior(
    estimate: Numbers, weight: Numbers, size: Numbers, mean: float, strength: float, share: bool
) -> tuple[Numbers, Numbers]:
    """The two parameters of each unit's beta or gamma distribution, with the uncertainty of the prior's mean in it."""
    if size.size < 3:  # the prior is not estimated
        unsure = 0.0
    elif share:
        unsure = mean * (1 - mean) / np.sum(size * (strength + 1) / (size + strength))
    else:
        unsure = mean / np.sum(size * strength / (size + strength))
    added = (1 - weight) ** 2 * unsure
    if share:
        spread = estimate * (1 - estimate)
        worth = spread / (spread / (size + strength + 1) + added) - 1
        return estimate * worth, (1 - estimate) * worth
    rate = estimate / (estimate / (size + strength) + added)
    return estimate * rate, rate


def _known(part: Numbers, whole: Numbers, kind: str) -> NDArray[np.bool_]:
    if kind not in KINDS:
        raise ValueError(f"the kind must be one of {', '.join(KINDS)}")
    if part.ndim != 1 or part.shape != whole.shape:
        raise ValueError("shrinking needs one count and one total a unit")
    known = np.isfinite(part) & np.isfinite(whole)
    seen, size = part[known], whole[known]
    if np.any(size <= 0) or np.any(seen < 0) or (kind == "proportion" and np.any(seen > size)):
        raise ValueError("counts must lie from 0 to the total (of a rate: from 0), and totals above 0")
    if not known.any():
        raise ValueError("there is no unit with a number")
    return np.asarray(known)


def _prior(seen: Numbers, size: Numbers, share: bool) -> tuple[float, float]:
    """The prior's mean and strength with the largest marginal likelihood; Jeffreys' prior with too few units."""
    if seen.size < 3:
        return (0.5, 1.0) if share else (0.5, 1e-9)
    start = (seen.sum() + 0.5) / (size.sum() + 1)
    if not seen.any() or (
        share and np.array_equal(seen, size)
    ):  # nothing, or everything: none differs from the others
        return float(start), float(CERTAIN / min(start, 1 - start) if share else CERTAIN / start)
    spread = np.log(CERTAIN / (min(start, 1 - start) if share else start))
    centre = np.log(start / (1 - start)) if share else np.log(start)
    scale = np.log(np.median(size))

    def loss(at: Numbers) -> float:
        mean = float(special.expit(at[0]) if share else np.exp(at[0]))
        return -_log_likelihood(seen, size, mean, float(np.exp(at[1])), share)

    tried = [
        optimize.minimize(
            loss, [centre, scale + shift], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}
        )
        for shift in (-2.0, 2.0)
    ]
    best = min(tried, key=lambda one: one.fun).x
    if best[1] > spread:  # no spread beyond chance: the mean is the whole, known exactly
        return float(seen.sum() / size.sum()), float(np.exp(spread))
    strength = float(np.exp(best[1]))
    return float(special.expit(best[0]) if share else np.exp(best[0])), strength


def _moments(seen: Numbers, size: Numbers, share: bool) -> tuple[float, float]:
    """The prior's mean, all events over all exposure, and the strength that its variance A gives: mean / A of a rate, so
    that a unit of size n weighs A / (A + mean / n); without variance beyond chance, or too few units, as in `_prior`."""
    if seen.size < 3:
        return _prior(seen, size, share)
    mean = float(seen.sum() / size.sum())
    chance = mean * (1 - mean) if share else mean
    if chance == 0:
        return _prior(seen, size, share)
    variance = float((size * (seen / size - mean) ** 2).sum() / size.sum())
    beyond = variance - chance / float(size.mean())
    most = CERTAIN / (min(mean, 1 - mean) if share else mean)
    if share:
        beyond /= 1 - 1 / float(size.mean()) if size.mean() > 1 else np.inf
    strength = chance / beyond - share if beyond > 0 else most
    return mean, float(np.clip(strength, 1e-9, most))


def _log_likelihood(seen: Numbers, size: Numbers, mean: float, strength: float, share: bool) -> float:
    if share:
        first, second = mean * strength, (1 - mean) * strength
        found = special.betaln(first + seen, second + size - seen) - special.betaln(first, second)
    else:
        first = mean * strength
        found = (
            special.gammaln(first + seen)
            - special.gammaln(first)
            + first * np.log(strength / (strength + size))
            + seen * np.log(size / (strength + size))
        )
    return float(found.sum())


def _ranks(first: Numbers, second: Numbers, share: bool) -> Numbers:
    """Ranks of the units in each draw, 1 the lowest: an array (draws, units)."""
    random = np.random.default_rng(SEED)
    shape = (DRAWS, first.size)
    drawn = random.beta(first, second, shape) if share else random.gamma(first, 1 / second, shape)
    return np.asarray(drawn.argsort(axis=1).argsort(axis=1) + 1.0)


def _back(found: ArrayLike, known: NDArray[np.bool_]) -> Numbers:
    full = np.full(known.shape, np.nan)
    full[known] = found
    return full
