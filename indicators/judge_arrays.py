"""Judging whole arrays as indicators/judge.py judges one number: a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from indicators.definition import Definition
from indicators.judge import METHODS
from indicators.result import Comparison, Reason
from indicators.statistics import intervals
from reference.policies import Target, TargetInForce
from reference.registry import Flagging

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
REASONS = (
    Reason.NONE,
    Reason.NO_DATA,
    Reason.ZERO_DENOMINATOR,
    Reason.REPORTS_MISSING,
    Reason.IMPLAUSIBLE,
)
COMPARISONS = (
    Comparison.NO_TARGET,
    Comparison.BETTER,
    Comparison.SIMILAR,
    Comparison.WORSE,
    Comparison.NOT_ASSESSABLE,
)


@dataclass(frozen=True)
class Yardsticks:
    """The targets of many organisations and months: `each` different one, and where it is in force.

    `which`: (organisations, months) places in `each`, −1 where there is no target.
    """

    each: tuple[TargetInForce, ...]
    which: NDArray[np.int16]

    def at(self, row: int, place: int) -> TargetInForce | None:
        """The target of one cell."""
        return self.each[self.which[row, place]] if self.which[row, place] >= 0 else None

    def values(self) -> Numbers:
        """The targets' values, NaN where there is none."""
        return np.array([*(one.target.value for one in self.each), np.nan])[self.which]

    def due(self) -> NDArray[np.bool_]:
        """Where there is a target whose date has come."""
        return np.array([*(one.due for one in self.each), False])[self.which]

    def places(self) -> Iterator[tuple[Target, NDArray[np.bool_]]]:
        """Each target that asks for something else, with where it is in force."""
        asked: dict[tuple[str, float], list[int]] = {}
        for number, one in enumerate(self.each):
            asked.setdefault((one.target.operator, one.target.value), []).append(number)
        for numbers in asked.values():
            yield self.each[numbers[0]].target, np.isin(self.which, numbers)


def reasons(
    definition: Definition,
    rules: Flagging,
    numerator: Numbers,
    denominator: Numbers,
    received: Whole,
    expected: Whole,
) -> NDArray[np.int8]:
    """Why a number may not be judged: places in REASONS, 0 where nothing speaks against it."""
    few = received < rules.minimum_reporting * expected
    absent = np.isnan(numerator) | np.isnan(denominator)
    over = (
        numerator * 100 > rules.implausible_above * denominator
        if definition.method == "proportion"
        else np.zeros(numerator.shape, bool)
    )
    found = np.select(
        [absent & few & (expected > 0), absent, denominator == 0, over, few], [3, 1, 2, 4, 3], 0
    )
    return found.astype(np.int8)


def limits(
    definition: Definition, numerator: Numbers, denominator: Numbers, confidence: float
) -> tuple[Numbers, Numbers]:
    """The interval's ends in the indicator's unit, NaN where its method has none or there is nothing to divide."""
    lower, upper = np.full(numerator.shape, np.nan), np.full(numerator.shape, np.nan)
    if METHODS[definition.method] not in ("wilson", "byar"):
        return lower, upper
    share = definition.method == "proportion"
    usable = (denominator > 0) & np.isfinite(numerator) & ((numerator <= denominator) | (not share))
    work = intervals.proportion if share else intervals.rate
    if usable.any():
        low, high = work(numerator[usable], denominator[usable], confidence)
        lower[usable], upper[usable] = low * definition.multiplier, high * definition.multiplier
    return lower, upper


def _met(operator: str, numbers: Numbers, target: float) -> NDArray[np.bool_]:
    return np.asarray(
        {">=": numbers >= target, ">": numbers > target, "<=": numbers <= target, "<": numbers < target}[
            operator
        ]
    )


def compared(
    value: Numbers,
    lower: Numbers,
    upper: Numbers,
    targets: Yardsticks,
    reason: NDArray[np.int8],
) -> NDArray[np.int8]:
    """As indicators.judge.compare: better or worse only when the whole interval says so."""
    low, high = np.where(np.isnan(lower), value, lower), np.where(np.isnan(upper), value, upper)
    found = np.zeros(value.shape, np.int8)
    for one, where in targets.places():
        below, above = (_met(one.operator, side, one.value) for side in (low, high))
        found = np.where(where, np.select([below & above, ~below & ~above], [1, 3], 2), found).astype(np.int8)
    return np.where((reason != 0) | np.isnan(value), 4, found).astype(np.int8)


def gaps(
    definition: Definition,
    numerator: Numbers,
    denominator: Numbers,
    targets: Yardsticks,
    reason: NDArray[np.int8],
) -> Numbers:
    """As indicators.judge.gap, in whole numbers throughout."""
    found = np.full(numerator.shape, np.nan)
    part = np.nan_to_num(numerator).astype(np.int64)
    whole = np.nan_to_num(denominator).astype(np.int64)
    for one, where in targets.places():
        share = Fraction(str(one.value))
        top, bottom = share.numerator * whole, share.denominator * definition.multiplier
        floor, ceiling = top // bottom, -(-top // bottom)
        wanted = {
            ">=": ceiling - part,
            ">": floor + 1 - part,
            "<=": part - floor,
            "<": part - ceiling + 1,
        }[one.operator]
        found = np.where(where, np.maximum(wanted, 0), found)
    return np.where((reason == 0) & (whole > 0), found, np.nan)
