"""Brief: one area on one sheet of A4, to print or to keep as PDF; the same numbers as its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import area_parts, blocks, profile, wording
from dashboard.answers import Answers
from dashboard.findings import Standing, reports_in
from dashboard.visit import Visit
from indicators.result import Flag
from indicators.wording import grade_name

NEEDS = "view_results"
PATH = "/area"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
FLAGS, LINES = 6, 16  # what fits on the sheet


def matches(path: str) -> bool:
    """/area/<code>/brief."""
    return path.startswith(f"{PATH}/") and path.endswith("/brief") and path.count("/") == 3


def code_of(visit: Visit) -> str:
    """The area of the path."""
    return visit.view.path.removeprefix(f"{PATH}/").removesuffix("/brief")


def title(visit: Visit) -> str:
    """The page's name, which is also the name of the PDF."""
    code = code_of(visit)
    if code not in visit.registry.organisations:
        return visit.texts("简报")
    return visit.texts("{area}妇幼健康简报", area=visit.name(code))


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """The way back and the print button, then the sheet."""
    t, code = visit.texts, code_of(visit)
    known = code in visit.registry.organisations and visit.registry.organisations.get(code).is_area
    if not known:
        link = dcc.Link(t("回到概览"), href=visit.view.link("/"), className="button")
        return blocks.empty(t("没有这个地区"), t("没有代码为“{found}”的地区。", found=code[:40]), link)
    if not visit.has_data:
        return html.Div([blocks.heading(visit, title(visit)), blocks.no_data(visit)])
    back = dcc.Link(t("‹ 回到{area}", area=visit.name(code)), href=visit.view.link(f"{PATH}/{code}"))
    press = html.Button(t("打印或存为 PDF"), type="button", className="button print-now")
    return html.Div([html.Div([back, press], className="brief-bar"), sheet(visit, code)])


def sheet(visit: Visit, code: str) -> html.Article:
    """What is printed."""
    found = profile.lines(visit, code)
    flags = [one for one in visit.flags_of([code]) if not one.kind.startswith("grade_")]
    return html.Article(
        [
            head(visit),
            in_short(visit, found, flags),
            reasons(visit, flags),
            targets(visit, code, [line for line in found if line.result.target]),
            html.Div(
                [area_parts.severe(visit, code), area_parts.quality(visit, code), grades(visit, code)],
                className="brief-parts",
            ),
            foot(visit, found),
        ],
        className="sheet",
    )


def head(visit: Visit) -> html.Header:
    """Whose sheet it is, of which time; made-up numbers say so."""
    t = visit.texts
    synthetic = (
        html.Strong(t("合成数据"), className="sheet-synthetic") if visit.answers.has_synthetic() else None
    )
    period = visit.view.period.label(visit.view.language)
    made = t("{day}生成", day=t.date(visit.today))
    return html.Header(
        [html.H1(title(visit)), html.Div([synthetic, html.Span(f"{period} · {made}", className="quiet")])]
    )


def in_short(visit: Visit, found: Sequence[profile.Line], flags: Sequence[Flag]) -> html.P:
    """How many targets are met and missed, and how many reasons to look there are."""
    t = visit.texts
    aimed = [line for line in found if line.result.target]
    count = Counter(visit.standing(line.result) for line in aimed)
    behind = [
        line.definition.name(visit.view.language)
        for line in aimed
        if visit.standing(line.result) is Standing.BEHIND
    ]
    words = t(
        "有目标的 {aimed} 项指标中，{reached} 项已达到，{behind} 项确实落后，{open} 项未达或已达但可能是偶然，{unknown} 项不可评价或期限未到。",
        aimed=len(aimed), reached=count[Standing.REACHED], behind=count[Standing.BEHIND],
        open=count[Standing.BELOW] + count[Standing.ABOVE], unknown=count[Standing.UNKNOWN] + count[Standing.COMING],
    )  # fmt: skip
    if behind:
        words += t("落后的是：{names}。", names=t("、").join(behind))
    words += t("需要提示的情况 {count} 条。", count=len(flags))
    return html.P(words, className="sheet-short")


