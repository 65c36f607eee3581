"""Where a share or rate is going: its trend, season and extra variation carried forward, and the chance of reaching a target."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from indicators.statistics import given

Numbers = NDArray[np.float64]
Kind = Literal["proportion", "rate"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OPERATORS = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}
YEAR = 12
FEWEST = 12  # months with a number, below which nothing is forecast
EVENTS_A_TERM = 10  # the events (of a share, on the rarer side) that each term of the model needs
DAMPING = 0.85  # each month ahead the trend goes on by this much of the month before
DRIFT = (
    0.03  # how far the level itself may wander in a month, on the scale of the model (log odds, or log rate)
)
DRAWS, SEED = 2000, 20211219


@dataclass(frozen=True)
class Trajectory:
    """Arrays over the months given and the `horizon` months after them.

    `centre`: the fitted, then forecast share or rate per unit of exposure; `lower`, `upper`: of the share or rate that
    will be counted in a month of usual size (beyond the data only; NaN before). `rolling`: the forecast of the last twelve
    months together, with `rolling_lower` and `rolling_upper`. `probability`: that the last twelve months together meet the
    target at the horizon's end; None without a target. `reached_at`: months from now until they first do, with the limits
    of the same confidence; infinite beyond the horizon. All is NaN when `assessable` is False.
    """

    assessable: bool
    centre: Numbers
    lower: Numbers
    upper: Numbers
    rolling: Numbers
    rolling_lower: Numbers
    rolling_upper: Numbers
    probability: float | None
    reached_at: tuple[float, float, float]
    dispersion: float


def trajectory(
    count: ArrayLike,
    total: ArrayLike,
    horizon: int,
    target: float | None = None,
    operator: str = ">=",
    kind: Kind = "proportion",
    season: bool = True,
    confidence: float = 0.95,
) -> Trajectory:
    """Forecast one monthly series; `count` and `total` of shape (months,), NaN where there is no number.

    A binomial (logit) or Poisson (log) model with a linear trend, damped ahead, yearly harmonics where two whole years are
    known (two pairs from three), and the dispersion that Pearson's χ² shows (never below 1). Each term needs ten events (of
    a share, on the rarer side) beside those of the others: few events have a level and no trend. `target` as a share or a
    rate per unit of exposure. With fewer than twelve months known nothing is forecast. Raises ValueError for impossible
    counts.
    McCullagh P, Nelder JA. Generalized linear models. 2nd ed. London: Chapman & Hall 1989 (quasi-likelihood, chapter 9);
    Peduzzi P et al. A simulation study of the number of events per variable. J Clin Epidemiol 1996;49:1373–1379;
    Gardner ES, McKenzie E. Forecasting trends in time series. Manage Sci 1985;31:1237–1246 (the damped trend).
    """
    seen, size = _checked(count, total, kind)
    horizon, confidence = _ahead(horizon), given.one_confidence(confidence)
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise ValueError(f"the operator must be one of {', '.join(OPERATORS)}")
    target = None if target is None else given.number(target, "the target")
    if target is not None and not (target >= 0 and (kind == "rate" or target <= 1)):
        raise ValueError("the target is a share from 0 to 1, or a rate of 0 or more")
    known = np.isfinite(seen) & np.isfinite(size)
    if known.sum() < FEWEST:
        return _nothing(seen.size + horizon, target)
    model = _fit(seen[known], size[known], np.flatnonzero(known), seen.size, horizon, kind, season)
    return _look_ahead(model, seen, size, known, horizon, target, operator, kind, confidence)


@dataclass(frozen=True)
class _Model:
    design: Numbers  # (months + horizon, terms)
    terms: Numbers
    covariance: Numbers
    dispersion: float


def _fit(
    seen: Numbers, size: Numbers, at: NDArray[np.intp], months: int, horizon: int, kind: Kind, season: bool
) -> _Model:
    events = float(seen.sum() if kind == "rate" else min(seen.sum(), (size - seen).sum()))
    plain = events == 0
    terms = int(events // EVENTS_A_TERM)
    waves = min(at.size // YEAR - 1, 2, (terms - 2) // 2) if season else 0
    design = _design(months, horizon, max(waves, 0), trend=terms >= 2)
    if plain:  # nothing, or everything, was counted: half an event keeps the odds finite
        share = (seen.sum() + 0.5) / (size.sum() + 1)
        odds = size.sum() * share * (1 - share) if kind == "proportion" else size.sum() * share
        level = special.logit(share) if kind == "proportion" else np.log(share)
        return _Model(design, np.array([level]), np.array([[1 / odds]]), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit on the edge warns; its wide limits say the same
        if kind == "proportion":
            work = GLM(np.column_stack([seen, size - seen]), design[at], family=families.Binomial())
        else:
            work = GLM(seen, design[at], family=families.Poisson(), offset=np.log(size))
        found = work.fit(maxiter=50)
    freedom = max(at.size - design.shape[1], 1)
    dispersion = max(float(found.pearson_chi2) / freedom, 1.0)
    return _Model(
        design, np.asarray(found.params), np.asarray(found.normalized_cov_params) * dispersion, dispersion
    )


def _design(months: int, horizon: int, harmonics: int, *, trend: bool) -> Numbers:
    """Level, trend in years up to now (damped ahead), and pairs of yearly waves."""
    time = np.arange(months + horizon, dtype=np.float64)
    ahead = np.cumsum(DAMPING ** np.arange(1, horizon + 1))
    grown = np.concatenate([time[:months] - (months - 1), ahead]) / YEAR
    columns = [np.ones(months + horizon)] + ([grown] if trend else [])
    for wave in range(1, harmonics + 1):
        angle = 2 * np.pi * wave * time / YEAR
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def _look_ahead(
    model: _Model,
    seen: Numbers,
    size: Numbers,
    known: NDArray[np.bool_],
    horizon: int,
    target: float | None,
    operator: str,
    kind: Kind,
    confidence: float,
) -> Trajectory:
    """Draw futures from the model's uncertainty, a wandering level and the counting itself, and read all from them."""
    months = seen.size
    back: Callable[[Numbers], Numbers] = special.expit if kind == "proportion" else np.exp
    part, whole = np.where(known, seen, 0.0), np.where(known, size, 0.0)
    coming = np.full(horizon, size[known][-YEAR:].mean())
    counted = _futures(model, months, coming, kind, back)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(counted / coming, tails, axis=0)
    before = np.broadcast_to(part[-(YEAR - 1) :], (DRAWS, YEAR - 1))
    ahead = _last_year(np.concatenate([before, counted], axis=1))
    ahead /= _last_year(np.concatenate([whole[-(YEAR - 1) :], coming]))
    with np.errstate(invalid="ignore"):
        told = np.concatenate([np.full(YEAR - 1, np.nan), _last_year(part) / _last_year(whole)])
    bounds = np.quantile(ahead, [tails[0], 0.5, tails[1]], axis=0)
    lower, rolling, upper = (np.concatenate([told, one]) for one in bounds)
    met = None if target is None else _met(ahead, target, operator)
    return Trajectory(
        assessable=True,
        centre=back(np.clip(model.design @ model.terms, -30, 30)),
        lower=np.concatenate([np.full(months, np.nan), low]),
        upper=np.concatenate([np.full(months, np.nan), high]),
        rolling=rolling,
        rolling_lower=lower,
        rolling_upper=upper,
        probability=None if met is None or not horizon else float(met[:, -1].mean()),
        reached_at=_first(met, tails),
        dispersion=model.dispersion,
    )


