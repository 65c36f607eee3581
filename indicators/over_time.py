"""One unit's months on a control chart: what is chance, and what is a change, in which direction."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from indicators.definition import Definition
from indicators.result import Reason, Result
from indicators.statistics import runs
from indicators.statistics.control_chart import Chart, p_chart, p_prime_chart, u_chart, u_prime_chart
from reference.breaks import Break
from reference.periods import parse

FEWEST = 8  # months with a number, below which a line and its limits say nothing
Numbers = NDArray[np.float64]


class Change(StrEnum):
    """What a month is: as usual, or beyond what chance explains, to the better, the worse, or neither."""

    USUAL = "usual"
    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"  # beyond chance, on an indicator with no better side
    UNKNOWN = "unknown"
    UNJUDGED = "unjudged"  # too few months since a break for a line of their own


@dataclass(frozen=True)
class Course:
    """Months in order: `value`, `centre`, `lower`, `upper` in the indicator's unit (None where there is none), the change
    that each month is, and the rules that say so."""

    value: tuple[float | None, ...]
    centre: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    change: tuple[Change, ...]
    causes: tuple[tuple[str, ...], ...]


def course(definition: Definition, series: Sequence[Result], rebase: Sequence[int] = ()) -> Course | None:
    """A p′ or u′ chart of single months (Laney: its limits hold the usual variation between months); None with too few.

    Months that vary less than chance would let them have the limits of chance, so that no step within them is called outside.

    `rebase`: places in the series from which the numbers no longer compare with the earlier ones: each stretch has its own
    line, limits and runs, and one of too few months has none. Months beyond the limits are left out of the line and limits,
    once, so that one far month does not move the line away from all others and make them look shifted (Montgomery DC.
    Introduction to statistical quality control, section 7.2).
    """
    if definition.method not in ("proportion", "rate"):
        return None
    edges = [0, *sorted({place for place in rebase if 0 < place < len(series)}), len(series)]
    stretches = [series[first:last] for first, last in pairwise(edges)]
    parts = [_stretch(definition, one) for one in stretches]
    if not any(parts):
        return None
    whole = [part or _without_line(one) for part, one in zip(parts, stretches, strict=True)]
    return Course(
        **{
            name: tuple(chain.from_iterable(getattr(one, name) for one in whole))
            for name in Course.__annotations__
        }
    )


def places_of(series: Sequence[Result], breaks: Sequence[Break]) -> dict[int, Break]:
    """Where the breaks lie in a series of months: the first month that begins on or after the day. Those before or after
    the series are left out."""
    starts = [parse(one.period).first_day for one in series]
    places = {bisect_left(starts, one.on): one for one in breaks}
    return {place: one for place, one in places.items() if 0 < place < len(series)}


def _without_line(series: Sequence[Result]) -> Course:
    """Months too few to have a line of their own."""
    nothing = (None,) * len(series)
    known = tuple(one.value if _is_known(one) else None for one in series)
    return Course(known, nothing, nothing, nothing, (Change.UNJUDGED,) * len(series), ((),) * len(series))


def _is_known(one: Result) -> bool:
    return one.reason is Reason.NONE and bool(one.denominator)


def _stretch(definition: Definition, series: Sequence[Result]) -> Course | None:
    known = [_is_known(one) for one in series]
    if sum(known) < FEWEST:
        return None
    seen, size = (
        np.array([float(getattr(one, name)) if there else np.nan for one, there in zip(series, known, strict=True)])
        for name in ("numerator", "denominator")
    )  # fmt: skip
    is_share = definition.method == "proportion"
    chart = _drawn(seen, size, is_share)
    kept = np.isfinite(chart.values) & ~chart.outside
    if chart.outside.any() and kept.sum() >= FEWEST:
        chart = _from_kept(seen, size, kept, is_share) or chart
    value, centre, lower, upper = (
        tuple(_number(one, definition.multiplier) for one in line)
        for line in (chart.values, chart.centre, chart.lower, chart.upper)
    )
    places = range(len(series))
    return Course(
        value,
        centre,
        lower,
        upper,
        tuple(_change(definition, chart, place) for place in places),
        tuple(chart.causes(place) for place in places),
    )


def _drawn(seen: Numbers, size: Numbers, is_share: bool) -> Chart:
    """Laney's chart, or the plain one where σ_z is below 1."""
    plain, wide = (p_chart, p_prime_chart) if is_share else (u_chart, u_prime_chart)
    both = plain(seen, size), wide(seen, size)
    return max(both, key=lambda one: float(np.nansum(one.upper - one.lower)))


def _from_kept(seen: Numbers, size: Numbers, kept: NDArray[np.bool_], is_share: bool) -> Chart | None:
    """All months on the line and limits of those kept; None where those do not vary at all."""
    base = _drawn(seen[kept], size[kept], is_share)
    centre = float(base.centre[0])
    if centre == 0 or (is_share and centre == 1):
        return None
    error = np.sqrt(centre * (1 - centre) / size if is_share else centre / size)
    # Of the kept months' half widths in standard errors, the largest is the one that no edge has cut.
    halves = np.maximum(base.upper - centre, centre - base.lower) / error[kept]
    half = float(np.max(halves)) * error
    values = seen / size
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(values - centre)).astype(np.int8)
        outside = np.abs(values - centre) > half
        close = ~outside & (np.abs(values - centre) > half * 2 / 3)
    there = np.where(np.isfinite(values), centre, np.nan)
    lower, upper = np.maximum(there - half, 0.0), there + half
    shift, trend, near = runs.special_causes(values, side, close)
    return Chart(
        values, there, lower, np.minimum(upper, 1.0) if is_share else upper, side, outside, shift, trend, near
    )


def _number(value: float, unit: int) -> float | None:
    return None if np.isnan(value) else float(value * unit)


def _change(definition: Definition, chart: Chart, place: int) -> Change:
    if np.isnan(chart.values[place]):
        return Change.UNKNOWN
    if not chart.special[place]:
        return Change.USUAL
    if definition.polarity == "neutral":
        return Change.OTHER
    rises = _rises(chart, place)
    return Change.BETTER if rises == (definition.polarity == "higher") else Change.WORSE


def _rises(chart: Chart, place: int) -> bool:
    """Whether what a rule found is upward: by the side of the line, or, where only a trend speaks, by its direction."""
    if chart.trend[place] and not (chart.outside[place] or chart.shift[place] or chart.near[place]):
        known = np.flatnonzero(np.isfinite(chart.values))
        at = int(np.searchsorted(known, place))
        run = [one for one in known[max(at - 1, 0) : at + 2] if chart.trend[one]]
        return bool(chart.values[run[-1]] > chart.values[run[0]])
    return bool(chart.side[place] > 0)
