"""The map of an indicator that nobody has a target for: areas by how high their values are, and who stands apart from all others.

Classes of about as many areas each (quintiles), equal values always in the same one, where their middle falls, as atlases of small areas shade them:
Brewer and Pickle (2002), Annals of the Association of American Geographers 92(4), found quantiles read best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from dash import html

from dashboard import wording
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.peer_views import funnel
from indicators.result import Comparison, Result

CLASSES = 5
OVER, UNDER = "↑", "↓"
APART = {OVER: mark("高于 99.8% 界限"), UNDER: mark("低于 99.8% 界限")}


@dataclass(frozen=True)
class Shade:
    """One class: its number (1 the lowest values, 5 the highest; fewer where values are equal), its values and its areas."""

    number: int
    low: float
    high: float
    areas: tuple[str, ...]


def is_aimless(results: Sequence[Result]) -> bool:
    """Whether none of the areas is measured against a target."""
    return all(one.target is None for one in results)


def shades(results: Sequence[Result]) -> list[Shade]:
    """The classes that hold any area, lowest first; areas without a value, or too little of it, are in none."""
    known = {
        one.organisation: one.value
        for one in results
        if one.comparison is Comparison.NO_TARGET and one.value is not None
    }
    if not known:
        return []
    values = np.array(list(known.values()))
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(
        values
    )  # of those of equal value, where the middle one stands
    numbers = np.floor(middle * CLASSES).astype(int)[place] + 1
    found = []
    for number in np.unique(numbers):
        inside = numbers == number
        areas = tuple(code for code, here in zip(known, inside, strict=True) if here)
        found.append(Shade(int(number), float(values[inside].min()), float(values[inside].max()), areas))
    return found


def apart(visit: Visit, definition: Definition, results: Sequence[Result]) -> Mapping[str, str]:
    """Organisation → the sign of those beyond the funnel's outer limits."""
    rules = visit.registry.flagging(visit.view.period.last_day)
    limits = funnel(definition, results, rules.peer_confidence)
    if limits is None:
        return {}
    return dict.fromkeys(limits.over, OVER) | dict.fromkeys(limits.under, UNDER)


def legend(
    visit: Visit, definition: Definition, results: Sequence[Result], is_signed: bool
) -> html.Div | None:
    """What the shades mean, with how many areas each class has, and the signs where the map bears any."""
    t, found = visit.texts, shades(results)
    if not found:
        return None
    parts = [
        html.Span(
            [
                html.Span(className=f"swatch swatch--shade{one.number}"),
                f"{_range(one, definition)} ({len(one.areas)})",
            ]
        )
        for one in found
    ]
    unit = definition.unit(visit.view.language)
    words = [t("无目标，颜色按数值深浅，每组单位数相近（{unit}）：", unit=unit)]
    signs = t("↑ ↓ 高于、低于全体的 99.8% 界限，非偶然") if is_signed else ""
    return html.Div([html.Span(words), *parts, html.Span(signs) if signs else None], className="shades")


def _range(shade: Shade, definition: Definition) -> str:
    low, high = (wording.number(one, definition.decimals) for one in (shade.low, shade.high))
    return low if low == high else f"{low}–{high}"
