"""The profile of an area: every indicator in one table, topic by topic, beside its target, its peers and its own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from dashboard import blocks, wording
from dashboard.findings import value_scale
from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result


@dataclass(frozen=True)
class Line:
    """One indicator of the area: its result, everybody's, and the last twelve months."""

    definition: Definition
    result: Result
    peers: Sequence[Result]
    past: Sequence[Result]


def suited(visit: Visit, level: str) -> list[Definition]:
    """The indicators that areas of the level have; shares of the register only where a target asks for them."""
    return [
        one
        for one in visit.definitions
        if (visit.has_target(one, level) if one.method == "register" else level in one.levels)
    ]


def lines(visit: Visit, code: str) -> list[Line]:
    """A line for each indicator that has a result here."""
    level = visit.registry.organisations.get(code, visit.view.period.last_day).level
    definitions = suited(visit, level)
    results = {one.indicator: one for one in visit.results([one.code for one in definitions], [code])}
    counted = [one.code for one in definitions if one.method != "register" and one.code in results]
    known = [one for one in counted if results[one].value is not None]
    peers, past = visit.peers(), visit.past(known, code)
    return [
        Line(one, results[one.code], peers.get(one.code, ()), past.get(one.code, ()))
        for one in definitions
        if one.code in results
    ]


def indicators(visit: Visit, code: str) -> html.Section:
    """The table of those with a value; the others are named below it."""
    t = visit.texts
    found = lines(visit, code)
    valued = [line for line in found if line.result.value is not None]
    note = t(
        "横线为 95% 区间，虚线为目标，灰线为{whole}；横向范围为全部县区。",
        whole=visit.name(visit.view.tree.root),
    )
    table = html.Div(_table(visit, valued, code), className="scrolling", tabIndex="0") if valued else None
    return blocks.panel(
        t("全部指标"),
        table,
        html.P(note, className="quiet") if valued else None,
        _without(visit, [line for line in found if line.result.value is None]),
        note=visit.view.period.label(visit.view.language),
    )


def headings(texts: Texts) -> tuple[str, ...]:
    """What the columns are called."""
    t = texts
    return (
        t("指标"), t("值"), t("95% 区间与目标"), t("目标"), t("与目标比"),
        t("差距"), t("分子 / 分母"), t("所含报表"), t("走势"),
    )  # fmt: skip


def _table(visit: Visit, found: Sequence[Line], code: str) -> html.Table:
    names = headings(visit.texts)
    aimed = [line for line in found if line.result.target]
    groups = [(visit.texts("有目标的指标"), aimed)] if aimed else []
    for topic in wording.TOPICS:
        rest = [
            line for line in found if not line.result.target and wording.topic_of(line.definition) == topic
        ]
        groups += [(visit.texts(wording.TOPICS[topic]), rest)] if rest else []
    rows: list[html.Tr] = []
    for name, group in groups:
        rows.append(html.Tr(html.Th(name, colSpan=len(names), scope="rowgroup"), className="topic"))
        rows += [_row(visit, line, code) for line in group]
    head_row = html.Tr([html.Th(name, scope="col") for name in names])
    return html.Table([html.Thead(head_row), html.Tbody(rows)], className="plain")


def _row(visit: Visit, line: Line, code: str) -> html.Tr:
    t, definition, result = visit.texts, line.definition, line.result
    link = visit.view.link(f"/indicator/{definition.code}", indicator="", unit=code)
    whole = next((one.value for one in line.peers if one.organisation == visit.view.tree.root), None)
    drawn = blocks.bar(result, definition, visit, value_scale(line.peers, result), whole)
    name = definition.name(visit.view.language)
    by_when = wording.due(result.target, t) if result.target else ""
    cells = [
        html.Th(dcc.Link(name, href=link), scope="row"),
        html.Td(
            blocks.value_link(visit, result, wording.value(result, definition, t)), className="number strong"
        ),
        html.Td(
            html.Div(
                [html.Div(drawn, className="bar"), html.Span(wording.interval(result, definition), className="quiet")],
                className="bar-cell",
            )
        ),
        html.Td(_target(visit, line, by_when), className="nowrap"),
        html.Td(blocks.chip(result, visit) if result.target or result.reason else None),
        html.Td(wording.gap(result.gap, definition, t)),
        html.Td(wording.counts(result), className="number"),
        html.Td(wording.completeness(result.received, result.expected, t), className="number"),
        html.Td(blocks.sparkline(line.past, visit, name, 110, 26) if line.past else None),
    ]  # fmt: skip
    return html.Tr(cells, className=f"row row--{blocks.kind_of(result, visit)}")


def _target(visit: Visit, line: Line, by_when: str) -> Any:
    words = wording.target(line.result.target, line.definition, visit.texts)
    if line.result.target is None:
        return html.Span(words, className="quiet")
    return [words, html.Div(by_when, className="quiet")]


def _without(visit: Visit, found: Sequence[Line]) -> html.Details | None:
    """Indicators without a number, and why."""
    if not found:
        return None
    t = visit.texts
    items = [
        html.Li(
            [
                line.definition.name(visit.view.language),
                " ",
                html.Span(wording.reason(line.result, t), className="quiet"),
            ]
        )
        for line in found
    ]
    summary = html.Summary(t("另有 {count} 项指标没有数字", count=len(found)))
    return html.Details([summary, html.Ul(items, className="columns")], className="more")
