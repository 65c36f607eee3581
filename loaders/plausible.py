"""Whether a number is plausible beside the sender's own last months; arithmetic only.

A count varies by chance about as the root of itself, and a sender's level varies by more than chance: the larger of the two
is the yardstick. What also happened in the same month a year before is the season, and not asked about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from reference.periods import month_add

FEWEST = 6  # earlier months without which nothing is said
LEAST = 10  # a difference smaller than this is never asked about
DEVIATION = 1.4826  # times the median absolute deviation is the standard deviation of a normal distribution

ENOUGH = 8  # numbers of a return, none of them 0, without which it is not held against another month
DIFFERENT = 5  # that they must be: three births make many a 3, next month too
ALIKE = 0.9  # share of equal numbers from which one month repeats another


@dataclass(frozen=True)
class Usual:
    """A sender's usual level: how many earlier months it rests on, their median, and the yardstick."""

    months: int
    middle: float
    spread: float

    @property
    def low(self) -> int:
        """The lowest of what is usual: two yardsticks below the median."""
        return max(0, math.floor(self.middle - 2 * self.spread))

    @property
    def high(self) -> int:
        """The highest of what is usual."""
        return math.ceil(self.middle + 2 * self.spread)


def implausible(value: int, month: int, history: Mapping[int, int], limit: float) -> Usual | None:
    """What is usual, when the value is not: further than `limit` yardsticks from the median of the last 12 months.

    `history` holds earlier months (yyyymm). The yardstick is 1.4826 × the median absolute deviation (Hampel FR. The
    influence curve and its role in robust estimation. J Am Stat Assoc 1974;69:383–393), and at least the root of the
    median, the standard deviation of a Poisson count.
    """
    past = [history[one] for one in (month_add(month, -back) for back in range(1, 13)) if one in history]
    if len(past) < FEWEST:
        return None
    middle = float(median(past))
    spread = max(DEVIATION * median(abs(one - middle) for one in past), math.sqrt(max(middle, 1.0)))
    if abs(value - middle) < max(LEAST, limit * spread):
        return None
    year_before = history.get(month_add(month, -12))
    if year_before is not None and abs(value - year_before) <= 3 * math.sqrt(max(value + year_before, 1)):
        return None
    return Usual(len(past), middle, spread)


def enough(numbers: Mapping[str, int]) -> bool:
    """Whether a return says enough for its numbers to be told from those of any other month."""
    given = [number for number in numbers.values() if number]
    return len(given) >= ENOUGH and len(set(given)) >= DIFFERENT


def alike(numbers: Mapping[str, int], others: Mapping[str, int]) -> tuple[int, int] | None:
    """How many numbers of two months are equal, and of how many that are not both 0; None unless nearly all are.

    An element that one of the two does not have is not compared.
    """
    both = [(number, others[one]) for one, number in numbers.items() if one in others]
    compared = [(here, there) for here, there in both if here or there]
    same = [here for here, there in compared if here == there]
    if len(same) < ENOUGH or len(set(same)) < DIFFERENT or len(same) < ALIKE * len(compared):
        return None
    return len(same), len(compared)
