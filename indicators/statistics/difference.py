"""The difference of two independent proportions or rates, with its interval from the limits of each."""

from __future__ import annotations

import math
from typing import NamedTuple

from indicators.statistics import given


class Estimate(NamedTuple):
    """A value with its interval."""

    value: float
    lower: float
    upper: float


def difference(after: Estimate, before: Estimate) -> Estimate:
    """After less before: the limits of each are squared and added, so that neither needs to be symmetric.

    With Wilson's limits this is method 10 of Newcombe RG. Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Stat Med 1998;17:873–890; with limits of rates, Zou GY, Donner A.
    Construction of confidence limits about effect measures: a general approach. Stat Med 2008;27:1693–1702.
    """
    after, before = _checked(after), _checked(before)
    gap = after.value - before.value
    down = math.hypot(after.value - after.lower, before.upper - before.value)
    up = math.hypot(after.upper - after.value, before.value - before.lower)
    return Estimate(gap, gap - down, gap + up)


def _checked(one: Estimate) -> Estimate:
    try:
        found = Estimate(*(given.number(part, "a value and its limits") for part in one))
    except TypeError:
        raise ValueError("an estimate is a value with its lower and its upper limit") from None
    if not found.lower <= found.value <= found.upper:
        raise ValueError("a value must lie within its limits")
    return found