def _futures(
    model: _Model, months: int, coming: Numbers, kind: Kind, back: Callable[[Numbers], Numbers]
) -> Numbers:
    """Counts of the months ahead, of so many `coming`, in many draws: an array (draws, horizon)."""
    terms, wander, chance = _chances(model.terms.size, coming.size)
    values, vectors = np.linalg.eigh(model.covariance)
    drawn = model.terms + terms @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    level = back(np.clip(drawn @ model.design[months:].T + wander, -30, 30 if kind == "proportion" else 5))
    noise = level * (1 - level) if kind == "proportion" else level
    counted = level * coming + chance * np.sqrt(model.dispersion * noise * coming)
    return np.asarray(np.clip(counted, 0, coming if kind == "proportion" else None))


@lru_cache(maxsize=32)
def _chances(terms: int, horizon: int) -> tuple[Numbers, Numbers, Numbers]:
    """The same dice for every forecast of a shape: of the terms, of where the level wanders, and of the counting."""
    random = np.random.default_rng(SEED)
    return (
        random.normal(size=(DRAWS, terms)),
        np.cumsum(random.normal(0, DRIFT, (DRAWS, horizon)), axis=1),
        random.normal(size=(DRAWS, horizon)),
    )


def _last_year(monthly: Numbers) -> Numbers:
    """Sums of twelve months along the last axis, for every month that has eleven before it."""
    total = np.cumsum(monthly, axis=-1)
    total[..., YEAR:] -= total[..., :-YEAR].copy()
    return total[..., YEAR - 1 :]


