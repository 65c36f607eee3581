"""Events over time: the rate of each month where they are common, births or days between them where they are rare. Pure.

Returns count events by month. Inside a month they are taken as evenly spread: k events in a month of B births lie at
B × (1/2, 3/2 …)/k births into it. Between events of different months that is off by less than one month's births or days.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from indicators.statistics.control_chart import Chart, g_chart, t_chart, u_chart

Kind = Literal["u", "g", "t", "none"]


@dataclass(frozen=True)
class OverTime:
    """One kind of event over time, with the chart that fits how rare it is.

    `kind`: u (rate of each month per `multiplier`), g (births between events), t (days between events), none (too few to
    chart; `events` says how many there were). `months`: for u the month of each point; for g and t the month in which the
    event lies that ends the stretch. `since_last`: births (g) or days (t) since the last event, a stretch that has not
    ended and is no point of the chart. `expected`: events a month; `unreported`: months without a number, which are
    stepped over and never taken as months without events. `looked_at`: the first and last month with a number, between
    which `events` are counted; None where there is none.
    """

    kind: Kind
    months: tuple[int, ...]
    chart: Chart | None
    events: int
    expected: float | None
    since_last: float | None
    unreported: tuple[int, ...]
    looked_at: tuple[int, int] | None = None


def over_time(
    months: Sequence[int],
    events: Sequence[int | None],
    births: Sequence[int | None],
    *,
    multiplier: int,
    rare_below: float,
    fewest_between: int,
) -> OverTime:
    """Choose and draw the chart for events of successive months (yyyymm); None where nothing was reported."""
    known = [index for index, count in enumerate(events) if count is not None]
    unreported = tuple(months[index] for index in range(len(months)) if index not in set(known))
    looked_at = (months[known[0]], months[known[-1]]) if known else None
    total = sum(count for count in events if count)
    expected = total / len(known) if known else None
    if expected is None or not total:
        return OverTime("none", (), None, total, expected, None, unreported, looked_at)
    counted = [index for index in known if births[index]]
    if expected >= rare_below and counted:
        chart = u_chart(
            np.array([events[index] for index in counted], dtype=float),
            np.array([births[index] for index in counted], dtype=float) / multiplier,
        )
        shown = tuple(months[index] for index in counted)
        return OverTime("u", shown, chart, total, expected, None, unreported, looked_at)
    by_births = all(births[index] is not None for index in known)
    sizes = [float(births[index] or 0) if by_births else float(_days(months[index])) for index in known]
    counts = [events[index] or 0 for index in known]
    between, ends, rest = stretches(counts, sizes)
    if len(between) < fewest_between:
        return OverTime("none", (), None, total, expected, rest, unreported, looked_at)
    chart = g_chart(np.round(between)) if by_births else t_chart(between)
    shown = tuple(months[known[place]] for place in ends)
    return OverTime("g" if by_births else "t", shown, chart, total, expected, rest, unreported, looked_at)


def stretches(events: Sequence[int], sizes: Sequence[float]) -> tuple[list[float], list[int], float]:
    """What lies between each event and the one before it, the place of the period that each ends in, and what followed the
    last one. `sizes`: births or days of each period; events are evenly spread within their period."""
    at: list[float] = []
    ends: list[int] = []
    run = 0.0
    for place, (count, size) in enumerate(zip(events, sizes, strict=True)):
        at += [run + size * (2 * number + 1) / (2 * count) for number in range(count)]
        ends += [place] * count
        run += size
    between = [later - earlier for earlier, later in pairwise(at)]
    return between, ends[1:], run - at[-1] if at else run


def _days(month: int) -> int:
    return calendar.monthrange(month // 100, month % 100)[1]
