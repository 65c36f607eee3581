"""Events over time: the monthly rate where they are common, births or days between them where they are rare."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import AXIS_FONT, GRID, INK
from dashboard.figures_course import LOOKS
from dashboard.shell import FONTS
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.over_time import Change
from indicators.rare_events import OverTime

# What is on the upright axis, by the kind of chart.
AXES = {
    "u": mark("每 {multiplier} 例活产"),
    "g": mark("两例之间的活产数"),
    "t": mark("两例之间的天数"),
}
TICKS = 3


def rare_chart(visit: Visit, found: OverTime, multiplier: int) -> go.Figure:
    """Points joined, their line and limits, and a sign for what is more than chance; more between events is better."""
    chart = found.chart
    assert chart is not None
    across = list(range(len(found.months)))
    names = [visit.texts.month(month) for month in found.months]
    figure = go.Figure()
    for line, dash in ((chart.lower, "dot"), (chart.upper, "dot"), (chart.centre, "solid")):
        figure.add_scatter(
            x=across, y=line.tolist(), mode="lines", hoverinfo="skip",
            line={"color": INK, "width": 1.2, "dash": dash},
        )  # fmt: skip
    kinds = [change(found, place) for place in across]
    figure.add_scatter(
        x=across, y=chart.values.tolist(), mode="lines+markers", line={"color": "#2b7f9d", "width": 1.4},
        marker={"size": 8, "symbol": [LOOKS[one][0] for one in kinds], "color": [LOOKS[one][1] for one in kinds]},
        customdata=[f"<b>{name}</b><br>{value:,.1f}" for name, value in zip(names, chart.values, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    step = max(len(across) // TICKS, 1)
    axis = {"gridcolor": GRID, "linecolor": GRID, "zeroline": False, "tickfont": {"size": 12}}
    figure.update_layout(
        template="none", height=250, margin={"l": 56, "r": 12, "t": 10, "b": 36}, showlegend=False,
        font={"family": FONTS, "color": INK, "size": 13}, hovermode="closest",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        xaxis={**axis, "showgrid": False, "tickvals": across[::step], "ticktext": names[::step], "tickangle": 0},
        yaxis={**axis, "rangemode": "tozero", "title": {"text": axis_title(visit, found, multiplier), "standoff": 6, "font": AXIS_FONT}},
    )  # fmt: skip
    return figure


def axis_title(visit: Visit, found: OverTime, multiplier: int) -> str:
    """What the upright axis counts."""
    return (
        visit.texts(AXES[found.kind], multiplier=f"{multiplier:,}")
        if found.kind == "u"
        else visit.texts(AXES[found.kind])
    )


def change(found: OverTime, place: int) -> Change:
    """What a point is; of stretches between events the longer are the better, of rates the lower."""
    chart = found.chart
    assert chart is not None
    if np.isnan(chart.values[place]):
        return Change.UNKNOWN
    if not chart.special[place]:
        return Change.USUAL
    return Change.BETTER if (chart.side[place] > 0) == (found.kind != "u") else Change.WORSE
