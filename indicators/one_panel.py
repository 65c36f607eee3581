"""One indicator over many areas and months: the arrays, and any one cell of them as a result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.calculate import Counted
from indicators.definition import Definition
from indicators.judge import method_of, view
from indicators.judge_arrays import COMPARISONS, REASONS, Numbers, Whole, Yardsticks
from indicators.result import Comparison, Reason, Result
from reference.periods import Period, month_add, month_period, month_range


@dataclass(frozen=True)
class Panel:
    """Arrays of shape (organisations, months); NaN where there is no number.

    `numerator`, `denominator`: summed counts; `value`, `lower`, `upper`, `target`: in the indicator's unit; `received`,
    `expected`: reports × months; `reason` and `comparison`: places in REASONS and COMPARISONS; `gap`: people, NaN when
    unknown; `due`: whether the target's date has come. `carried`, `oldest`: as in Result, 0 where there are none. `width`:
    months in each window, which ends with the month.
    """

    definition: Definition
    basis: str
    organisations: tuple[str, ...]
    months: tuple[int, ...]
    width: int
    levels: NDArray[np.object_]  # the level's code
    yardsticks: Yardsticks
    numerator: Numbers
    denominator: Numbers
    received: Whole
    expected: Whole
    value: Numbers
    lower: Numbers
    upper: Numbers
    target: Numbers
    due: NDArray[np.bool_]
    reason: NDArray[np.int8]
    comparison: NDArray[np.int8]
    gap: Numbers
    carried: Whole
    oldest: Whole

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """Where there is a number and nothing speaks against judging it."""
        return np.asarray(self.reason == REASONS.index(Reason.NONE))

    @cached_property
    def is_worse(self) -> NDArray[np.bool_]:
        """Where the whole interval is on the wrong side of the target."""
        return np.asarray(self.comparison == COMPARISONS.index(Comparison.WORSE))

    def period(self, month: int) -> Period:
        """The window that ends with a month (yyyymm)."""
        return (
            month_period(month) if self.width == 1 else month_range(month_add(month, 1 - self.width), month)
        )

    def result(self, row: int, place: int, period: str = "") -> Result:
        """One cell as indicators/results.py gives it; `period` is the code it is known by, where it has another name."""
        counted = Counted(
            self.organisations[row],
            _whole(self.numerator[row, place]),
            _whole(self.denominator[row, place]),
            int(self.received[row, place]),
            int(self.expected[row, place]),
        )
        yardstick = self.yardsticks.at(row, place)
        return Result(
            organisation=counted.organisation,
            level=self.levels[row, place],
            period=period or self.period(self.months[place]).code,
            indicator=self.definition.code,
            numerator=counted.numerator,
            denominator=counted.denominator,
            value=_number(self.value[row, place]),
            lower=_number(self.lower[row, place]),
            upper=_number(self.upper[row, place]),
            method=method_of(self.definition, counted),
            basis=self.basis,
            received=counted.received,
            expected=counted.expected,
            reason=REASONS[self.reason[row, place]],
            target=view(yardstick) if yardstick else None,
            comparison=COMPARISONS[self.comparison[row, place]],
            gap=_whole(self.gap[row, place]),
            carried=int(self.carried[row, place]),
            oldest=int(self.oldest[row, place]) or None,
        )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
