"""Follow-ups (督办): the list with its filters, one request with its steps and what happened since, and the form that asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, following, one_follow_up, wording
from dashboard.answers import Answers
from dashboard.texts import mark
from dashboard.visit import Visit
from reference.follow_ups import ENDED, State
from reference.reporting import CHINA
from store.following_up import FollowUp

NEEDS = "view_results"
PATH = following.PATH
LASTING = True  # hangs on address, account, day and data alone: dashboard/kept_pages.py
FILTERS = {
    "open": mark("未办结"),
    "overdue": mark("已逾期"),
    "answered": mark("已答复，待审"),
    "ended": mark("已结束"),
    "all": mark("全部"),
}


def matches(path: str) -> bool:
    """/follow-ups, /follow-ups/ask and /follow-ups/<number>."""
    return path == PATH or (path.startswith(f"{PATH}/") and path.count("/") == 2)


def title(visit: Visit) -> str:
    """The page's name."""
    number = visit.view.path.removeprefix(PATH).strip("/")
    if number.isdecimal():
        return visit.texts("督办 {number} 号", number=number)
    return visit.texts("发起督办") if number == "ask" else visit.texts("督办")


def register(app: dash.Dash, answers: Answers) -> None:
    """Steps are taken through the routes of dashboard/take_step.py."""


def layout(visit: Visit) -> html.Div:
    """The list, the form, or one request."""
    number = visit.view.path.removeprefix(PATH).strip("/")
    if number == "ask":
        return one_follow_up.ask_form(visit)
    if number:
        found = [one for one in following.every(visit) if str(one.id) == number]
        return one_follow_up.layout(visit, found[0]) if found else _nothing(visit, number)
    return listing(visit)


def _nothing(visit: Visit, number: str) -> html.Div:
    t = visit.texts
    link = dcc.Link(t("看全部督办"), href=visit.view.link(PATH), className="button")
    return blocks.empty(
        t("没有这项督办"), t("没有编号为“{found}”的督办，或您的账号看不到。", found=number[:20]), link
    )


def chosen(visit: Visit) -> str:
    """The filter of the address, else those not yet done."""
    asked = visit.view.extra.get("status", "open")
    return asked if asked in FILTERS else "open"


def selected(visit: Visit) -> list[FollowUp]:
    """Those of the area in view and below that the filter lets through."""
    area, organisations = visit.view.area.code, visit.registry.organisations
    within = [
        one
        for one in following.every(visit)
        if area == one.asked.organisation or area in organisations.ancestors(one.asked.organisation)
    ]
    return [one for one in within if passes(one, chosen(visit), visit.today)]


def passes(one: FollowUp, wanted: str, today: dt.date) -> bool:
    """Whether a filter lets it through."""
    return {
        "open": one.state not in ENDED,
        "overdue": one.is_overdue(today),
        "answered": one.state is State.ANSWERED,
        "ended": one.state in ENDED,
        "all": True,
    }[wanted]


def listing(visit: Visit) -> html.Div:
    """What was asked in the area in view, with its filters."""
    t, found = visit.texts, selected(visit)
    options = [{"value": key, "label": t(name)} for key, name in FILTERS.items()]
    head = blocks.heading(
        visit,
        t("督办"),
        html.P(visit.name(visit.view.area.code), className="quiet"),
        choosers=[
            blocks.area_chooser(visit, with_units=True),
            blocks.choice("status", chosen(visit), options, t("状态"), width=170),
        ],
    )
    if not found:
        hint = (
            t("在概览或地区页的提示旁点“发起督办”，就可以请下级说明和整改。")
            if visit.account.may("ask_action")
            else t("上级发起的督办会出现在这里，请在期限前答复。")
        )
        return html.Div([head, blocks.empty(t("没有符合条件的督办"), hint)])
    overdue = sum(one.is_overdue(visit.today) for one in found)
    note = t("{count} 项已逾期", count=overdue) if overdue else None
    return html.Div(
        [head, blocks.panel(t("督办（{count}）", count=len(found)), table(visit, found), note=note)]
    )


def table(visit: Visit, found: Sequence[FollowUp]) -> html.Div:
    """One line a request."""
    t = visit.texts
    heads = (
        t("编号"), t("单位"), t("事由"), t("要求"), t("责任人"), t("期限"), t("状态"), t("最近答复"), t("发起人"),
    )  # fmt: skip
    return blocks.stacked_table(heads, [_line(visit, one) for one in found])


def _line(visit: Visit, one: FollowUp) -> html.Tr:
    t, answer = visit.texts, one.answer
    link = dcc.Link(t("{number} 号", number=one.id), href=visit.view.link(f"{PATH}/{one.id}"))
    cells: tuple[Any, ...] = (
        visit.name(one.asked.organisation),
        following.about(visit, one),
        html.Span(one.steps[0].text, className="clipped"),
        one.owner,
        t.date(one.due),
        following.chip(visit, one),
        html.Span(answer.text, className="clipped") if answer else "",
        f"{wording.person(one.steps[0].actor, t)} · {t.date(one.asked_at.astimezone(CHINA).date())}",
    )
    return html.Tr([html.Th(link, scope="row"), *[html.Td(cell) for cell in cells]])
