"""Counts judged against what holds on a day: the levels of the organisations, their targets and the flagging rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from indicators.judge import judge

if TYPE_CHECKING:
    from indicators.calculate import Counted
    from indicators.definition import Definition
    from indicators.result import Result
    from indicators.results import Context


def judged(
    context: Context,
    definition: Definition,
    counts: Sequence[Counted],
    period: str,
    basis: str,
    on: dt.date,
) -> list[Result]:
    """Results of the counts of many organisations, under the tree, targets and rules of the day `on`."""
    registry = context.registry
    places = {one.organisation: registry.organisations.get(one.organisation, on) for one in counts}
    targets = {
        where: registry.target(definition.code, where[0], on, where[1])
        for where in {(one.level, one.tree) for one in places.values()}
    }
    return judge(
        definition,
        counts,
        period,
        basis,
        lambda code: places[code].level,
        lambda code: targets[places[code].level, places[code].tree],
        registry.flagging(on),
    )