def reasons(visit: Visit, flags: Sequence[Flag]) -> html.Div | None:
    """The weightiest reasons in full sentences."""
    if not flags:
        return None
    t = visit.texts
    items = [
        html.Li([html.Strong(f"{t(wording.KIND_NAMES[one.kind])} · "), one.sentence(visit.view.language)])
        for one in flags[:FLAGS]
    ]
    rest = len(flags) - FLAGS
    more = html.P(t("另有 {count} 条，见系统。", count=rest), className="quiet") if rest > 0 else None
    return html.Div([html.H2(t("需要关注")), html.Ul(items), more])


def targets(visit: Visit, code: str, found: Sequence[profile.Line]) -> html.Div | None:
    """The indicators with a target, those behind first."""
    if not found:
        return None
    t, order = visit.texts, list(Standing)
    names = (
        t("指标"),
        t("值"),
        t("与目标比"),
        t("差距"),
        t("目标"),
        t("95% 区间"),
        t("同级位次"),
        t("比上年"),
    )
    listed = sorted(found, key=lambda line: order.index(visit.standing(line.result)))
    rows = [html.Tr(_cells(visit, line)) for line in listed[:LINES]]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(name, scope="col") for name in names])), html.Tbody(rows)],
        className="plain sheet-table",
    )
    rest = len(listed) - LINES
    more = html.P(t("另有 {count} 项，见系统。", count=rest), className="quiet") if rest > 0 else None
    return html.Div([html.H2(t("与目标相比")), html.Div(table, className="scrolling", tabIndex="0"), more])


def _cells(visit: Visit, line: profile.Line) -> list[Any]:
    t, result, definition = visit.texts, line.result, line.definition
    return [
        html.Th(definition.name(visit.view.language), scope="row"),
        html.Td(wording.value(result, definition, t), className="number strong"),
        html.Td(blocks.chip(result, visit)),
        html.Td(wording.gap(result.gap, definition, t)),
        html.Td(wording.target(result.target, definition, t), className="nowrap"),
        html.Td(wording.interval(result, definition), className="number"),
        html.Td(profile.rank_words(line), className="number"),
        html.Td(profile.change_words(visit, line)),
    ]


def grades(visit: Visit, code: str) -> html.Section | None:
    """The grades of the institutions registered here, counted."""
    t = visit.texts
    tree = visit.registry.organisations
    own = [
        one
        for one in visit.answers.standings(visit.today)
        if code in tree.ancestors(one.institution, visit.today)
    ]
    if not own:
        return None
    count = Counter(grade_name(one.grade_level, one.grade_class, visit.view.language) for one in own)
    items = [
        html.Li(t("{grade}：{count} 家", grade=grade, count=number)) for grade, number in count.most_common()
    ]
    ending = sum(one.status == "expiring" for one in own)
    note = t("{count} 家一年内到期", count=ending) if ending else None
    return blocks.panel(t("妇幼保健机构等级"), html.Ul(items, className="sheet-grades"), note=note)


def foot(visit: Visit, found: Sequence[profile.Line]) -> html.Footer:
    """How complete and how new the numbers are, and how they were worked out."""
    t = visit.texts
    received, expected = reports_in([line.result for line in found if line.definition.method != "register"])
    months = visit.answers.months(visit.view.tree.code)
    said = [
        t("所含报表 {share}", share=wording.percent(received / expected if expected else None)),
        t("数据截至 {month}", month=t.month(months[1])) if months else "",
        t("先加总，再相除；缺报不作零；区间为 95% 置信区间。"),
        t("“确实落后”指差于目标且非偶然；位次 1 为最好。"),
    ]
    return html.Footer(t("；").join(part.rstrip("。.") for part in said if part), className="quiet")
