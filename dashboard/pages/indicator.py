"""Indicator: what it means, every county with its interval, the course of the chosen unit, the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, county_map, figures, tables, wording
from dashboard.answers import Answers
from dashboard.findings import reports_in, tally
from dashboard.pages.overview import figures as legend
from dashboard.view import STEPS, steps_before
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result

PATH = "/indicator"
NEEDS = "view_results"


def matches(path: str) -> bool:
    """/indicator and /indicator/<code>."""
    return path == PATH or (path.startswith(f"{PATH}/") and path.count("/") == 2)


def title(visit: Visit) -> str:
    """The page's name."""
    definition = chosen(visit)
    return definition.name(visit.view.language) if definition else visit.texts("指标")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def chosen(visit: Visit) -> Definition | None:
    """The indicator of the query, else of the path, else the default one; None for a code that is none."""
    code = visit.view.indicator or visit.view.path.removeprefix(PATH).strip("/")
    if not code:
        return visit.default_indicator
    return next((one for one in visit.definitions if one.code == code), None)


def layout(visit: Visit) -> html.Div:
    """Heading, the area's own figure, the course, the map and the league."""
    t, definition = visit.texts, chosen(visit)
    if definition is None:
        return html.Div([blocks.heading(visit, t("指标")), _unknown(visit)])
    head = blocks.heading(
        visit,
        definition.name(visit.view.language),
        html.P(
            [t(wording.POLARITIES[definition.polarity]), " · ", t(wording.BASES[definition.basis]), " · ", blocks.certainty(definition.mark, visit)],
            className="quiet",
        ),
        choosers=[
            blocks.indicator_chooser(visit, visit.definitions, definition.code),
            blocks.area_chooser(visit),
            *blocks.period_choosers(visit),
        ],
    )  # fmt: skip
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit), meaning(visit, definition)])
    return html.Div([head, *_body(visit, definition)])


def _unknown(visit: Visit) -> html.Div:
    t = visit.texts
    link = dcc.Link(t("回到概览"), href=visit.view.link("/", indicator=""), className="button")
    return blocks.empty(
        t("没有这项指标"), t("此处没有代码为“{found}”的指标。", found=visit.view.path[-80:]), link
    )


def _body(visit: Visit, definition: Definition) -> list[Any]:
    if definition.method == "register":
        return [own(visit, definition), _to_grading(visit), meaning(visit, definition)]
    results = visit.results([definition.code], visit.unit_codes)
    figure = county_map.draw(visit, definition, results)
    return [
        own(visit, definition),
        html.Div(
            [legend(visit, definition, one) for one in tally(results, visit.standing)], className="figures"
        ),
        html.Div(
            [
                html.Div([course(visit, definition), meaning(visit, definition)]),
                blocks.panel(visit.texts("地图"), figure) if figure else None,
            ],
            className="halves" if figure else "",
        ),
        league(visit, definition, results),
    ]


def _to_grading(visit: Visit) -> html.P:
    link = dcc.Link(visit.texts("查看机构等级登记"), href=visit.view.link("/grading"), className="button")
    return html.P(link)


def own(visit: Visit, definition: Definition) -> html.Div | None:
    """The area's own value, as one line of figures."""
    t = visit.texts
    result = visit.result(definition.code, visit.view.area.code)
    if result is None:
        return None
    aim = result.target
    return html.Div(
        [
            html.Div([html.Span(visit.name(result.organisation), className="quiet"), blocks.value_link(visit, result, blocks.big_value(result, definition, visit))]),
            _figure(t("95% 区间"), wording.interval(result, definition) or wording.MISSING),
            _figure(t("分子 / 分母"), wording.counts(result)),
            _figure(t("目标"), wording.target(aim, definition, t), wording.due(aim, t) if aim else ""),
            html.Div([blocks.chip(result, visit), html.Span(wording.gap(result.gap, definition, t), className="card-gap")]),
            _figure(t("所含报表"), wording.completeness(result.received, result.expected, t)),
        ],
        className="own",
    )  # fmt: skip


def _figure(name: str, words: str, more: str = "") -> html.Div:
    return html.Div(
        [html.Span(name, className="quiet"), html.Span([words, " ", html.Small(more, className="quiet")])]
    )


def course(visit: Visit, definition: Definition) -> html.Section:
    """The chosen unit over time, by month, quarter or rolling year."""
    t, view = visit.texts, visit.view
    unit = view.unit or view.area.code
    months = visit.answers.months(view.tree.code) or (view.period.first, view.period.last)
    series = visit.answers.series(definition.code, [unit], steps_before(view.step, months[1], months[0]))
    figure = figures.trend(visit, definition, series)
    units = [
        {"value": code, "label": visit.name(code)}
        for code in dict.fromkeys([view.area.code, *visit.unit_codes, unit])
    ]
    steps = [{"value": step, "label": t(blocks.STEPS[step])} for step in STEPS]
    choosers = html.Div(
        [
            blocks.choice("unit", unit, units, t("单位"), searchable=True, width=180),
            blocks.choice("step", view.step, steps, t("时间间隔"), width=150),
        ],
        className="choosers",
    )
    chart: Any = dcc.Graph(
        id="trend", figure=figure, config={"displaylogo": False, "displayModeBar": False, "responsive": True}
    )
    if not any(result.value is not None for result in series):
        chart = blocks.empty(t("这段时间没有可画的数字"))
    note = t("阴影为 95% 区间，虚线为目标；▼ 确实落后，▲ 确已达标，空心为可能是偶然。")
    return html.Section([html.Div([html.H2(t("走势")), choosers], className="panel-head panel-head--chooser"), chart, html.P(note, className="quiet")], className="panel")  # fmt: skip


def league(visit: Visit, definition: Definition, results: Sequence[Result]) -> html.Section:
    """Every unit on one scale."""
    t = visit.texts
    received, expected = reports_in(results)
    rows = tables.league_rows(visit, definition, results)
    columns = tables.league_columns(visit, definition, results)
    height = None if len(rows) <= 30 else 620
    links = html.Span(
        [
            html.A(
                ".xlsx",
                href=visit.view.link("/download/results.xlsx", indicator=definition.code),
                download="",
            ),
            " ",
            html.A(
                ".csv", href=visit.view.link("/download/results.csv", indicator=definition.code), download=""
            ),
        ],
        className="downloads",
    )
    return blocks.panel(
        t("{level}（{count}）", level=visit.unit_level, count=len(rows)),
        tables.grid("league", columns, rows, t, height),
        note=[t("所含报表"), " ", wording.completeness(received, expected, t), links],
    )


def meaning(visit: Visit, definition: Definition) -> html.Section:
    """Definition, method, source: what the number is."""
    t = visit.texts
    pick = t.pick
    lines = [
        *blocks.term(t("为什么看它"), pick(definition.rationale_zh, definition.rationale_en)),
        *blocks.term(t("分子"), pick(definition.numerator_zh, definition.numerator_en)),
        *blocks.term(t("分母"), pick(definition.denominator_zh, definition.denominator_en)),
        *blocks.term(t("单位"), definition.unit(visit.view.language)),
        *blocks.term(t("区间方法"), t(wording.METHODS[definition.method])),
        *blocks.term(t("出处"), definition.origin(visit.view.language), " ", definition.clause),
        *blocks.term(t("是否确认"), blocks.certainty(definition.mark, visit)),
    ]
    caveats = pick(definition.caveats_zh, definition.caveats_en)
    if caveats:
        lines += blocks.term(t("注意"), caveats)
    return blocks.panel(t("定义"), html.Dl(lines, className="terms"))
