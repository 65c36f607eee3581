"""The charts of the indicator page, each with the sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard import blocks, figures, figures_course, figures_peers, wording
from dashboard.findings import Standing
from dashboard.view import STEPS, steps_before
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.outlook import Outlook, outlooks
from indicators.over_time import FEWEST, course, places_of
from indicators.peer_views import funnel
from indicators.result import Result
from reference.breaks import Break
from reference.periods import parse

FEWER = 0.05  # of the reports owed, from which the months do not speak of the same senders
CHART = {"displaylogo": False, "displayModeBar": False, "responsive": True}


def graph(name: str, figure: Any, label: str) -> html.Div:
    """A chart that says what it is to those who cannot see it."""
    chart = dcc.Graph(id=name, figure=figure, config=CHART, style={"height": f"{figure.layout.height}px"})
    return html.Div(chart, role="img", **{"aria-label": label})


def unit_of(visit: Visit) -> str:
    """Whose course is shown."""
    return visit.view.unit or visit.view.area.code


def trend(visit: Visit, definition: Definition) -> html.Section:
    """The chosen unit over time, by month, quarter or rolling year, and where it is going."""
    t, view = visit.texts, visit.view
    unit = unit_of(visit)
    series = visit.series(definition.code, [unit], _steps(visit, view.step))
    ahead = None if view.step == "quarter" else outlook(visit, definition, unit)
    chart: Any = graph(
        "trend",
        figures.trend(visit, definition, series, ahead),
        t("{name}：{place}的走势", name=definition.name(view.language), place=visit.name(unit)),
    )
    if not any(result.value is not None for result in series):
        chart = blocks.empty(t("这段时间没有可画的数字"))
    note = t(
        "阴影为 95% 区间，虚线为目标，点线与灰影为照此走势的预测，★ 为到那时的目标；▼ 确实落后，▲ 确已达标，◆ 尚未达到而期限未到，空心为可能是偶然。"
    )
    return _panel(
        t("走势"), _choosers(visit), chart,
        html.P(going(visit, definition, ahead), className="says") if ahead else None,
        html.P(note, className="quiet"),
    )  # fmt: skip


def _choosers(visit: Visit) -> html.Div:
    t, unit = visit.texts, unit_of(visit)
    units = [
        {"value": code, "label": visit.name(code)}
        for code in dict.fromkeys([visit.view.area.code, *visit.below, *visit.unit_codes, unit])
    ]
    steps = [{"value": step, "label": t(blocks.STEPS[step])} for step in STEPS]
    return html.Div(
        [
            blocks.choice("unit", unit, units, t("单位"), searchable=True, width=180),
            blocks.choice("step", visit.view.step, steps, t("时间间隔"), width=150),
        ],
        className="choosers",
    )


def _panel(title: str, choosers: Any, *children: Any) -> html.Section:
    head = html.Div([html.H2(title), choosers], className="panel-head panel-head--chooser")
    return html.Section([head, *children], className="panel")


def _steps(visit: Visit, step: str) -> Sequence[Any]:
    view = visit.view
    months = visit.answers.months(view.tree.code) or (view.period.first, view.period.last)
    return steps_before(step, months[1], months[0])


def outlook(visit: Visit, definition: Definition, area: str) -> Outlook | None:
    """The forecast of one area from the newest months."""
    return outlooks_of(visit, [definition.code], area).get(definition.code)


def outlooks_of(visit: Visit, indicators: Sequence[str], area: str) -> dict[str, Outlook]:
    """Forecasts of an area from the newest months, kept for each version of the data."""
    months = visit.answers.months(visit.view.tree.code)
    if months is None:
        return {}
    key = ("outlooks", tuple(indicators), area, months[1])
    return visit.answers.once(key, lambda: outlooks(visit.workspace.context, indicators, area, months[1]))


def going(visit: Visit, definition: Definition, ahead: Outlook) -> str:
    """In one sentence, what the present trend leads to."""
    t = visit.texts
    value, lower, upper = ahead.on_its_day
    unit = definition.unit(visit.view.language)
    said = {
        "value": wording.with_unit(wording.number(value, definition.decimals), unit),
        "interval": f"{wording.number(lower, definition.decimals)}–{wording.number(upper, definition.decimals)}",
        "month": t.month(ahead.months[-1]),
    }
    if ahead.aim is None or ahead.chance is None:
        return t("照此走势，到{month}的十二个月约为 {value}（{interval}）。", **said)
    return t(
        "照此走势，到{month}的十二个月约为 {value}（{interval}），达到{year}年目标 {target} 的可能性为 {chance}。",
        year=ahead.aim.target.by.year,
        target=wording.target_row(ahead.aim.target, definition, t),
        chance=wording.likely(ahead.chance),
        **said,
    )


def control(visit: Visit, definition: Definition) -> html.Section | None:
    """Whether the chosen unit's months are chance or a change."""
    if definition.method not in ("proportion", "rate"):
        return None
    t, unit = visit.texts, unit_of(visit)
    series = visit.series(definition.code, [unit], _steps(visit, "month"))
    breaks = places_of(series, visit.registry.breaks_of(definition.code, unit))
    found = course(definition, series, tuple(breaks))
    if found is None:
        body: Any = blocks.empty(t("月数太少"), t("至少 {count} 个月有数字，才能画控制图。", count=FEWEST))
        return blocks.panel(t("是偶然，还是变化"), body, note=visit.name(unit))
    return blocks.panel(
        t("是偶然，还是变化"),
        html.P(figures_course.latest(visit, definition, series, found), className="says"),
        graph("control", figures_course.control_chart(visit, definition, series, found), t("控制图")),
        html.P(t("中线与上下限取自该单位自己的各月；● 平常波动，▲ 变好，▼ 变差（超出偶然）。"), className="quiet"),
        _other_senders(visit, series),
        *[html.P(_break(visit, series[place], one), className="quiet") for place, one in breaks.items()],
        note=visit.name(unit),
    )  # fmt: skip


