"""The rules that look at several points of a control chart together, for many series at once.

As NHS England's "Making data count" states them and NHSRplotthedots applies them: seven in a row on one side of the line;
seven in a row that only rise or only fall; two of three near a limit, all three on that side. Every point of such a run is
marked. Arrays of shape (..., periods); NaN are stepped over.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]

RUN = 7


def special_causes(series: Numbers, side: NDArray[np.int8], close: Marks) -> tuple[Marks, Marks, Marks]:
    """For each point, whether it is part of a shift, of a trend, and one of two near a limit among three."""
    order = _order(series)
    sides = np.take_along_axis(side, order, axis=-1)
    found = (
        _shift(sides),
        _trend(np.take_along_axis(series, order, axis=-1)),
        _two_of_three(sides, np.take_along_axis(close, order, axis=-1)),
    )
    back = np.argsort(order, axis=-1, kind="stable")
    there = np.isfinite(series)
    shift, trend, two = (np.take_along_axis(one, back, axis=-1) & there for one in found)
    return shift, trend, two


def packed(series: Numbers) -> Numbers:
    """Each series with its numbers first, in their order, and its NaN last."""
    return np.take_along_axis(series, _order(series), axis=-1)


def _order(series: Numbers) -> NDArray[np.intp]:
    return np.argsort(np.isnan(series), axis=-1, kind="stable")


def _shift(side: NDArray[np.int8]) -> Marks:
    return _all_of_run(side > 0, RUN) | _all_of_run(side < 0, RUN)


def _trend(values: Numbers) -> Marks:
    """Seven points are six steps; the points of a run of steps are one more than its steps."""
    with np.errstate(invalid="ignore"):
        steps = np.diff(values, axis=-1)
        up, down = _all_of_run(steps > 0, RUN - 1), _all_of_run(steps < 0, RUN - 1)
    marked = np.zeros(values.shape, dtype=bool)
    for run in (up, down):
        marked[..., 1:] |= run
        marked[..., :-1] |= run
    return marked


def _two_of_three(side: NDArray[np.int8], near: Marks) -> Marks:
    marked = np.zeros(side.shape, dtype=bool)
    if side.shape[-1] < 3:
        return marked
    same = np.abs(sliding_window_view(side, 3, axis=-1).sum(axis=-1)) == 3
    enough = sliding_window_view(near, 3, axis=-1).sum(axis=-1) >= 2
    return _spread(same & enough, 3, side.shape[-1]) & near


def _all_of_run(holds: Marks, length: int) -> Marks:
    """Every place that is part of a run of at least `length` places where it holds."""
    if holds.shape[-1] < length:
        return np.zeros(holds.shape, dtype=bool)
    whole = np.asarray(sliding_window_view(holds, length, axis=-1).all(axis=-1))
    return _spread(whole, length, holds.shape[-1])


def _spread(starts: Marks, length: int, periods: int) -> Marks:
    """From the starts of windows to all places in them."""
    marked = np.zeros((*starts.shape[:-1], periods), dtype=bool)
    for step in range(length):
        marked[..., step : step + starts.shape[-1]] |= starts
    return marked
