"""What stands out, from counts alone: behind a target, worse than before, far from its peers. Arrays in, arrays out.

`wants_more` says which way is better. p values are two-sided, so that what is found at a false discovery rate of 5% also has
the target, the past or the peers outside an interval of 95%. NaN marks what cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from indicators.statistics import funnel
from indicators.statistics.control_chart import RANGE_TO_SIGMA

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
Kind = Literal["proportion", "rate"]
HISTORY, SLIPS = 24, 2  # months that make a usual count, and the most of them that may be slips
FEW = 10.0  # events; with fewer expected on either side, the normal distribution does not serve
SEASON_EVENTS = (
    500.0  # events of all units together in a calendar month, below which its season cannot be told
)


def behind(count: Numbers, total: Numbers, target: Numbers | float, wants_more: bool, kind: Kind) -> Numbers:
    """p of a count as far on the wrong side of the target as this, were the true share or rate the target itself.

    Exact binomial or Poisson tail, doubled. `target` as a share or a rate per unit of exposure. Shapes broadcast.
    """
    seen, size, wanted = np.broadcast_arrays(count, total, np.asarray(target, dtype=np.float64))
    p = np.full(seen.shape, np.nan)
    usable = np.isfinite(seen) & (size > 0) & np.isfinite(wanted) & ((kind == "rate") | (seen <= size))
    k, n, t = seen[usable], size[usable], wanted[usable]
    if kind == "proportion":
        t = np.clip(t, 0.0, 1.0)
        tail = stats.binom.cdf(k, n, t) if wants_more else stats.binom.sf(k - 1, n, t)
    else:
        tail = stats.poisson.cdf(k, n * t) if wants_more else stats.poisson.sf(k - 1, n * t)
    p[usable] = np.minimum(2 * tail, 1.0)
    return p


@dataclass(frozen=True)
class Worsening:
    """Arrays (units,): p, how many of the last months it is about, and the share or rate in them and as it should be.

    `before` is the unit's own earlier level, at the season of those months.
    """

    p: Numbers
    months: NDArray[np.int64]
    before: Numbers
    after: Numbers


def worsening(
    count: Numbers,
    total: Numbers,
    wants_more: bool,
    kind: Kind,
    *,
    windows: Sequence[int] = (1, 3, 7),
    history: int = 24,
    fewest: int = 12,
    season: Numbers | None = None,
) -> Worsening:
    """Whether the last months are worse than the unit's own months before, beyond its own variation.

    `count` and `total`: (units, months), monthly, the last column the latest month; months without a number are NaN.
    `season`: (months,) how much above or below its level each month usually is (see `season_of`). For each window of last
    months, the share in it is held against that of up to `history` months before (at least `fewest` with a number): by the
    exact conditional test of two counts (where those counted, or the others, are few), and by the normal test with the variance between months that the history shows
    (Laney's σ_z²); the larger p counts. The smallest p over the windows, times their number, is the unit's.
    Przyborowski J, Wilenski H. Biometrika 1940;31:313–323 (the conditional test); Laney DB. Qual Eng 2002;14:531–537.
    """
    units, months = count.shape
    best = Worsening(
        np.full(units, np.nan), np.zeros(units, np.int64), np.full(units, np.nan), np.full(units, np.nan)
    )
    usual = np.ones(months) if season is None else season
    for window in windows:
        if months < window + fewest:
            continue
        recent = slice(months - window, months)
        earlier = slice(max(0, months - window - history), months - window)
        p, before, after = _against_history(count, total, usual, recent, earlier, fewest, wants_more, kind)
        p = np.minimum(p * len(windows), 1.0)
        better = np.isfinite(p) & ~(best.p <= p)
        best = Worsening(
            np.where(better, p, best.p),
            np.where(better, window, best.months),
            np.where(better, before, best.before),
            np.where(better, after, best.after),
        )
    return best


def _against_history(
    count: Numbers,
    total: Numbers,
    usual: Numbers,
    recent: slice,
    earlier: slice,
    fewest: int,
    wants_more: bool,
    kind: Kind,
) -> tuple[Numbers, Numbers, Numbers]:
    """p, the level before at the season of the recent months, and the level in them."""
    known = np.isfinite(count) & np.isfinite(total) & (total > 0)
    if kind == "proportion":
        known &= count <= total
    k, n = np.where(known, count, 0.0), np.where(known, total, 0.0)
    weighted = n * usual  # exposure as if every month were of the usual season
    k1, n1, w1 = (one[:, recent].sum(axis=1) for one in (k, n, weighted))
    k0, w0 = (one[:, earlier].sum(axis=1) for one in (k, weighted))
    enough = known[:, recent].all(axis=1) & (known[:, earlier].sum(axis=1) >= fewest) & (w0 > 0)
    level = np.divide(k0, w0, out=np.zeros_like(k0), where=w0 > 0)
    expected = level * w1
    exact = _conditional(k1, w1, k0, w0, wants_more)
    spread = _spread_between_months(k[:, earlier], weighted[:, earlier], n[:, earlier], level, kind)
    share = np.clip(np.divide(expected, n1, out=np.zeros_like(n1), where=n1 > 0), 0.0, 1.0)
    chance = expected * (1 - share) if kind == "proportion" else expected
    variance = spread * chance * (1 + np.divide(w1, w0, out=np.zeros_like(w1), where=w0 > 0))
    z = np.divide(k1 - expected, np.sqrt(variance), out=np.zeros_like(k1), where=variance > 0)
    freedom = np.maximum(0.62 * (known[:, earlier].sum(axis=1) - 1), 2.0)  # of a mean moving range
    normal = 2 * (stats.t.cdf(z, freedom) if wants_more else stats.t.sf(z, freedom))
    few = np.minimum(expected, k0) < FEW
    p = np.where(few, exact, normal if kind == "proportion" else np.maximum(exact, normal))
    if kind == "proportion":  # of a share near the whole, the few on the other side are what is counted
        others = n - k
        f1, f0, n0 = (one.sum(axis=1) for one in (others[:, recent], others[:, earlier], n[:, earlier]))
        few_others = np.minimum(n1 - expected, f0) < FEW
        p = np.where(few_others, _conditional(f1, n1, f0, n0, not wants_more), p)
    p = np.where(enough, np.minimum(p, 1.0), np.nan)
    after = np.divide(k1, n1, out=np.full_like(k1, np.nan), where=n1 > 0)
    return p, np.where(n1 > 0, np.divide(expected, np.maximum(n1, 1e-300)), np.nan), after


def _conditional(k1: Numbers, w1: Numbers, k0: Numbers, w0: Numbers, wants_more: bool) -> Numbers:
    """Of all events, how many fall into the recent exposure: binomial with its part of the exposure."""
    together = w1 + w0
    part = np.divide(w1, together, out=np.zeros_like(w1), where=together > 0)
    all_events = np.round(k1 + k0)
    tail = stats.binom.cdf(k1, all_events, part) if wants_more else stats.binom.sf(k1 - 1, all_events, part)
    return np.asarray(np.minimum(2 * tail, 1.0))


def _spread_between_months(k: Numbers, weighted: Numbers, n: Numbers, level: Numbers, kind: Kind) -> Numbers:
    """σ_z² of each unit's history: how many times more its months vary than chance; never below 1."""
    expected = level[:, None] * weighted
    share = np.clip(np.divide(expected, n, out=np.zeros_like(n), where=n > 0), 0.0, 1.0)
    chance = expected * (1 - share) if kind == "proportion" else expected
    z = np.divide(k - expected, np.sqrt(chance), out=np.full_like(k, np.nan), where=(n > 0) & (chance > 0))
    order = np.argsort(np.isnan(z), axis=1, kind="stable")
    ranges = np.abs(np.diff(np.take_along_axis(z, order, axis=1), axis=1))
    known = np.isfinite(ranges)
    mean = np.where(known, ranges, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.maximum((mean / RANGE_TO_SIGMA) ** 2, 1.0))


def season_of(count: Numbers, total: Numbers, last_month: int, *, leave_out: int = 7) -> Numbers:
    """How each month usually differs from the level, from all units together: (months,), 1 where it cannot be told.

    `count`, `total`: (units, months); `last_month` yyyymm of the last column. The share of a calendar month over the years
    against that of the whole years, from the history before the last `leave_out` months; it takes two whole years, and
    500 events in every calendar month.
    """
    months = count.shape[1]
    calendar = (last_month % 100 - 1 - np.arange(months)[::-1]) % 12
    years = (months - leave_out) // 12
    if years < 2:
        return np.ones(months)
    used = slice(months - leave_out - 12 * years, months - leave_out)
    known = np.isfinite(count) & np.isfinite(total)
    k = np.where(known, count, 0.0)[:, used].sum(axis=0)
    n = np.where(known, total, 0.0)[:, used].sum(axis=0)
    by_month = calendar[used]
    events = np.bincount(by_month, k, 12)
    exposure = np.bincount(by_month, n, 12)
    if np.any(events < SEASON_EVENTS) or np.any(exposure <= 0):
        return np.ones(months)
    return np.asarray(((events / exposure) / (events.sum() / exposure.sum()))[calendar])


@dataclass(frozen=True)
class Peers:
    """`p`, `worse` (beyond the funnel's limit on the worse side), `lower` and `upper` limits: arrays (units,); `centre`.

    `between`: the variance between units beyond chance, as `funnel_limits` takes it.
    """

    p: Numbers
    worse: Marks
    lower: Numbers
    upper: Numbers
    centre: float
    between: float = 0.0


def peers(
    count: Numbers, total: Numbers, wants_more: bool, kind: Kind, confidence: float = 0.998
) -> Peers | None:
    """Who lies outside the funnel of all units, widened by how much they vary beyond chance; None for fewer than five.

    `count`, `total`: (units,). The centre is the whole share or rate; the variance between units is Spiegelhalter's τ²
    with the extreme tenths pulled in. See indicators/statistics/funnel.py.
    """
    known = np.isfinite(count) & np.isfinite(total) & (total > 0)
    if kind == "proportion":
        known &= count <= total
    if known.sum() < 5 or not 0 < count[known].sum() < (
        total[known].sum() if kind == "proportion" else np.inf
    ):
        return None
    k, n = count[known], total[known]
    centre = float(k.sum() / n.sum())
    value = np.full(count.shape, np.nan)
    value[known] = k / n
    lower, upper, z = (np.full(count.shape, np.nan) for _ in range(3))
    if kind == "proportion":
        error = np.sqrt(centre * (1 - centre) / n)
        between = funnel.between_variance(k / n, error)
        lower[known], upper[known] = funnel.proportion_limits(n, centre, confidence, between=between)
        z[known] = (k / n - centre) / np.sqrt(error**2 + between)
    else:
        expected = n * centre
        # Twice the root of a Poisson count has variance 1 whatever its mean.
        root = 2 * (np.sqrt(k + 0.375) - np.sqrt(expected + 0.375))
        between = funnel.between_variance(root / np.sqrt(expected), 1 / np.sqrt(expected))
        low, high = funnel.rate_limits(expected, confidence, between=between)
        lower[known], upper[known] = low * centre, high * centre
        z[known] = root / np.sqrt(1 + expected * between)
    p = np.asarray(2 * stats.norm.sf(np.abs(z)))
    with np.errstate(invalid="ignore"):
        worse = (value < lower) if wants_more else (value > upper)
    return Peers(p, np.asarray(worse), lower, upper, centre, between)


def funnel_limits(
    size: Numbers, centre: float, between: float, kind: Kind, confidence: float
) -> tuple[Numbers, Numbers]:
    """The funnel of `peers` for units of any size: arrays of its shape."""
    if kind == "proportion":
        return funnel.proportion_limits(size, centre, confidence, between=between)
    low, high = funnel.rate_limits(size * centre, confidence, between=between)
    return low * centre, high * centre


def slips(
    count: Numbers, window: int, *, times: float, smallest: float, fewest: int = 12, also_low: bool = False
) -> tuple[NDArray[np.int64], Numbers]:
    """The last month in the window whose count is `times` the usual one or more, as a digit too many makes it.

    `count`: (units, months), monthly; NaN without a number. The usual count is the median of the last two years, of which
    `fewest` months must be known; counts below `smallest` are left to chance. `also_low`: a `times`th of it or less, too. A
    level that lasts is no slip: with more than two such months nothing is said. Gives places (units,), −1 for none, and
    the usual counts.
    """
    lately = count[:, -HISTORY:]
    known = np.isfinite(lately)
    enough = known.sum(axis=1) >= fewest
    usual = np.full(len(count), np.nan)
    usual[enough] = np.nanmedian(lately[enough], axis=1)
    with np.errstate(invalid="ignore"):
        out = (lately >= times * usual[:, None]) & (lately >= smallest) & (usual >= 1)[:, None]
        if also_low:
            out |= (lately * times <= usual[:, None]) & (usual >= smallest)[:, None]
    few = out.sum(axis=1) <= SLIPS
    seen = out[:, -window:] & few[:, None]
    back = np.argmax(seen[:, ::-1], axis=1)
    return np.where(seen.any(axis=1), count.shape[1] - 1 - back, -1), usual


def standing(flagged: Marks) -> NDArray[np.int64]:
    """How many months in a row, up to the last, each unit has been flagged: (units,) from (units, months)."""
    return np.asarray(np.cumprod(flagged[:, ::-1], axis=1).sum(axis=1))


def better_lately(count: Numbers, total: Numbers, wants_more: bool, chance: float = 0.2) -> Marks:
    """Whether the later of two spans is better than the earlier by more than may be chance (one-sided `chance`).

    `count`, `total`: (2, units), earlier and later; the answer (units,). The exact conditional test, as in `worsening`; of
    shares above a half, the rest is counted, for which the Poisson distribution is the safer guess.
    """
    all_seen, all_size = count.sum(axis=0), total.sum(axis=0)
    most = (all_seen > all_size / 2) & (all_seen <= all_size)
    k = np.where(most, total - count, count)
    more, fewer = (_conditional(k[1], total[1], k[0], total[0], side) for side in (False, True))
    return np.asarray(np.where(most != wants_more, more, fewer) / 2 < chance)


def people_to_be_certain(
    share: float, target: float, confidence: float = 0.95, *, is_share: bool = True
) -> int | None:
    """Of how many people the same share would be beyond chance on the wrong side of the target; None when on it.

    From the score test that Wilson's interval turns round: n ≥ z² t (1 − t) / (share − t)²; of a rate per unit of exposure
    (not `is_share`) the exposure at which the exact Poisson tail of its events is as small as one side's.
    """
    if share == target or target <= 0 or (is_share and target >= 1):
        return None
    if not is_share:
        return _exposure_to_be_certain(share, target, (1 - confidence) / 2)
    z = float(stats.norm.ppf(1 - (1 - confidence) / 2))
    return int(np.ceil(z**2 * target * (1 - target) / (share - target) ** 2))


def _exposure_to_be_certain(rate: float, target: float, tail: float) -> int:
    """The exposure (taken as continuous) at which the Poisson tail of rate × exposure events is just the given one."""

    def beyond(size: float) -> float:
        seen, expected = rate * size, target * size
        found = special.gammainc(seen, expected) if rate > target else special.gammaincc(seen + 1, expected)
        return float(found) - tail

    far = 1 / target
    while beyond(far) > 0:
        far *= 2
    near = far / 2
    while beyond(near) < 0:
        near /= 2
    return int(np.ceil(optimize.brentq(beyond, near, far)))
