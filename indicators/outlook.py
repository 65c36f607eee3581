"""Where one area's indicator is going: its months, the forecast after them, and the way it should have gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.comparable import Comparable
from indicators.family import judged
from indicators.looking_ahead import Aim, aim_of, forecast_of
from indicators.panel import Panel, panel
from indicators.results import Context
from indicators.since import PAST
from indicators.statistics.forecast import Trajectory
from reference.periods import month_add, month_count, month_of, month_period, month_range

WITHOUT_AIM = 12  # months looked ahead where no target says how far
FARTHEST = 72  # months; beyond, a forecast says nothing
NEAREST = 1


@dataclass(frozen=True)
class Outlook:
    """The months known and those ahead, the forecast over all of them, and the target it is held against.

    `path` is per unit of exposure; `unit` brings it to the indicator's own. `aim` is None where no target is set.
    """

    indicator: str
    organisation: str
    months: tuple[int, ...]
    known: int
    aim: Aim | None
    path: Trajectory
    unit: int

    @property
    def ahead(self) -> tuple[int, ...]:
        """The months forecast."""
        return self.months[self.known :]

    @property
    def chance(self) -> float | None:
        """The chance that the twelve months up to the target's day meet it, were the present trend to go on."""
        return self.path.probability if self.aim else None

    @property
    def on_its_day(self) -> tuple[float, float, float]:
        """The forecast of the twelve months up to the last month ahead, with its limits."""
        found = (self.path.rolling, self.path.rolling_lower, self.path.rolling_upper)
        value, lower, upper = (float(one[-1]) * self.unit for one in found)
        return value, lower, upper

    def expected(self, month: int) -> float | None:
        """Where the target's path stands at a month's end; None without a path."""
        return self.aim.target.expected(month_period(month).last_day) if self.aim else None


def outlooks(context: Context, indicators: Sequence[str], organisation: str, last: int) -> dict[str, Outlook]:
    """By indicator, those that can be forecast from the area's single months up to `last` (yyyymm).

    The same months are looked at as when flags are raised (indicators/board.py), so that page and flag never disagree.
    """
    one = context.registry.organisations.get(organisation)
    held = context.months(one.tree)
    if held is None:
        return {}
    on, end = month_period(last).last_day, min(last, held[1])
    rules = context.registry.flagging(on)
    months = max(
        PAST + 12, PAST + max(rules.worsening_windows) + rules.worsening_history, rules.pooled_months
    )
    suited = [code for code in indicators if context.catalogue.get(code).method in ("proportion", "rate")]
    panels = panel(context, suited, [organisation], month_add(last, 1 - months), end) if suited else {}
    found = {code: _outlook(context, one, organisation, on) for code, one in panels.items()}
    return {code: one for code, one in found.items() if one is not None}


def _outlook(context: Context, seen: Panel, organisation: str, on: dt.date) -> Outlook | None:
    place = context.registry.organisations.get(organisation, on)
    in_force = context.registry.target(seen.definition.code, place.level, on, place.tree)
    aim = aim_of(in_force, on) if in_force else None
    last = seen.months[-1]
    horizon = month_count(last, month_of(aim.by)) - 1 if aim else WITHOUT_AIM
    if not NEAREST <= horizon <= FARTHEST:
        return None
    comparable = Comparable(context.registry, [organisation], seen.months)
    code = seen.definition.code
    counts, sizes = (one[0] for one in comparable.blanked(code, *judged(seen, slice(0, 1))))
    share = aim.target.value / seen.definition.multiplier if aim else None
    path = forecast_of(seen, counts, sizes, share, aim.target.operator if aim else ">=", horizon)
    if not path.assessable:
        return None
    months = (*seen.months, *month_range(month_add(last, 1), month_add(last, horizon)).months)
    return Outlook(code, organisation, months, len(seen.months), aim, path, seen.definition.multiplier)
