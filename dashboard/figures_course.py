"""The control chart: a unit's months about their own line, and which of them are more than chance."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import wording
from dashboard.figures import COLOURS, INK, dressed, short_label
from dashboard.findings import Standing
from dashboard.texts import Texts, mark
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.over_time import Change, Course
from indicators.result import Result
from reference.periods import parse

CHANGES = {
    Change.USUAL: mark("属平常波动，可能是偶然"),
    Change.BETTER: mark("超出偶然，变好"),
    Change.WORSE: mark("超出偶然，变差"),
    Change.OTHER: mark("超出偶然"),
    Change.UNKNOWN: mark("没有数字"),
    Change.UNJUDGED: mark("另算以来月数太少，尚无中线"),
}
CAUSES = {
    "outside": mark("超出控制限"),
    "shift": mark("连续七个月在中线同一侧"),
    "trend": mark("连续七个月同向变化"),
    "near": mark("三个月中两个靠近同一控制限"),
}
LOOKS = {
    Change.USUAL: ("circle", "#8a8f98"),
    Change.BETTER: ("triangle-up", COLOURS[Standing.REACHED]),
    Change.WORSE: ("triangle-down", COLOURS[Standing.BEHIND]),
    Change.OTHER: ("diamond", COLOURS[Standing.COMING]),
    Change.UNKNOWN: ("circle-open", "#8a8f98"),
    Change.UNJUDGED: ("circle-open", "#8a8f98"),
}


def control_chart(
    visit: Visit, definition: Definition, series: Sequence[Result], course: Course
) -> go.Figure:
    """Months joined, the line and limits of their own usual variation, and a sign for what is more than chance."""
    labels = [short_label(parse(one.period), visit.texts) for one in series]
    figure = go.Figure()
    for line, dash, width in (
        (course.lower, "dot", 1.2),
        (course.upper, "dot", 1.2),
        (course.centre, "solid", 1.2),
    ):
        figure.add_scatter(
            x=labels, y=list(line), mode="lines", hoverinfo="skip", connectgaps=True,
            line={"color": INK, "width": width, "dash": dash, "shape": "hvh" if dash == "dot" else "linear"},
        )  # fmt: skip
    looks = [LOOKS[one] for one in course.change]
    figure.add_scatter(
        x=labels, y=list(course.value), mode="lines+markers", connectgaps=False,
        line={"color": "#2b7f9d", "width": 1.6},
        marker={"size": 10, "symbol": [one[0] for one in looks], "color": [one[1] for one in looks]},
        customdata=[
            "<br>".join(
                [
                    f"<b>{parse(one.period).label(visit.view.language)}</b>",
                    wording.value(one, definition, visit.texts),
                    wording.counts(one),
                    verdict(visit.texts, course, place),
                ]
            )
            for place, one in enumerate(series)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    return dressed(figure, definition, visit)


def verdict(texts: Texts, course: Course, place: int) -> str:
    """What a month is, and by which rules."""
    why = texts("；").join(texts(CAUSES[one]) for one in course.causes[place])
    words = texts(CHANGES[course.change[place]])
    return texts("{what}（{why}）", what=words, why=why) if why else words


def latest(visit: Visit, definition: Definition, series: Sequence[Result], course: Course) -> str:
    """The newest month with a number in one sentence: against the month before, and whether it is more than chance."""
    t = visit.texts
    known = [place for place, value in enumerate(course.value) if value is not None]
    if not known:
        return t("没有数字")
    last = known[-1]
    said = {
        "month": parse(series[last].period).label(visit.view.language),
        "value": wording.value(series[last], definition, t),
        "verdict": verdict(t, course, last),
    }
    if len(known) < 2:
        return t("{month}为 {value}：{verdict}。", **said)
    before, now = course.value[known[-2]], course.value[last]
    assert before is not None
    assert now is not None
    change = wording.number(abs(now - before), definition.decimals)
    if float(change.replace(",", "")) == 0:
        return t("{month}为 {value}，与上月持平。放在各月中看：{verdict}。", **said)
    if now > before:
        return t("{month}为 {value}，比上月升 {change}：{verdict}。", change=change, **said)
    return t("{month}为 {value}，比上月降 {change}：{verdict}。", change=change, **said)
