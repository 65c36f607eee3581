"""One indicator's units seen together: the funnel they make, and their estimates drawn towards the mean, with ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators import signals
from indicators.definition import Definition
from indicators.result import Reason, Result
from indicators.statistics.shrinkage import empirical_bayes

Numbers = NDArray[np.float64]
CURVE = 60  # points of a limit's line
INNER = 0.95  # the funnel's inner limits; the outer ones are the flags'


@dataclass(frozen=True)
class Funnel:
    """Limits as lines over `sizes`, in the indicator's unit, and which units lie beyond the outer ones.

    `over` and `under`: organisations above the upper, below the lower outer limit. `widened`: whether the units vary beyond
    chance, so that the limits are wider than chance alone would draw them.
    """

    centre: float
    sizes: Numbers
    inner: tuple[Numbers, Numbers]
    outer: tuple[Numbers, Numbers]
    over: frozenset[str]
    under: frozenset[str]
    widened: bool


@dataclass(frozen=True)
class Drawn:
    """A unit's estimate drawn towards the mean of all, in the indicator's unit, and its rank, 1 the lowest value."""

    estimate: float
    lower: float
    upper: float
    rank_lower: int
    rank_upper: int


def usable(definition: Definition, results: Sequence[Result]) -> list[Result]:
    """The results that can be held against each other: judged, counted, and by chance different."""
    if definition.method not in ("proportion", "rate"):
        return []
    return [
        one for one in results if one.reason is Reason.NONE and one.numerator is not None and one.denominator
    ]


def funnel(definition: Definition, results: Sequence[Result], confidence: float) -> Funnel | None:
    """The funnel of all units; None for fewer than five, or when nothing was counted."""
    found = usable(definition, results)
    if len(found) < 5:
        return None
    kind = _kind(definition)
    seen, size = _counts(found)
    look = signals.peers(seen, size, definition.polarity != "lower", kind, confidence)
    if look is None:
        return None
    sizes = np.geomspace(max(size.min() * 0.9, 1.0), size.max() * 1.05, CURVE)
    unit = definition.multiplier

    def limits(level: float) -> tuple[Numbers, Numbers]:
        low, high = signals.funnel_limits(sizes, look.centre, look.between, kind, level)
        return low * unit, high * unit

    value = seen / size
    names = np.array([one.organisation for one in found])
    return Funnel(
        look.centre * unit, sizes, limits(INNER), limits(confidence),
        frozenset(names[value > look.upper].tolist()), frozenset(names[value < look.lower].tolist()), look.between > 0,
    )  # fmt: skip


def drawn_in(definition: Definition, results: Sequence[Result]) -> dict[str, Drawn]:
    """By organisation; empty for fewer than three units, of which nothing could be said together."""
    found = usable(definition, results)
    if len(found) < 3:
        return {}
    look = empirical_bayes(*_counts(found), kind=_kind(definition))
    unit = definition.multiplier
    return {
        one.organisation: Drawn(
            float(look.estimate[place] * unit),
            float(look.lower[place] * unit),
            float(look.upper[place] * unit),
            int(look.rank_lower[place]),
            int(look.rank_upper[place]),
        )
        for place, one in enumerate(found)
    }


def _kind(definition: Definition) -> signals.Kind:
    return "proportion" if definition.method == "proportion" else "rate"


def _counts(found: Sequence[Result]) -> tuple[Numbers, Numbers]:
    seen, size = np.array([(one.numerator, one.denominator) for one in found], dtype=np.float64).T
    return seen, size