def _other_senders(visit: Visit, series: Sequence[Result]) -> html.P | None:
    """Where not the same have reported in all months: a step may then be who reported, and not what happened."""
    t = visit.texts
    shares = [one.completeness for one in series if one.value is not None and one.completeness is not None]
    if not shares or max(shares) - min(shares) < FEWER:
        return None
    said = t(
        "各月所含报表从 {low} 到 {high} 不等：谁报了、谁没报也会使数字变动，请先看下级各单位的走势。",
        low=wording.percent(min(shares)),
        high=wording.percent(max(shares)),
    )
    return html.P(said, className="quiet")


def _break(visit: Visit, first: Result, one: Break) -> str:
    """Why the line and limits begin anew, and where that is said."""
    t = visit.texts
    month = parse(first.period).label(visit.view.language)
    reason = t.pick(one.reason_zh, one.reason_en)
    return t(
        "自{month}起前后不可比（{reason}；{source}），中线与上下限另算。",
        month=month,
        reason=reason,
        source=one.source,
    )


def peers(visit: Visit, definition: Definition, results: Sequence[Result]) -> html.Section | None:
    """Who stands apart from all the others by more than its size explains."""
    if definition.method not in ("proportion", "rate"):
        return None
    t = visit.texts
    rules = visit.registry.flagging(visit.view.period.last_day)
    found = funnel(definition, results, rules.peer_confidence)
    if found is None:
        body = blocks.empty(t("单位太少"), t("至少五个单位有数字，才能互相比较。"))
        return blocks.panel(t("与同级相比"), body)
    figure = figures_peers.funnel(visit, definition, results, found, unit_of(visit))
    said = t(
        "{over} 个高于、{under} 个低于 99.8% 界限；其余的差别可能是偶然。",
        over=len(found.over),
        under=len(found.under),
    )
    if not found.over | found.under:
        said = t("没有单位超出 99.8% 界限：彼此之间没有谁明显突出（界限取自全体，与目标无关）。")
    note = t("横轴为分母（人数越多，界限越窄）；点线 95%，实线 99.8%。")
    if found.widened:
        note += t("各地之间的差别大于偶然，界限已相应放宽。")
    return blocks.panel(
        t("与同级相比"), html.P(said, className="says"), graph("funnel", figure, t("漏斗图")), html.P(note, className="quiet")
    )  # fmt: skip


def multiples(visit: Visit, definition: Definition) -> html.Section | None:
    """The areas right below, each a small line on the same scale."""
    if len(visit.below) < 2:
        return None
    t = visit.texts
    found: dict[str, list[Result]] = {}
    for result in visit.series(definition.code, visit.below, _steps(visit, visit.view.step)):
        found.setdefault(result.organisation, []).append(result)
    values = [one.value for series in found.values() for one in series if one.value is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    tiles = [_tile(visit, definition, area, series, low, high) for area, series in found.items()]
    name = (
        t("各市州的走势")
        if visit.level_name(visit.levels[-1]) and len(visit.levels) > 1
        else t("各县区的走势")
    )
    return blocks.panel(
        name, html.Div(tiles, className="multiples"),
        note=t("同一纵轴 {low}–{high}，虚线为目标", low=wording.number(low, definition.decimals), high=wording.number(high, definition.decimals)),
    )  # fmt: skip


def _tile(
    visit: Visit, definition: Definition, area: str, series: Sequence[Result], low: float, high: float
) -> dcc.Link:
    newest = next((one for one in reversed(series) if one.value is not None), None)
    line = blocks.sparkline(series, visit, visit.name(area), 168, 56, low, high)
    # A month before the newest is told with its name, and judges nobody today.
    kind = blocks.kind_of(newest, visit) if newest is series[-1] else Standing.UNKNOWN.value
    sign = wording.SIGNS[Standing(kind)]
    month = parse(newest.period).label(visit.view.language) if newest else ""
    return dcc.Link(
        [
            html.Div([html.Span(visit.short_name(area)), html.Span(sign, className=f"chip chip--{kind}")]),
            line,
            html.Div([html.Strong(wording.value(newest, definition, visit.texts) if newest else wording.MISSING), html.Span(month, className="quiet")]),
        ],
        href=visit.view.link(None, unit=area, step=visit.view.step if visit.view.step != "month" else "", **visit.view.extra),
        className="multiple multiple--current" if area == unit_of(visit) else "multiple",
    )  # fmt: skip
