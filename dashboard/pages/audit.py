"""The audit log, for the auditor: who did what when, narrowed as asked, and taken away as a list."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from dash import dcc, html

from dashboard import blocks, tables
from dashboard.answers import Answers
from dashboard.auth.account import Account
from dashboard.exports.lists import list_workbook
from dashboard.texts import mark
from dashboard.view import View
from dashboard.visit import Visit
from reference.reporting import CHINA
from store.accounts import accounts
from store.audit_reading import Entry, Wanted, entries

PATH = "/audit"
NEEDS = "view_audit"
SHOWN, EXPORTED = 500, 100_000
ACTIONS = {
    "upload": mark("报送"),
    "withdraw": mark("撤回报送"),
    "remark": mark("说明原因"),
    "rebuild": mark("重算合计"),
    "extend": mark("批准延期"),
    "revoke": mark("终止延期"),
    "access.sign_in": mark("登录"),
    "access.sign_in_failed": mark("登录失败"),
    "access.password_right": mark("密码正确，待验证码"),
    "access.code_right": mark("验证码正确"),
    "access.sign_out": mark("退出登录"),
    "access.signed_out_everywhere": mark("退出所有登录"),
    "access.download": mark("下载或导出"),
    "access.account_added": mark("建立账号"),
    "access.account_changed": mark("修改账号"),
    "access.account_disabled": mark("停用账号"),
    "access.account_enabled": mark("恢复账号"),
    "access.account_handed_over": mark("移交账号"),
    "access.account_released": mark("解除锁定"),
    "access.password_reset": mark("重置密码"),
    "access.password_changed": mark("修改密码"),
    "access.code_set": mark("启用动态验证码"),
    "access.code_removed": mark("停用动态验证码"),
    "access.token_added": mark("建立程序令牌"),
    "access.token_ended": mark("收回程序令牌"),
}


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("审计日志")


def register(app: Any, answers: Answers) -> None:
    """The list to take away is a route in dashboard/auth/audit_file.py; nothing is asked by callbacks."""


def wanted_of(view: View, actors: frozenset[str] | None) -> Wanted:
    """What the address narrows the log to; days are China's."""
    return Wanted(
        actor=view.extra.get("actor", ""),
        action=view.extra.get("action", ""),
        since=_day(view.extra.get("from", ""), 0),
        until=_day(view.extra.get("until", ""), 1),
        actors=actors,
    )


def actors_within(visit: Visit, account: Account) -> frozenset[str] | None:
    """Whose doings an auditor sees: everybody's at the top of a tree, else those of the accounts within reach."""
    roots = {tree.root for tree in visit.registry.trees.values()}
    if account.is_everywhere or account.organisation in roots:
        return None
    return frozenset(one.name for one in accounts(visit.workspace.store) if visit.reaches(one.organisation))


def _day(text: str, later: int) -> dt.datetime | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=later), dt.time(), CHINA)


def found(visit: Visit, limit: int) -> list[Entry]:
    """The entries that the visit asks for and may see."""
    return entries(visit.workspace.store, wanted_of(visit.view, actors_within(visit, visit.account)), limit)


def layout(visit: Visit) -> html.Div:
    """What to narrow it to, the newest entries, the list to take away."""
    t, rows = visit.texts, found(visit, SHOWN)
    href = visit.view.link("/audit/entries.xlsx", **dict(visit.view.extra))
    columns = [
        tables.number_column("seq", "#", 70, maxWidth=90),
        tables.text_column("at", t("发生时间"), 150, maxWidth=190),
        tables.text_column("actor", t("何人"), 120, maxWidth=200),
        tables.text_column("action", t("何事"), 140, maxWidth=220),
        tables.text_column("subject", t("对象"), 150),
        tables.text_column("detail", t("详情"), 260),
    ]
    grid = tables.grid(
        "audit", columns, [_row(visit, one) for one in rows], t, 560 if len(rows) > 14 else None, stacks=True
    )
    head = blocks.heading(
        visit,
        title(visit),
        html.P(t("只增不改，逐条以校验值相连；mch audit verify 核对全链。"), className="quiet"),
    )
    take = html.A(t("下载 Excel"), href=href, download="", className="button button--quiet")
    note = t("最近 {count} 条", count=len(rows))
    return html.Div([head, _filters(visit), blocks.panel(t("记录"), grid, html.Div(take, className="actions"), note=note)])  # fmt: skip


def _filters(visit: Visit) -> html.Form:
    t, given = visit.texts, visit.view.extra
    options = [html.Option(t("全部"), value="")] + [
        html.Option(t(name), value=code, selected=given.get("action") == code)
        for code, name in ACTIONS.items()
    ]
    inputs = [
        html.Label([t("何人"), dcc.Input(name="actor", value=given.get("actor", ""), maxLength=80, className="field")], className="labelled"),
        html.Label([t("何事"), html.Select(options, name="action", className="field")], className="labelled"),
        html.Label([t("从"), dcc.Input(name="from", value=given.get("from", ""), placeholder="2026-11-01", maxLength=10, className="field")], className="labelled"),
        html.Label([t("到"), dcc.Input(name="until", value=given.get("until", ""), placeholder="2026-11-30", maxLength=10, className="field")], className="labelled"),
        dcc.Input(name="lang", type="hidden", value=visit.view.language),
        html.Button(t("查看"), type="submit", className="button"),
    ]  # fmt: skip
    return html.Form(inputs, action=PATH, method="GET", className="panel actions actions--form")


def _row(visit: Visit, one: Entry) -> tables.Row:
    return {
        "seq": one.seq,
        "at": visit.texts.moment(one.at),
        "actor": one.actor,
        "action": visit.texts(ACTIONS[one.action]) if one.action in ACTIONS else one.action,
        "subject": one.subject,
        "detail": _detail(visit, one),
    }


def _detail(visit: Visit, one: Entry) -> str:
    """What the entry says besides, for reading; the file taken away has it as it is kept."""
    return visit.texts("；").join(
        f"{name}: {said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)}"
        for name, said in one.detail.items()
    )


def _kept(one: Entry) -> str:
    return json.dumps(one.detail, ensure_ascii=False) if one.detail else ""


def audit_file(visit: Visit) -> bytes:
    """The same entries as a workbook, with their hashes."""
    t = visit.texts
    columns = [("#", 8), (t("发生时间"), 22), (t("何人"), 20), (t("何事"), 22), (t("对象"), 26), (t("详情"), 60), (t("校验值"), 66)]  # fmt: skip
    rows = [
        [*(_row(visit, one) | {"detail": _kept(one)}).values(), one.hash] for one in found(visit, EXPORTED)
    ]
    return list_workbook(t("审计日志"), [t.date(visit.today)], columns, rows)
