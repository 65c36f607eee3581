"""Area: all indicators of one county (or prefecture, or the province), its flags, its institutions, its reports."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from dashboard import area_parts, blocks, following, profile, wording
from dashboard.answers import Answers
from dashboard.reporting import Calendar, calendar
from dashboard.view import View
from dashboard.visit import Visit
from indicators.grading import Standing
from indicators.result import Flag
from indicators.wording import grade_name
from reference.periods import month_add

PATH = "/area"
NEEDS = "view_results"
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
# Reasons that the indicator's own course over time explains further.
WITH_COURSE = ("behind_target", "worsening", "outlying", "will_miss", "watch")


def matches(path: str) -> bool:
    """/area and /area/<code>."""
    return path == PATH or (path.startswith(f"{PATH}/") and path.count("/") == 2)


def code_of(view: View) -> str:
    """The area of the path, else the one in view."""
    return view.path.removeprefix(PATH).strip("/") or view.area.code


def title(visit: Visit) -> str:
    """The page's name."""
    code = code_of(visit.view)
    known = code in visit.registry.organisations and visit.sees(code)
    return visit.name(code) if known else visit.texts("地区")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: the page is a function of its address."""


def layout(visit: Visit) -> html.Div:
    """Heading, flags, indicators, institutions, reports."""
    t, code = visit.texts, code_of(visit.view)
    found = visit.registry.organisations.get(code) if code in visit.registry.organisations else None
    if found is None or not found.is_area or not visit.sees(code):
        link = dcc.Link(t("回到概览"), href=visit.view.link("/"), className="button")
        return blocks.empty(t("没有这个地区"), t("没有代码为“{found}”的地区。", found=code[:40]), link)
    head = blocks.heading(
        visit,
        visit.name(code),
        html.P(_above(visit, code), className="quiet"),
        choosers=[_chooser(visit, code), _brief(visit, code), *blocks.period_choosers(visit)],
    )
    if not visit.has_data:
        return html.Div([head, blocks.no_data(visit)])
    return html.Div(
        [
            head,
            flags(visit, code),
            profile.indicators(visit, code),
            html.Div([area_parts.severe(visit, code), area_parts.quality(visit, code)], className="halves"),
            html.Div(
                [institutions(visit, code), reports(visit, code)], className="halves halves--wide-right"
            ),
        ]
    )


def _brief(visit: Visit, code: str) -> dcc.Link:
    """The way to the page that fits on a sheet of paper."""
    link = visit.view.link(f"{PATH}/{code}/brief")
    return dcc.Link(visit.texts("一页简报"), href=link, className="button button--quiet")


def _above(visit: Visit, code: str) -> list[Any]:
    """Where it lies, as links upward, and its code."""
    links: list[Any] = []
    for above in reversed(visit.registry.organisations.ancestors(code, visit.view.period.last_day)):
        links += [dcc.Link(visit.name(above), href=visit.view.link(f"{PATH}/{above}")), " › "]
    return [*links, visit.texts("代码 {code}", code=code)]


def _chooser(visit: Visit, code: str) -> html.Div:
    """Areas on the same level beside this one, as a list of links that opens."""
    organisations = visit.registry.organisations
    parent = organisations.parent(code)
    beside = organisations.children(parent) if parent else organisations.children(code)
    links = [
        dcc.Link(visit.name(one.code), href=visit.view.link(f"{PATH}/{one.code}"), className="menu-item")
        for one in beside
        if one.is_area and one.code != code
    ]
    below = [
        dcc.Link(visit.name(one.code), href=visit.view.link(f"{PATH}/{one.code}"), className="menu-item")
        for one in (organisations.children(code) if parent else ())
        if one.is_area
    ]
    t = visit.texts
    groups: list[Any] = []
    if below:
        groups += [html.Div(t("下辖"), className="menu-group"), *below]
    if links:
        groups += [html.Div(t("同级") if parent else t("下辖"), className="menu-group"), *links]
    return html.Details(
        [html.Summary(t("其他地区")), html.Div(groups, className="drawer")], className="areas", key=code
    )


def flags(visit: Visit, code: str) -> html.Section:
    """What stands out here, and what may be chance."""
    t = visit.texts
    found, watched = visit.flags_of([code]), visit.watched([code])
    body: list[Any] = [html.P(t("这段时间没有需要提示的情况。"), className="quiet")]
    if found:
        body = [html.Ul([_flag(visit, flag) for flag in found], className="flags flags--wide")]
    if watched:
        rest = html.Ul([_flag(visit, flag) for flag in watched], className="flags flags--wide")
        words = t("未达目标，可能是偶然（{count}）", count=len(watched))
        body.append(html.Details([html.Summary(words), rest], className="watched"))
    return blocks.panel(t("提示（{count}）", count=len(found)) if found else t("提示"), html.Div(body))


def _flag(visit: Visit, flag: Flag) -> html.Li:
    kind = visit.texts(wording.KIND_NAMES[flag.kind])
    link = visit.view.link(f"/indicator/{flag.indicator}", indicator="", unit=flag.organisation)
    return html.Li(
        [
            html.Span(kind, className="flag-kind"),
            html.Span(
                [
                    flag.sentence(visit.view.language),
                    dcc.Link(visit.texts("看走势"), href=link, className="flag-link")
                    if flag.kind in WITH_COURSE
                    else None,
                    following.badge(visit, flag),
                ]
            ),
        ],
        className=f"flag flag--{_colour(flag)}",
    )


def _colour(flag: Flag) -> str:
    if flag.severity == 1:
        return "behind"
    return "below" if flag.kind in WITH_COURSE else "unknown"


def institutions(visit: Visit, code: str) -> html.Section:
    """The institutions directly here, with their grade on record."""
    t = visit.texts
    on = visit.view.period.last_day
    own = [one for one in visit.registry.organisations.descendants(code, on) if not one.is_area]
    if len(own) > 40:
        own = [one for one in own if one.parent == code]
    standings = {standing.institution: standing for standing in visit.answers.standings(visit.today)}
    rows = [
        html.Tr(
            [
                html.Td([one.name(visit.view.language), _unverified(visit, one.verified)]),
                html.Td(_grade(visit, standings.get(one.code))),
            ]
        )
        for one in own
    ]
    if not rows:
        return blocks.panel(t("机构"), html.P(t("没有登记在此的机构。"), className="quiet"))
    head = html.Thead(html.Tr([html.Th(t("机构")), html.Th(t("等级"))]))
    table = html.Div(
        html.Table([head, html.Tbody(rows)], className="plain"),
        className="scrolling scrolling--tall",
        tabIndex="0",
    )
    return blocks.panel(t("机构（{count}）", count=len(rows)), table)


def _grade(visit: Visit, standing: Standing | None) -> str:
    if standing is None:
        return visit.texts("不在等级登记范围")
    return grade_name(standing.grade_level, standing.grade_class, visit.view.language)


def _unverified(visit: Visit, verified: str) -> html.Span | None:
    if verified == "yes":
        return None
    return html.Span(visit.texts("名称待核实"), className="certainty certainty--unsure")


def reports(visit: Visit, code: str) -> html.Section:
    """What was due and what came, form by form and month by month."""
    t = visit.texts
    months = visit.answers.months(visit.view.tree.code)
    last = min(visit.view.period.last, months[1]) if months else visit.view.period.last
    first = max(month_add(last, -11), months[0] if months else last)
    found = calendar(visit, code, first, last)
    if not found.lines:
        return blocks.panel(t("报表"), html.P(t("此地没有按月应报的报表。"), className="quiet"))
    return blocks.panel(
        t("报表"), html.Div(_table(visit, found), className="scrolling", tabIndex="0"), note=t("已收 / 应收")
    )


def _table(visit: Visit, found: Calendar) -> html.Table:
    heads = [html.Th(visit.texts("报表"), scope="col"), *blocks.month_heads(found.months, visit.texts)]
    rows = [
        html.Tr(
            [
                html.Th(line.name, scope="row"),
                *[_cell(received, expected) for received, expected in line.cells],
            ]
        )
        for line in found.lines
    ]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain plain--calendar")


def _cell(received: int, expected: int) -> html.Td:
    if not expected:
        return html.Td("", className="number")
    kind = "full" if received >= expected else "none" if received == 0 else "part"
    return html.Td(f"{received}/{expected}", className=f"number report report--{kind}")
