"""Indicator: what it means, its course and where it goes, chance or change, the map, every area beside its peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, county_map, indicator_parts, tables, wording
from dashboard.answers import Answers
from dashboard.findings import tally
from dashboard.league import league_table
from dashboard.pages.overview import figures as legend
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result

PATH = "/indicator"
NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py


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
            blocks.level_chooser(visit),
            *blocks.period_choosers(visit),
            *_lenses(visit, definition),
        ],
    )  # fmt: skip
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit), meaning(visit, definition)])
    return html.Div([head, *_body(visit.as_asked, definition)])


def _lenses(visit: Visit, definition: Definition) -> list[Any]:
    """How the numbers are seen: as it was or under today's areas and targets; as counted or drawn towards the mean."""
    t = visit.texts
    if definition.method == "register":
        return []
    tree = [
        {"value": "then", "label": t("以当时为准")},
        {"value": "today", "label": t("以今天为准")},
    ]
    estimates = [{"value": "crude", "label": t("原始值")}, {"value": "shrunken", "label": t("收缩值")}]
    return [
        blocks.choice("as", "today" if visit.view.is_as_today else "then", tree, t("区划和目标"), width=136),
        blocks.choice(
            "estimate", "shrunken" if is_shrunken(visit) else "crude", estimates, t("表中数值"), width=136
        ),
    ]


def is_shrunken(visit: Visit) -> bool:
    """Whether the table shows estimates drawn towards the mean."""
    return visit.view.extra.get("estimate") == "shrunken"


def _unknown(visit: Visit) -> html.Div:
    t = visit.texts
    link = dcc.Link(t("回到概览"), href=visit.view.link("/", indicator=""), className="button")
    return blocks.empty(
        t("没有这项指标"), t("此处没有代码为“{found}”的指标。", found=visit.view.path[-80:]), link
    )


def _body(visit: Visit, definition: Definition) -> list[Any]:
    if definition.method == "register":
        return [own(visit, definition, visit.view.area.code), _to_grading(visit), meaning(visit, definition)]
    units = visit.results([definition.code], visit.unit_codes)
    shown = units if visit.level == visit.levels[0] else visit.results([definition.code], visit.side_by_side)
    figure = county_map.draw(visit, definition, units, with_key=True)
    chosen_unit = indicator_parts.unit_of(visit)
    return [
        own(visit, definition, visit.view.area.code),
        own(visit, definition, chosen_unit) if chosen_unit != visit.view.area.code else None,
        html.Div([legend(visit, definition, one) for one in tally(shown, visit.standing)], className="figures"),
        html.Div(
            [
                html.Div([indicator_parts.trend(visit, definition), meaning(visit, definition)]),
                blocks.panel(visit.texts("地图"), figure) if figure else None,
            ],
            className="halves" if figure else "",
        ),
        html.Div(
            [indicator_parts.control(visit, definition), indicator_parts.peers(visit, definition, _peers(visit, definition, shown))],
            className="halves",
        ),
        indicator_parts.multiples(visit, definition),
        league(visit, definition, shown),
    ]  # fmt: skip


def _peers(visit: Visit, definition: Definition, shown: Sequence[Result]) -> Sequence[Result]:
    """Who stands beside each other: the areas shown, or, where that is one alone, all of its level that may be seen."""
    if len(shown) > 1:
        return shown
    return visit.results([definition.code], tuple(one for one in visit.all_unit_codes if visit.sees(one)))


def _to_grading(visit: Visit) -> html.P:
    link = dcc.Link(visit.texts("查看机构等级登记"), href=visit.view.link("/grading"), className="button")
    return html.P(link)


def own(visit: Visit, definition: Definition, area: str) -> html.Div | None:
    """The area's own value, as one line of figures."""
    t = visit.texts
    result = visit.result(definition.code, area)
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
            _figure(t("所含报表"), blocks.reports_words(result, visit), wording.older(result, t)),
        ],
        className="own",
    )  # fmt: skip


def _figure(name: str, words: str, more: str = "") -> html.Div:
    return html.Div(
        [html.Span(name, className="quiet"), html.Span([words, " ", html.Small(more, className="quiet")])]
    )


def league(visit: Visit, definition: Definition, results: Sequence[Result]) -> html.Section:
    """Every unit on one scale, with the ranks that chance leaves open."""
    t = visit.texts
    rows, columns = league_table(visit, definition, results, is_shrunken(visit))
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
    best = (
        t("位次 1 为数值最高。") if definition.polarity == "neutral" else t("位次 1 为最好，表中最差的在前。")
    )
    note = best + t("位次区间：把偶然算在内，该单位的真实位次有 95% 的可能在这两个数之间。")
    if is_shrunken(visit):
        note += t("收缩值把小单位的数字向总体拉近，人数越少拉得越多。")
    return blocks.panel(
        t("{level}（{count}）", level=visit.level_name(visit.level), count=len(rows)),
        tables.grid("league", columns, rows, t, height),
        html.P(note, className="quiet") if any(row.get("ranks") for row in rows) else None,
        note=[t("所含报表"), " ", blocks.reports_line(results, visit), links],
    )


def meaning(visit: Visit, definition: Definition) -> html.Section:
    """Definition, method, source: what the number is."""
    t = visit.texts
    pick = t.pick
    lines = [
        *blocks.term(t("指标意义"), pick(definition.rationale_zh, definition.rationale_en)),
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
