"""Charts: the course of one indicator with its interval, its target and where it is going; and the dress of all charts."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import wording
from dashboard.findings import Standing, standing
from dashboard.shell import FONTS
from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.outlook import Outlook
from indicators.result import Result
from reference.periods import Period, parse

# The page's own colours (assets/style.css), fit for colour-blind eyes and for light and dark grounds.
COLOURS = {
    Standing.BEHIND: "#c8501e",
    Standing.COMING: "#b9952f",
    Standing.BELOW: "#e2a76f",
    Standing.ABOVE: "#7fa9cf",
    Standing.REACHED: "#3d7ab3",
    Standing.UNKNOWN: "#8a8f98",
    Standing.UNAIMED: "#4698b5",
}
SYMBOLS = {
    Standing.BEHIND: "triangle-down",
    Standing.COMING: "diamond",
    Standing.BELOW: "triangle-down-open",
    Standing.ABOVE: "triangle-up-open",
    Standing.REACHED: "triangle-up",
    Standing.UNKNOWN: "circle-open",
    Standing.UNAIMED: "circle",
}
INK = "#6b7280"
FAN = "rgba(128,134,145,0.20)"
AXIS_FONT = {"size": 12}
GRID = "rgba(128,134,145,0.22)"


def trend(
    visit: Visit, definition: Definition, series: Sequence[Result], ahead: Outlook | None = None
) -> go.Figure:
    """Values joined where they are known, the interval as a band, the target as a step line, the judgement as the marker.

    With `ahead`: the forecast as a fan after the last value, the target's path, and the target on its day.
    """
    labels = [short_label(parse(result.period), visit.texts) for result in series]
    figure = go.Figure()
    _band(figure, labels, series)
    aims = [result.target.value if result.target else None for result in series]
    if any(aim is not None for aim in aims):
        figure.add_scatter(
            x=labels, y=aims, mode="lines", name=visit.texts("目标"), hoverinfo="skip",
            line={"color": INK, "width": 1.4, "dash": "dash", "shape": "hvh"},
        )  # fmt: skip
    if ahead is not None and series:
        _fan(visit, figure, definition, series, ahead)
    kinds = [standing(result) for result in series]
    figure.add_scatter(
        x=labels, y=[result.value for result in series], mode="lines+markers", name=definition.name(visit.view.language),
        line={"color": "#2b7f9d", "width": 2}, connectgaps=False,
        marker={"size": 9, "color": [COLOURS[kind] for kind in kinds], "symbol": [SYMBOLS[kind] for kind in kinds], "line": {"width": 1.6, "color": [COLOURS[kind] for kind in kinds]}},
        customdata=[[_words(visit, definition, result)] for result in series],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )  # fmt: skip
    return dressed(figure, definition, visit)


def short_label(period: Period, texts: Texts) -> str:
    """The axis has little room: a month or quarter by its name, a longer period by its last month."""
    return period.label(texts.language) if period.kind == "quarter" else month_label(period.last, texts)


def month_label(month: int, texts: Texts) -> str:
    """A month on an axis, in two lines: five of them stand beside each other on a phone."""
    parts = texts.month(month).replace("年", "年 ").split(" ")
    return "<br>".join(parts)


def _band(figure: go.Figure, labels: Sequence[str], series: Sequence[Result]) -> None:
    """The interval, one shape for each unbroken run of months: a gap in the data is a gap in the band."""
    run: list[int] = []
    for place in range(len(series) + 1):
        if place < len(series) and series[place].lower is not None:
            run.append(place)
            continue
        if run:
            across = [labels[index] for index in run]
            edge = [series[index].upper for index in run] + [series[index].lower for index in reversed(run)]
            figure.add_scatter(
                x=across + across[::-1], y=edge, fill="toself", mode="lines", line={"width": 0},
                fillcolor="rgba(43,127,157,0.16)", hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        run = []


def _fan(
    visit: Visit, figure: go.Figure, definition: Definition, series: Sequence[Result], ahead: Outlook
) -> None:
    """The months ahead: what they are likely to be, and where the target wants them."""
    rolling = parse(series[-1].period).span == 12
    path = ahead.path
    lines = (
        (path.rolling, path.rolling_lower, path.rolling_upper)
        if rolling
        else (path.centre, path.lower, path.upper)
    )
    labels = [month_label(month, visit.texts) for month in ahead.ahead]
    middle, low, high = ([float(value) * ahead.unit for value in one[ahead.known :]] for one in lines)
    figure.add_scatter(
        x=labels + labels[::-1], y=high + low[::-1], fill="toself", mode="lines", line={"width": 0},
        fillcolor=FAN, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=labels, y=middle, mode="lines", name=visit.texts("预测"),
        line={"color": INK, "width": 1.6, "dash": "dot"},
        customdata=[
            f"{visit.texts('预测')} {month}<br>{wording.number(value, definition.decimals)}"
            f" ({wording.number(lower, definition.decimals)}–{wording.number(upper, definition.decimals)})"
            for month, value, lower, upper in zip(labels, middle, low, high, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    _way(visit, figure, series, ahead, labels)


def _way(
    visit: Visit, figure: go.Figure, series: Sequence[Result], ahead: Outlook, labels: Sequence[str]
) -> None:
    """The target's path, where the document gives one, and the target on its day."""
    if ahead.aim is None:
        return
    ends = [parse(result.period).last for result in series] + list(ahead.ahead)
    names = [short_label(parse(result.period), visit.texts) for result in series] + list(labels)
    way = [ahead.expected(month) for month in ends]
    if any(one is not None for one in way):
        figure.add_scatter(
            x=names, y=way, mode="lines", name=visit.texts("目标路径"), hoverinfo="skip",
            line={"color": COLOURS[Standing.REACHED], "width": 1.6, "dash": "dashdot"},
        )  # fmt: skip
    figure.add_scatter(
        x=[labels[-1]], y=[ahead.aim.target.value], mode="markers", name=visit.texts("目标"),
        marker={"symbol": "star", "size": 12, "color": COLOURS[Standing.REACHED]},
        customdata=[f"{visit.texts('目标')} {labels[-1]}<br>{ahead.aim.target.value:,.10g}"],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _words(visit: Visit, definition: Definition, result: Result) -> str:
    lines = [
        f"<b>{parse(result.period).label(visit.view.language)}</b>",
        f"{wording.value(result, definition, visit.texts)} ({wording.interval(result, definition)})"
        if result.lower is not None
        else wording.value(result, definition, visit.texts),
        wording.counts(result),
        wording.chance(result, visit.texts),
        wording.completeness(result.received, result.expected, visit.texts),
    ]
    return "<br>".join(line for line in lines if line)


def dressed(figure: go.Figure, definition: Definition, visit: Visit) -> go.Figure:
    """Axes, ground and letters that all charts share; the unit of the indicator stands at the upright axis."""
    axis = {"gridcolor": GRID, "linecolor": GRID, "zeroline": False, "tickfont": {"size": 12}}
    figure.update_layout(
        template="none",
        height=320,
        margin={"l": 48, "r": 12, "t": 12, "b": 44},
        font={"family": FONTS, "color": INK, "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hovermode="closest",
        hoverlabel={"font": {"family": FONTS}},
        xaxis={
            **axis,
            "type": "category",
            "showgrid": False,
            "nticks": 5,
            "tickangle": 0,
            "automargin": True,
        },
        yaxis={
            **axis,
            "title": {"text": definition.unit(visit.view.language), "standoff": 6, "font": AXIS_FONT},
            "rangemode": "normal",
        },
    )
    return figure
