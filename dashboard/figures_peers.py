"""The funnel: every unit by its size, between the limits that chance draws around all of them."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import wording
from dashboard.figures import AXIS_FONT, COLOURS, GRID, INK, SYMBOLS, dressed
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.peer_views import Funnel, usable
from indicators.result import Result


def funnel(
    visit: Visit, definition: Definition, results: Sequence[Result], limits: Funnel, unit: str = ""
) -> go.Figure:
    """Limits as lines, units as the signs of their judgement; names stand at those beyond the outer limits and at `unit`."""
    figure = go.Figure()
    for name, (low, high), dash in (("95%", limits.inner, "dot"), ("99.8%", limits.outer, "solid")):
        for edge in (low, high):
            figure.add_scatter(
                x=limits.sizes.tolist(), y=edge.tolist(), mode="lines", name=name, hoverinfo="skip",
                line={"color": INK, "width": 1.1, "dash": dash},
            )  # fmt: skip
    figure.add_scatter(
        x=[limits.sizes[0], limits.sizes[-1]], y=[limits.centre, limits.centre], mode="lines", hoverinfo="skip",
        line={"color": INK, "width": 1.4},
    )  # fmt: skip
    found = usable(definition, results)
    kinds = [visit.standing(one) for one in found]
    beyond = limits.over | limits.under
    named = [one.organisation in beyond or one.organisation == unit for one in found]
    figure.add_scatter(
        x=[one.denominator for one in found], y=[one.value for one in found],
        mode="markers+text", name=definition.name(visit.view.language),
        text=[
            visit.short_name(one.organisation) if is_named and (visit.texts.is_chinese or one.organisation == unit) else ""
            for one, is_named in zip(found, named, strict=True)
        ],
        textposition="top center", textfont={"size": 11, "color": INK},
        marker={
            "size": [13 if one.organisation == unit else 8 for one in found],
            "color": [COLOURS[kind] for kind in kinds], "symbol": [SYMBOLS[kind] for kind in kinds],
            "line": {"width": 1.2, "color": [COLOURS[kind] for kind in kinds]},
        },
        customdata=[
            [words(visit, definition, one, limits), visit.view.link(f"/area/{one.organisation}")] for one in found
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip
    people = visit.texts.pick(definition.denominator_zh, definition.denominator_en)
    figure = dressed(figure, definition, visit)
    ticks = [
        step * 10**power
        for power in range(8)
        for step in (1, 2, 5)
        if limits.sizes[0] <= step * 10**power <= limits.sizes[-1]
    ]
    if len(ticks) < 2:  # units of about one size
        ticks = sorted({one.denominator or 0 for one in found})
        ticks = ticks if len(ticks) == 1 else [ticks[0], ticks[-1]]
    figure.update_xaxes(
        type="log", title={"text": people, "standoff": 4, "font": AXIS_FONT}, showgrid=True, gridcolor=GRID,
        tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks],
    )  # fmt: skip
    return figure


def words(visit: Visit, definition: Definition, result: Result, limits: Funnel) -> str:
    """The lines shown on hover."""
    beyond = ""
    if result.organisation in limits.over:
        beyond = visit.texts("高于 99.8% 界限")
    elif result.organisation in limits.under:
        beyond = visit.texts("低于 99.8% 界限")
    lines = [
        f"<b>{visit.name(result.organisation)}</b>",
        f"{wording.value(result, definition, visit.texts)} ({wording.interval(result, definition)})",
        wording.counts(result),
        beyond or visit.texts("在界限之内：可能是偶然"),
    ]
    return "<br>".join(line for line in lines if line)
