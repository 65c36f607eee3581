"""Severe cases: near-misses and deaths, their causes, over time, by hospital, referral and delay. Counts only, never a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, figures_rare, wording
from dashboard.answers import Answers
from dashboard.indicator_parts import graph
from dashboard.severe_parts import bars, causes_table, hospitals, is_told, referral
from dashboard.texts import mark
from dashboard.visit import Visit
from indicators.rare_events import OverTime
from indicators.result import Result
from indicators.severe import EventRule, SeverePicture, severe_picture, severe_rules
from reference.periods import month_period, month_range

NEEDS = "view_results"
PATH = "/severe"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
WHO = 4  # the first so many maternal indicators are the WHO framework's, shown large
BREAKDOWNS = {
    "causes": mark("危重孕产妇的病因"),
    "organs": mark("达到哪个系统的 WHO 标准"),
    "risk_grades": mark("妊娠风险五色分级（全部评估者）"),
    "risk_grades_listed": mark("危重者的风险分级"),
    "rescue": mark("救治"),
    "newborn_causes": mark("危重新生儿的病因"),
    "newborn_course": mark("危重新生儿的经过"),
}
SINCE = {
    "g": mark("距上一例已有 {number} 例活产"),
    "t": mark("距上一例已有 {number} 天"),
}


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("危急重症")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """The framework, causes, time, hospitals, referral."""
    t = visit.texts
    head = blocks.heading(
        visit,
        t("危急重症：{area}", area=visit.name(visit.view.area.code)),
        html.P(t("按发生地统计；只有汇总数，没有任何个人信息。"), className="quiet"),
        choosers=[blocks.area_chooser(visit, with_units=True), *blocks.period_choosers(visit)],
    )
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit)])
    picture = severe_picture(visit.workspace.context, visit.view.area.code, visit.view.period)
    if not picture.maternal:
        return html.Div([head, blocks.empty(t("这里没有危急重症报表"), t("请选贵州省的地区。"))])
    parts = [
        blocks.panel(t(name), bars(visit, picture.breakdowns[code]))
        for code, name in BREAKDOWNS.items()
        if code in picture.breakdowns and is_told(picture.breakdowns[code])
    ]
    return html.Div(
        [
            head,
            framework(visit, picture),
            surveillance(visit, [*picture.maternal[WHO:], *picture.newborn]),
            over_time(visit, picture),
            hospitals(visit, picture),
            causes_table(visit, picture),
            referral(visit, picture),
            html.Div(parts, className="thirds") if parts else _no_parts(visit),
        ]
    )


def _no_parts(visit: Visit) -> html.Section:
    t = visit.texts
    words = t("病因、转诊和救治时间来自《危重孕产妇管理月报》和《危重孕产妇个案登记表》，这段时间没有收到。")
    link = dcc.Link(t("去报送日历"), href=visit.view.link("/calendar"), className="button")
    return blocks.panel(t("病因、转诊与救治"), blocks.empty(t("没有报表"), words, link))


def framework(visit: Visit, picture: SeverePicture) -> html.Section:
    """The four figures of the WHO framework, and the counts behind them."""
    t = visit.texts
    cards = [_card(visit, one) for one in picture.maternal[:WHO]]
    note: Any = None
    if (found := picture.near_miss) is not None:
        note = t(
            "危急重症（存活）{near} 例，孕产妇死亡 {deaths} 例，活产 {births}",
            near=wording.number(found.near_misses),
            deaths=wording.number(found.deaths),
            births=wording.number(found.births),
        )
    return blocks.panel(
        t("世界卫生组织危急重症框架"), html.Div(cards, className="cards cards--in"), note=note
    )


def _card(visit: Visit, result: Result) -> dcc.Link:
    definition = visit.workspace.catalogue.get(result.indicator)
    spread = wording.interval(result, definition)
    t = visit.texts
    why = wording.reason(result, t)
    return dcc.Link(
        [
            html.Span(definition.name(visit.view.language), className="card-name"),
            html.Div(
                [
                    blocks.big_value(result, definition, visit),
                    html.Span(spread, className="quiet") if spread else None,
                ],
                className="card-body",
            ),
            html.Div(wording.counts(result) if result.value is not None else why, className="quiet"),
            html.Div([t("所含报表"), " ", blocks.reports_words(result, visit)], className="quiet"),
        ],
        href=visit.view.link(f"/indicator/{definition.code}", indicator=""),
        className="card",
    )


def surveillance(visit: Visit, results: Sequence[Result]) -> html.Section:
    """The national surveillance's rates in one table."""
    t = visit.texts
    names = (t("指标"), t("值"), t("95% 区间"), t("分子 / 分母"), t("与目标比"), t("所含报表"))
    rows = []
    for result in results:
        definition = visit.workspace.catalogue.get(result.indicator)
        link = visit.view.link(f"/indicator/{definition.code}", indicator="")
        rows.append(
            html.Tr(
                [
                    html.Th(
                        [
                            dcc.Link(definition.name(visit.view.language), href=link),
                            html.Div(t(wording.BASES[definition.basis]), className="quiet"),
                        ],
                        scope="row",
                    ),
                    html.Td(wording.value(result, definition, t), className="number strong"),
                    html.Td(wording.interval(result, definition), className="number"),
                    html.Td(wording.counts(result), className="number"),
                    html.Td(blocks.chip(result, visit) if result.target or result.reason else None),
                    html.Td(blocks.reports_words(result, visit), className="number"),
                ]
            )
        )
    heads = [
        html.Th(name, scope="col", className="" if place in (0, 4) else "number")
        for place, name in enumerate(names)
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain")
    return blocks.panel(t("监测指标"), html.Div(table, className="scrolling", tabIndex="0"))


def over_time(visit: Visit, picture: SeverePicture) -> html.Section:
    """Each kind of event with the chart that fits how rare it is."""
    t = visit.texts
    events = {rule.code: rule for rule in severe_rules().events}
    tiles = [_event(visit, events[code], found) for code, found in picture.over_time.items()]
    note = t("▲ 变好，▼ 变差（超出偶然），● 平常波动；事件少时画两例之间的活产数，越高越好。")
    return blocks.panel(
        t("随时间的变化"), html.Div(tiles, className="thirds"), html.P(note, className="quiet")
    )


def _counted(visit: Visit, rule: EventRule, found: OverTime) -> str:
    """How many, in which months, counted by what: other figures of the page may be of other months or another basis."""
    t = visit.texts
    if found.looked_at is None:
        return t("没有报表")
    first, last = found.looked_at
    months = month_period(first) if first == last else month_range(first, last)
    return t(
        "{months}共 {number} 例，{basis}",
        months=months.label(visit.view.language),
        number=wording.number(found.events),
        basis=t(wording.BASES[rule.basis]),
    )


def _event(visit: Visit, rule: EventRule, found: OverTime) -> html.Div:
    t = visit.texts
    one = visit.registry.element(rule.event)
    said = [_counted(visit, rule, found)]
    if found.since_last is not None and found.kind in SINCE:
        said.append(t(SINCE[found.kind], number=wording.number(round(found.since_last))))
    if found.unreported:
        said.append(t("{count} 个月没有报表，已跳过", count=len(found.unreported)))
    body: Any = blocks.empty(t("例数太少，不作图")) if found.looked_at is not None else None
    name = t.pick(one.zh, one.en)
    if found.chart is not None:
        figure = figures_rare.rare_chart(visit, found, rule.multiplier)
        body = graph(f"rare-{rule.event}", figure, t("{name}随时间的变化", name=name))
    return html.Div([html.H3(name), html.P(t("；").join(said), className="quiet"), body])
