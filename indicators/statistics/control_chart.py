"""Control charts over time with the NHS rules for special causes: what is chance, and what is a change.

Every chart takes one series or many: arrays of shape (..., periods), and charts each series along the last axis. NaN are
periods without a number; they are stepped over, so that the periods around them are neighbours.

`rebase` says where a stated change lies (a new definition, a new service): from there each chart has its own line, limits and
runs. It is one or several positions; or, with `dates` (those of the periods, ascending: dates, or months such as 202401),
days or months as they are written there, and the stretch starts with the first period on or after each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.statistics import given, runs

Numbers = NDArray[np.float64]
Rebase = (
    Sequence[Any] | Any
)  # where the line and limits start anew (a stated change): positions, or dates of `dates`

# 3 standard deviations from the mean moving range, and the range beyond which one is not counted: 3 / 1.128 and 3.267,
# as NHS England rounds them.
PROCESS_LIMIT, RANGE_LIMIT, RANGE_TO_SIGMA = 2.66, 3.267, 1.128
HAIR = 1e-12  # of the largest number of a series: differences below it come from rounding
NELSON = 3.6  # times between rare events, to the power 1/3.6, are nearly normal


@dataclass(frozen=True)
class Chart:
    """Arrays of the series' shape: the line, its limits, and for each point the rules that it is part of.

    `side` is −1, 0 or 1: below, on or above the line that the rules count from. NaN and False where there is no number.
    """

    values: Numbers
    centre: Numbers
    lower: Numbers
    upper: Numbers
    side: NDArray[np.int8]
    outside: NDArray[np.bool_]  # beyond a limit
    shift: NDArray[np.bool_]  # one of seven or more in a row on one side of the line
    trend: NDArray[np.bool_]  # one of seven or more in a row that only rise, or only fall
    near: NDArray[np.bool_]  # one of two near a limit, among three on that side

    @property
    def special(self) -> NDArray[np.bool_]:
        """Points that any rule calls a special cause."""
        return self.outside | self.shift | self.trend | self.near

    @property
    def special_causes(self) -> tuple[tuple[str, ...], ...]:
        """Of a single series, the rules by name that hold at each point: none where it is chance."""
        return tuple(map(self.causes, range(self.values.shape[-1])))

    def causes(self, point: int) -> tuple[str, ...]:
        """The rules by name that hold at one point of a single series."""
        return tuple(name for name in ("outside", "shift", "trend", "near") if getattr(self, name)[point])


def xmr(
    values: ArrayLike,
    *,
    rebase: Rebase = (),
    dates: Sequence[Any] | None = None,
    screen: bool = True,
    fixed: int | None = None,
) -> Chart:
    """Individual values with limits from their moving ranges: mean ± 2.66 × mean moving range.

    `screen`: ranges beyond 3.267 × their mean are left out of it, once. `fixed`: only the first so many points of each stretch set the line and limits.
    Shewhart WA 1931; Wheeler DJ. Understanding variation. Knoxville: SPC Press 1993; as NHS England's "Making data count"
    draws it (NHSRplotthedots).
    """
    series = _series(values)
    if fixed is not None and (fixed := given.whole(fixed, "the number of points that fix the limits")) < 2:
        raise ValueError("there must be two points or more to fix the limits by")
    return _by_stretch(series, rebase, dates, lambda part, _: _xmr(part, screen, fixed, PROCESS_LIMIT))


def p_chart(
    count: ArrayLike,
    total: ArrayLike,
    *,
    rebase: Rebase = (),
    dates: Sequence[Any] | None = None,
    confidence_sigma: float = 3.0,
) -> Chart:
    """Shares of each period with binomial limits about the whole share: p̄ ± 3 √(p̄(1 − p̄)/n), within 0–1.

    Montgomery DC. Introduction to statistical quality control. 6th ed. Hoboken: Wiley 2009, section 7.2.
    """
    part, whole = _pair(count, total, share=True)
    _above_nought(confidence_sigma)
    return _by_stretch(
        part / whole, rebase, dates, lambda _, at: _share(part[..., at], whole[..., at], confidence_sigma)
    )


def u_chart(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    rebase: Rebase = (),
    dates: Sequence[Any] | None = None,
    confidence_sigma: float = 3.0,
) -> Chart:
    """Rates of each period with Poisson limits about the whole rate: ū ± 3 √(ū/n), never below 0.

    Montgomery DC. Introduction to statistical quality control. 6th ed. Hoboken: Wiley 2009, section 7.3.
    """
    seen, within = _pair(events, exposure, share=False)
    _above_nought(confidence_sigma)
    return _by_stretch(
        seen / within, rebase, dates, lambda _, at: _rate(seen[..., at], within[..., at], confidence_sigma)
    )


def p_prime_chart(
    count: ArrayLike, total: ArrayLike, *, rebase: Rebase = (), dates: Sequence[Any] | None = None
) -> Chart:
    """A p chart whose limits also hold the variation between periods beyond chance: they are multiplied by σ_z.

    σ_z: mean moving range of the standardised shares / 1.128.
    Laney DB. Improved control charts for attributes. Qual Eng 2002;14:531–537.
    """
    part, whole = _pair(count, total, share=True)
    return _by_stretch(
        part / whole, rebase, dates, lambda _, at: _share(part[..., at], whole[..., at], 3.0, laney=True)
    )


def u_prime_chart(
    events: ArrayLike, exposure: ArrayLike, *, rebase: Rebase = (), dates: Sequence[Any] | None = None
) -> Chart:
    """A u chart whose limits also hold the variation between periods beyond chance: they are multiplied by σ_z.

    Laney DB. Improved control charts for attributes. Qual Eng 2002;14:531–537.
    """
    seen, within = _pair(events, exposure, share=False)
    return _by_stretch(
        seen / within, rebase, dates, lambda _, at: _rate(seen[..., at], within[..., at], 3.0, laney=True)
    )


def g_chart(between: ArrayLike, *, rebase: Rebase = (), dates: Sequence[Any] | None = None) -> Chart:
    """Births (or other opportunities) between rare events: ḡ ± 3 √(ḡ(ḡ + 1)), never below 0.

    A geometric count is skewed, so the runs are counted from its median, ln 2 × (ḡ + ½) − ½, not from the line.
    Benneyan JC. Number-between g-type statistical quality control charts for monitoring adverse events.
    Health Care Manag Sci 2001;4:305–318.
    """
    series = _at_least_nought(between, "numbers between events")
    return _by_stretch(series, rebase, dates, lambda part, _: _geometric(part))


def t_chart(
    between: ArrayLike, *, rebase: Rebase = (), dates: Sequence[Any] | None = None, screen: bool = False
) -> Chart:
    """Times between rare events: mean ± 3 × mean moving range / 1.128 of time^(1/3.6), drawn back in time; never below 0.

    Two events on one day are 0 apart. Ranges are not screened unless asked for, and 3 / 1.128 is not rounded to the 2.66 of
    the NHS's XmR charts, as in qicharts2 (`qic.t`) and Montgomery's example 7.6.
    Nelson LS. A control chart for parts-per-million nonconforming items. J Qual Technol 1994;26:239–240.
    """
    series = _at_least_nought(between, "times between events")
    return _by_stretch(series, rebase, dates, lambda part, _: _nelson(part, screen))


def _xmr(series: Numbers, screen: bool, fixed: int | None, limit: float) -> Chart:
    base = series.copy()
    if fixed is not None:
        base[..., fixed:] = np.nan
    centre = _mean(base)
    half = limit * _mean_range(base, screen)
    return _chart(series, centre, centre - half, centre + half)


def _share(part: Numbers, whole: Numbers, sigmas: float, laney: bool = False) -> Chart:
    values = part / whole
    centre = np.nansum(part, axis=-1, keepdims=True) / _sum(whole)
    return _about(values, centre, np.sqrt(centre * (1 - centre) / whole), sigmas, laney, top=1.0)


def _rate(seen: Numbers, within: Numbers, sigmas: float, laney: bool = False) -> Chart:
    values = seen / within
    centre = np.nansum(seen, axis=-1, keepdims=True) / _sum(within)
    return _about(values, centre, np.sqrt(centre / within), sigmas, laney, top=np.inf)


def _about(values: Numbers, centre: Numbers, sigma: Numbers, sigmas: float, laney: bool, top: float) -> Chart:
    if laney:
        z = np.divide(values - centre, sigma, out=np.full(values.shape, np.nan), where=sigma > 0)
        # A share of nothing or the whole has no error, and none is made larger.
        sigma = np.where(sigma > 0, sigma * (_mean_range(z, screen=False) / RANGE_TO_SIGMA), sigma)
    half = sigmas * sigma
    return _chart(values, centre, np.maximum(centre - half, 0.0), np.minimum(centre + half, top), half)


def _geometric(series: Numbers) -> Chart:
    centre = _mean(series)
    half = 3 * np.sqrt(centre * (centre + 1))
    median = np.log(2) * (centre + 0.5) - 0.5
    return _chart(series, centre, np.maximum(centre - half, 0.0), centre + half, half, middle=median)


def _nelson(series: Numbers, screen: bool) -> Chart:
    one = _xmr(series ** (1 / NELSON), screen, None, 3 / RANGE_TO_SIGMA)

    def back(line: Numbers) -> Numbers:
        return np.maximum(line, 0.0) ** NELSON

    return Chart(
        series,
        back(one.centre),
        back(one.lower),
        back(one.upper),
        one.side,
        one.outside,
        one.shift,
        one.trend,
        one.near,
    )


def _chart(
    series: Numbers,
    centre: Numbers,
    lower: Numbers,
    upper: Numbers,
    half: Numbers | None = None,
    middle: Numbers | None = None,
) -> Chart:
    """The rules on top of the line and limits; `half` is the distance of a limit before it was cut, for "near"."""
    centre, lower, upper = (np.broadcast_to(one, series.shape).copy() for one in (centre, lower, upper))
    line = centre if middle is None else np.broadcast_to(middle, series.shape)
    half = upper - centre if half is None else np.broadcast_to(half, series.shape)
    hair = HAIR * np.max(np.nan_to_num(np.abs(series)), axis=-1, keepdims=True, initial=0.0)
    with np.errstate(invalid="ignore"):
        away = np.where(np.abs(series - line) > hair, series - line, 0.0)
        side = np.sign(away).astype(np.int8)
        outside = (series > upper + hair) | (series < lower - hair)
        close = ~outside & (np.abs(series - centre) > half * 2 / 3 + hair)
    return Chart(series, centre, lower, upper, side, outside, *runs.special_causes(series, side, close))


def _by_stretch(
    series: Numbers,
    rebase: Rebase,
    dates: Sequence[Any] | None,
    chart: Callable[[Numbers, slice], Chart],
) -> Chart:
    """Chart each stretch between rebases by itself and put them end to end."""
    periods = series.shape[-1]
    places = _places(rebase, dates, periods)
    if any(not 0 < one < periods for one in places):
        raise ValueError("a rebase must lie within the series, after its first point")
    edges = [0, *sorted(set(places)), periods]
    parts = [chart(series[..., slice(first, last)], slice(first, last)) for first, last in pairwise(edges)]
    if len(parts) == 1:
        return parts[0]
    return Chart(
        **{
            name: np.concatenate([getattr(one, name) for one in parts], axis=-1)
            for name in Chart.__annotations__
        }
    )


def _places(rebase: Rebase, dates: Sequence[Any] | None, periods: int) -> list[int]:
    """The positions at which a stretch starts."""
    asked = np.atleast_1d(np.asarray(() if rebase is None else rebase))
    if dates is None:
        if asked.size and asked.dtype.kind not in "iu":
            raise ValueError("a rebase is a position in the series, or with `dates` a date")
        return [int(one) for one in asked]
    try:
        return _on_or_after(asked, np.asarray(dates), periods)
    except TypeError:
        raise ValueError("dates and rebases must be of one kind that has an order") from None


def _on_or_after(asked: NDArray[Any], known: NDArray[Any], periods: int) -> list[int]:
    if known.shape != (periods,) or np.any(known[1:] < known[:-1]):
        raise ValueError("there must be one date a period, in ascending order")
    kind = known.dtype if known.dtype.kind == "M" else None  # days as text are days
    return [int(np.searchsorted(known, np.asarray(one, dtype=kind))) for one in asked]


def _mean_range(series: Numbers, screen: bool) -> Numbers:
    """Mean moving range along the last axis, kept as an axis of one; NaN with fewer than two numbers."""
    ranges = np.abs(np.diff(runs.packed(series), axis=-1))
    mean = _mean(ranges)
    if screen:
        with np.errstate(invalid="ignore"):
            mean = _mean(np.where(ranges < RANGE_LIMIT * mean, ranges, np.nan), otherwise=mean)
    return mean


def _mean(series: Numbers, otherwise: Numbers | float = np.nan) -> Numbers:
    known = np.isfinite(series)
    count = known.sum(axis=-1, keepdims=True)
    total = np.where(known, series, 0.0).sum(axis=-1, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), otherwise)


def _sum(series: Numbers) -> Numbers:
    total = np.nansum(series, axis=-1, keepdims=True)
    return np.where(total > 0, total, np.nan)


def _series(values: ArrayLike) -> Numbers:
    series = given.gappy(values, "the numbers of a control chart")
    if series.ndim == 0:
        raise ValueError("a control chart needs a series of numbers")
    return series


def _above_nought(sigmas: float) -> None:
    if not given.number(sigmas, "the limits' distance from the line") > 0:
        raise ValueError("the limits must lie a finite number of standard deviations above 0 from the line")


def _at_least_nought(values: ArrayLike, what: str) -> Numbers:
    series = _series(values)
    if np.any(series < 0):
        raise ValueError(f"{what} cannot be negative")
    return series


def _pair(first: ArrayLike, second: ArrayLike, *, share: bool) -> tuple[Numbers, Numbers]:
    """Both as series of one shape, NaN where either is; raises ValueError for impossible counts.

    One total or exposure may stand for all periods.
    """
    one, other = np.broadcast_arrays(
        _series(first), _series(np.atleast_1d(given.gappy(second, "totals and exposures")))
    )
    absent = np.isnan(one) | np.isnan(other)
    one, other = np.where(absent, np.nan, one), np.where(absent, np.nan, other)
    if np.any(other <= 0) or np.any(one < 0) or (share and np.any(one > other)):
        raise ValueError(
            "a share needs totals above 0 and counts from 0 to the total"
            if share
            else "a rate needs exposures above 0 and counts of 0 or more"
        )
    return one, other
