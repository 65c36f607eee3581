"""What a look over a family of areas is about, and what it finds: the plain parts of indicators/board.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.panel import Panel
from indicators.result import Result
from indicators.results import Context
from reference.periods import Period

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One thing that stands out: its kind, the result it is about, and what else its sentence needs.

    `stood`, `gap`, `gap_before`: as in `indicators.result.Flag`.
    """

    kind: str
    result: Result
    numbers: Mapping[str, Any] = field(default_factory=dict)
    gap: int | None = None
    stood: int | None = None
    gap_before: int | None = None


@dataclass(frozen=True)
class Question:
    """One level of a tree in one period; `areas` are the codes looked at, and which makes the family."""

    context: Context
    tree: str
    level: str
    areas: tuple[str, ...]
    period: Period


def question(context: Context, tree: str, level: str, period: Period, also: Sequence[str] = ()) -> Question:
    """The family of a level: all that exist on the period's last day, and `also`, if they do not."""
    organisations = context.registry.organisations
    there = [one.code for one in organisations.at_level(level, tree=tree, on=period.last_day)]
    return Question(context, tree, level, tuple(dict.fromkeys((*there, *sorted(also)))), period)


def wants_more(result: Result) -> bool:
    """Whether the result's target is a floor."""
    return result.target is None or result.target.operator in (">=", ">")


def judged(panel: Panel, rows: Any) -> tuple[Numbers, Numbers]:
    """Numerators and denominators of the cells that can be judged; NaN for the rest."""
    known = panel.is_judged[rows]
    return (
        np.where(known, panel.numerator[rows], np.nan),
        np.where(known, panel.denominator[rows], np.nan),
    )


def whole(value: float) -> int | None:
    """A count out of an array, None for NaN."""
    return None if np.isnan(value) else int(value)
