"""One unit's months on a control chart: what is chance, and what is a change, in which direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indicators.definition import Definition
from indicators.result import Reason, Result
from indicators.statistics.control_chart import Chart, p_prime_chart, u_prime_chart

FEWEST = 8  # months with a number, below which a line and its limits say nothing


class Change(StrEnum):
    """What a month is: as usual, or beyond what chance explains, to the better, the worse, or neither."""

    USUAL = "usual"
    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"  # beyond chance, on an indicator with no better side
    UNKNOWN = "unknown"


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


def course(definition: Definition, series: Sequence[Result]) -> Course | None:
    """A p′ or u′ chart of single months (Laney: its limits hold the usual variation between months); None with too few."""
    if definition.method not in ("proportion", "rate"):
        return None
    known = [one.reason is Reason.NONE and bool(one.denominator) for one in series]
    if sum(known) < FEWEST:
        return None
    seen, size = (
        np.array([float(getattr(one, name)) if there else np.nan for one, there in zip(series, known, strict=True)])
        for name in ("numerator", "denominator")
    )  # fmt: skip
    chart = p_prime_chart(seen, size) if definition.method == "proportion" else u_prime_chart(seen, size)
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