def _met(values: Numbers, target: float, operator: str) -> NDArray[np.bool_]:
    return np.asarray(OPERATORS[operator](values, target))


def _first(met: NDArray[np.bool_] | None, tails: list[float]) -> tuple[float, float, float]:
    """Months until the target is first met: the middle draw and the limits; infinite when it never is."""
    if met is None or not met.shape[1]:
        return (float("nan"),) * 3
    first = np.where(met.any(axis=1), met.argmax(axis=1) + 1.0, np.inf)
    low, middle, high = np.quantile(first, [tails[0], 0.5, tails[1]], method="closest_observation")
    return float(middle), float(low), float(high)


def _nothing(length: int, target: float | None) -> Trajectory:
    empty = np.full(length, np.nan)
    nan = float("nan")
    return Trajectory(
        False, empty, empty, empty, empty, empty, empty, None if target is None else nan, (nan, nan, nan), nan
    )


def _ahead(horizon: int) -> int:
    months = given.whole(horizon, "the horizon")
    if months < 0:
        raise ValueError("the horizon must be 0 months or more")
    return months


def _checked(count: ArrayLike, total: ArrayLike, kind: Kind) -> tuple[Numbers, Numbers]:
    seen, size = given.gappy(count, "counts and totals"), given.gappy(total, "counts and totals")
    size = np.full(seen.shape, size) if size.ndim == 0 else size  # one total of all months
    if kind not in KINDS:
        raise ValueError(f"the kind must be one of {', '.join(KINDS)}")
    if seen.ndim != 1 or seen.shape != size.shape:
        raise ValueError("a forecast needs one count and one total a month")
    known = np.isfinite(seen) & np.isfinite(size)
    if np.any(size[known] <= 0) or np.any(seen[known] < 0):
        raise ValueError("counts must not be negative, and totals must be above 0")
    if kind == "proportion" and np.any(seen[known] > size[known]):
        raise ValueError("a share needs a count from 0 to the total")
    return seen, size


@dataclass(frozen=True)
class Backtest:
    """Over all origins and the `horizon` months after each: how far off, and how often inside.

    `error`, `naive_error`, `seasonal_error`: mean absolute errors of the forecast, of the last month's value and of the
    same month a year before. `covered`: share of counted months inside the interval. `forecasts`: how many were compared.
    """

    error: float
    naive_error: float
    seasonal_error: float
    covered: float
    forecasts: int

    @property
    def skill(self) -> float:
        """1 − error / that of the last value carried forward; above 0 is better."""
        return 1 - self.error / self.naive_error

    @property
    def seasonal_skill(self) -> float:
        """1 − error / that of the same month a year before."""
        return 1 - self.error / self.seasonal_error


def backtest(
    count: ArrayLike,
    total: ArrayLike,
    *,
    horizon: int = 6,
    first: int = 24,
    step: int = 3,
    kind: Kind = "proportion",
    confidence: float = 0.95,
) -> Backtest:
    """Forecast from each origin (after `first` months, every `step`) with what was known then, and compare with what came.

    Hyndman RJ, Athanasopoulos G. Forecasting: principles and practice. 3rd ed. OTexts 2021, sections 5.8 and 5.10.
    """
    seen, size = _checked(count, total, kind)
    horizon, first, step = (
        _ahead(horizon),
        given.whole(first, "the first origin"),
        given.whole(step, "the step"),
    )
    if first < YEAR or step < 1:
        raise ValueError("the first origin must have a year before it, and the step be a month or more")
    misses: list[Numbers] = []
    inside: list[NDArray[np.bool_]] = []
    for origin in range(first, seen.size - horizon + 1, step):
        ahead = trajectory(seen[:origin], size[:origin], horizon=horizon, kind=kind, confidence=confidence)
        came = seen[origin : origin + horizon] / size[origin : origin + horizon]
        last = seen[origin - 1] / size[origin - 1]
        before = np.resize(seen[origin - YEAR : origin] / size[origin - YEAR : origin], horizon)
        compared = np.stack([ahead.centre[origin:], np.full(horizon, last), before])
        usable = np.isfinite(came) & np.isfinite(compared).all(axis=0)
        misses.append(np.abs(compared - came)[:, usable])
        inside.append(((ahead.lower[origin:] <= came) & (came <= ahead.upper[origin:]))[usable])
    if not misses or not sum(one.shape[1] for one in misses):
        return Backtest(*(float("nan"),) * 4, 0)
    errors = np.concatenate(misses, axis=1)
    error, naive, seasonal = (float(one) for one in errors.mean(axis=1))
    return Backtest(error, naive, seasonal, float(np.concatenate(inside).mean()), errors.shape[1])
