"""One upload in full: its steps, what it changed, why it was corrected late, and taking it back."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html, no_update

from dashboard import blocks, wording
from dashboard.answers import Answers
from dashboard.at_once import gather
from dashboard.auth.reach import may_see
from dashboard.outcomes import kept_outcome
from dashboard.texts import mark
from dashboard.visit import Visit, open_visit
from reference.data_elements import ValueNote
from store.connecting import StoreError
from store.remarks import add_remark, remarks
from store.versions import Change, Version, changes, versions
from store.withdrawing import WITHDRAWN, withdraw, withdrawal

SHOWN = 300
PERMISSIONS = {"_say_why": "submit", "_take_back": "withdraw"}
KINDS = {"correction": mark("更正原因"), "withdrawal": mark("撤回原因")}
STEPS = (mark("什么时候"), mark("步骤"), mark("何人"), mark("详情"))
COLUMNS = (mark("单位"), mark("月份"), mark("项目"), mark("原来"), mark("现在"), mark("单元格"))
NOTES = {ValueNote.BLANK.value: mark("空"), ValueNote.NOT_OFFERED.value: mark("未开展")}


def register(app: dash.Dash, answers: Answers) -> None:
    """Saying why, and taking back; the part below is drawn again with it."""

    def say(_pressed: int, words: str, pathname: str, search: str) -> tuple[Any, Any]:
        return _done(answers, pathname, search, words or "", _say_why)

    def take_back(_pressed: int, words: str, pathname: str, search: str) -> tuple[Any, Any]:
        return _done(answers, pathname, search, words or "", _take_back)

    for name, work in (("why", say), ("back", take_back)):
        app.callback(
            Output(f"{name}-says", "children"),
            Output("outcomes", "children", allow_duplicate=True),
            Input(f"{name}-press", "n_clicks"),
            State(f"{name}-words", "value"),
            State("url", "pathname"),
            State("url", "search"),
            prevent_initial_call=True,
        )(work)


def _done(answers: Answers, pathname: str, search: str, words: str, work: Any) -> tuple[Any, Any]:
    visit = open_visit(answers, pathname or "/submissions", search or "")
    number = visit.view.upload
    allowed = visit.account.may(PERMISSIONS[work.__name__])
    if number is None or not allowed or not may_see(answers, visit.account, number):
        return no_update, no_update
    if not words.strip():
        return html.Span(visit.texts("请先写明原因。"), className="says says--wrong"), no_update
    try:
        work(visit, number, words)
    except StoreError:
        return html.Span(
            visit.texts("没有做成：这次上报已不在这个状态，请刷新页面。"), className="says says--wrong"
        ), no_update
    fresh = open_visit(answers, pathname or "/submissions", search or "")
    return no_update, gather(layout(fresh, number))


def _say_why(visit: Visit, number: int, words: str) -> None:
    add_remark(visit.workspace.store, number, "correction", words, visit.account.name)


def _take_back(visit: Visit, number: int, words: str) -> None:
    withdraw(visit.workspace.store, visit.registry, number, visit.account.name, words)


def layout(visit: Visit, number: int) -> Any:
    """The outcome, and below it everything else that is known of the upload."""
    outcome = kept_outcome(visit, number) if may_see(visit.answers, visit.account, number) else None
    if outcome is None:
        return blocks.empty(visit.texts("没有编号为 {number} 的上报。", number=number))
    brought = versions(visit.workspace.store, number)
    return html.Div(
        [outcome, steps(visit, number, brought), _changes(visit, number, brought), _why(visit, number, brought), _back(visit, brought)]
    )  # fmt: skip


def _sender(visit: Visit, number: int | None) -> str:
    """Who sent an upload; '' where the account may not see it."""
    if number is None or not may_see(visit.answers, visit.account, number):
        return ""
    row = visit.answers.upload(number)
    return wording.person(str(row["sender"]), visit.texts) if row is not None else ""


def steps(visit: Visit, number: int, brought: list[Version]) -> html.Section:
    """Each step: when, what, by whom."""
    t, row = visit.texts, visit.answers.upload(number)
    assert row is not None
    came = t.moment(wording.utc(row["received_at"]))
    lines = [(came, t("收到"), wording.person(str(row["sender"]), t), str(row["name"]))]
    counts = t("{errors} 处错误，{warnings} 处提醒", errors=int(row["errors"]), warnings=int(row["warnings"]))
    lines.append((came, t("检查"), t("系统"), counts))
    first = "returned" if not brought else "accepted_with_warnings" if row["warnings"] else "accepted"
    lines.append((came, t(wording.OUTCOMES[first]), t("系统"), ""))
    for one in brought:
        if one.status == "superseded" and one.ended_at:
            after = f"#{one.next}" if one.next else ""
            what = f"{visit.name(one.organisation)} {after}"
            lines.append((t.moment(one.ended_at), t("被后来的上报取代"), _sender(visit, one.next), what))
    back = withdrawal(visit.workspace.store, number) if row["outcome"] == WITHDRAWN else None
    if back:
        lines.append((t.moment(back.at), t("撤回"), back.actor, ""))
    lines += [
        (t.moment(one.at), t(KINDS.get(one.kind, one.kind)), one.actor, one.text)
        for one in remarks(visit.workspace.store, number)
    ]
    body = [html.Tr([html.Td(cell) for cell in line]) for line in lines]
    head = html.Thead(html.Tr([html.Th(t(name)) for name in STEPS]))
    table = html.Table([head, html.Tbody(body)], className="plain")
    digest = html.P(f"SHA-256 {row['sha256']}", className="quiet digest")
    return blocks.panel(t("上报经过"), html.Div(table, className="scrolling"), digest)


def _changes(visit: Visit, number: int, brought: list[Version]) -> html.Section | None:
    if not any(one.previous for one in brought):
        return None
    t, found = visit.texts, changes(visit.workspace.store, number)
    if not found:
        return blocks.panel(t("与前一次相比"), html.P(t("数字与前一次完全相同。"), className="quiet"))
    head = html.Thead(html.Tr([html.Th(t(name)) for name in COLUMNS]))
    body = html.Tbody([html.Tr(_line(visit, one)) for one in found[:SHOWN]])
    table = html.Div(
        html.Table([head, body], className="plain"), className="scrolling scrolling--tall", tabIndex="0"
    )
    more = html.P(t("另有 {count} 处未列出。", count=len(found) - SHOWN)) if len(found) > SHOWN else None
    return blocks.panel(t("与前一次相比"), table, more, note=t("{count} 处不同", count=len(found)))


def _line(visit: Visit, one: Change) -> list[html.Td]:
    t, element = visit.texts, visit.registry.element(one.element)
    name = t.pick(element.zh, element.en)
    return [
        html.Td(visit.name(one.organisation)),
        html.Td(t.month(one.month)),
        html.Td(f"{name} ({one.category})" if one.category else name),
        html.Td(_shown(visit, one.before), className="number"),
        html.Td(_shown(visit, one.after), className="number"),
        html.Td(f"{one.sheet} {one.cell}".strip()),
    ]


def _shown(visit: Visit, said: str | None) -> str:
    if said is None:
        return visit.texts("未填")
    if said.lstrip("-").isdecimal():
        return wording.number(int(said))
    return visit.texts(NOTES[said]) if said in NOTES else said


def _why(visit: Visit, number: int, brought: list[Version]) -> html.Section | None:
    """A correction after the deadline is asked for its reason, until there is one."""
    late = any(one.corrects_late and one.status == "current" for one in brought)
    known = any(one.kind == "correction" for one in remarks(visit.workspace.store, number))
    if not late or known or not visit.account.may("submit"):
        return None
    t = visit.texts
    return blocks.panel(
        t("截止日之后的更正：请写明原因"),
        _form(visit, "why", t("例如：漏报一例，已补登记")),
        note=t("数字已入库；原因与这次上报一起保存"),
    )


def _back(visit: Visit, brought: list[Version]) -> html.Details | None:
    """Taking the whole file back; what it took the place of comes into force again."""
    if not any(one.status == "current" for one in brought) or not visit.account.may("withdraw"):
        return None
    t = visit.texts
    return html.Details(
        [
            html.Summary(t("撤回这次上报")),
            html.P(t("撤回后，被它取代的上一次数字恢复生效；这次上报仍保留在记录里。")),
            _form(visit, "back", t("例如：误传了上月的表")),
        ],
        className="panel",
    )


def _form(visit: Visit, name: str, example: str) -> html.Div:
    t = visit.texts
    pressed = {"why": t("保存原因"), "back": t("撤回")}[name]
    return html.Div(
        [
            dcc.Textarea(id=f"{name}-words", placeholder=example, maxLength=400, className="words"),
            html.Button(pressed, id=f"{name}-press", n_clicks=0, className="button"),
            html.Div(id=f"{name}-says", role="status"),
        ],
        className="saying",
    )
