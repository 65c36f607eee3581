"""The share of institutions at their grade: as it came, as it would go if nothing were renewed, and where it should be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard import wording
from dashboard.figures import COLOURS, INK, dressed
from dashboard.findings import Standing
from dashboard.visit import Visit
from indicators.definition import Definition
from reference.policies import TargetInForce

Point = tuple[dt.date, float]


@dataclass(frozen=True)
class Progress:
    """Shares in the indicator's unit: `past` as recorded, `ahead` from today on if nothing is renewed or gained."""

    past: tuple[Point, ...]
    ahead: tuple[Point, ...]
    in_force: TargetInForce | None


def progress(visit: Visit, definition: Definition, found: Progress) -> go.Figure:
    """Steps, because a share of institutions moves by whole ones."""
    t = visit.texts
    figure = go.Figure()
    _line(visit, figure, found.past, t("达标比例"), "#2b7f9d", "solid", definition)
    _line(visit, figure, found.ahead, t("到期都不复评"), COLOURS[Standing.BEHIND], "dot", definition)
    if found.in_force is not None:
        aim, days = found.in_force.target, [day for day, _ in (*found.past, *found.ahead)]
        way = [(day, aim.expected(day)) for day in days]
        level = [value if value is not None else aim.value for _, value in way]
        figure.add_scatter(
            x=[day.isoformat() for day in days], y=level, mode="lines", name=t("目标"), hoverinfo="skip",
            line={"color": INK, "width": 1.4, "dash": "dash"},
        )  # fmt: skip
    figure = dressed(figure, definition, visit)
    figure.update_xaxes(type="date", tickformat="%Y年<br>%-m月" if t.is_chinese else "%b<br>%Y", nticks=5)
    figure.update_yaxes(range=[0, 104])
    figure.update_layout(
        height=285, showlegend=True, legend={"orientation": "h", "y": -0.3, "yanchor": "top", "x": 0}
    )
    return figure


def _line(
    visit: Visit,
    figure: go.Figure,
    points: Sequence[Point],
    name: str,
    colour: str,
    dash: str,
    definition: Definition,
) -> None:
    figure.add_scatter(
        x=[day.isoformat() for day, _ in points], y=[value for _, value in points], mode="lines+markers", name=name,
        line={"color": colour, "width": 2, "dash": dash, "shape": "hv"}, marker={"size": 5},
        customdata=[f"<b>{visit.texts.date(day)}</b><br>{name} {wording.number(value, definition.decimals)}%" for day, value in points],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
