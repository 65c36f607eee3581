"""My account: who I am here, my password, one-time codes, where I am signed in."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dashboard import blocks
from dashboard.answers import Answers
from dashboard.auth.asking import current_session
from dashboard.auth.roles import load_roles
from dashboard.pages.people import field, post
from dashboard.texts import mark
from dashboard.visit import Visit
from store.sessions import SessionRecord, sessions_of
from store.tokens import tokens

PATH = "/account"
NEEDS = "signed in"
SAID = {
    "password": mark("密码已修改，其他地方的登录都已退出。"),
    "code": mark("动态验证码已启用，下次登录时要填。"),
    "no_code": mark("动态验证码已停用。"),
    "everywhere": mark("其他地方的登录都已退出。"),
}


def matches(path: str) -> bool:
    """Its one address."""
    return path == PATH


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("我的账号")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: changes are plain forms, see dashboard/auth/own_account.py."""


def layout(visit: Visit) -> html.Div:
    """Facts, then what can be changed."""
    t, session = visit.texts, current_session()
    words = SAID.get(visit.view.extra.get("show", ""))
    note = html.P(t(words), className="says says--done", role="status") if words else None
    head = blocks.heading(visit, title(visit), note)
    if session is None:
        return html.Div([head, blocks.empty(t("登录已关闭，这里没有账号"))])
    left = [_facts(visit, session), _sessions(visit, session)]
    right = [_password(visit, session), _code(visit, session), _tokens(visit)]
    return html.Div([head, html.Div([html.Div(left), html.Div(right)], className="halves")])


def _facts(visit: Visit, session: SessionRecord) -> html.Section:
    t, account = visit.texts, visit.account
    permissions = [
        t.pick(name.zh, name.en) for code, name in load_roles().permissions.items() if account.may(code)
    ]
    rows = [
        (t("账号"), account.name),
        (t("姓名"), account.shown),
        (t("角色"), t.pick(account.role.zh, account.role.en)),
        (t("单位"), visit.name(account.organisation)),
        (t("分配单位"), "、".join(visit.name(code) for code in sorted(account.assigned)) or "—"),
        (t("权限"), "、".join(permissions) if t.is_chinese else ", ".join(permissions)),
        (t("密码修改于"), t.moment(session.account.password_at)),
    ]
    body = [html.Tr([html.Th(name), html.Td(value)]) for name, value in rows]
    return blocks.panel(t("我的账号"), html.Table(html.Tbody(body), className="plain"))


def _sessions(visit: Visit, session: SessionRecord) -> html.Section:
    t = visit.texts
    rows = [
        html.Tr(
            [
                html.Td(t.moment(one["seen_at"])),
                html.Td(one["address"]),
                html.Td(t("本次") if one["digest"] == session.digest else one["browser"][:60]),
            ]
        )
        for one in sessions_of(visit.workspace.store, visit.account.name)[:20]
    ]
    head = html.Thead(html.Tr([html.Th(t("上次使用")), html.Th(t("来源地址")), html.Th(t("浏览器"))]))
    table = html.Div(html.Table([head, html.Tbody(rows)], className="plain"), className="scrolling")
    return blocks.panel(
        t("登录的地方"), table, post(visit, f"{PATH}/everywhere", t("退出其他所有登录"), quiet=True)
    )


def _password(visit: Visit, session: SessionRecord) -> Any:
    t = visit.texts
    if not session.account.password:
        return blocks.panel(
            t("修改密码"), html.P(t("您用统一身份认证登录，密码在那里修改。"), className="quiet")
        )
    form = post(
        visit,
        f"{PATH}/password",
        t("修改密码"),
        field(t("现在的密码"), "now", type="password", required=True, autoComplete="current-password"),
        field(t("新密码"), "wanted", type="password", required=True, autoComplete="new-password"),
        field(t("再输一次新密码"), "again", type="password", required=True, autoComplete="new-password"),
    )
    rule = t(
        "密码至少 {count} 位；可以用几个不相干的词连起来。", count=visit.workspace.settings.password_length
    )
    return blocks.panel(t("修改密码"), html.P(rule, className="quiet"), form)


def _code(visit: Visit, session: SessionRecord) -> Any:
    t = visit.texts
    if not session.account.password:
        return None
    if session.account.code_secret:
        form = post(
            visit,
            f"{PATH}/code/remove",
            t("停用动态验证码"),
            field(t("现在的密码"), "now", type="password", required=True, autoComplete="current-password"),
            quiet=True,
        )
        return blocks.panel(
            t("动态验证码"), html.P(t("已启用：登录时除密码外还要填验证器应用里的六位数字。")), form
        )
    link = html.A(t("启用动态验证码"), href=f"{PATH}/code?lang={visit.view.language}", className="button")
    return blocks.panel(
        t("动态验证码"), html.P(t("未启用。启用后，仅凭密码无法登录。"), className="quiet"), link
    )


def _tokens(visit: Visit) -> html.Section:
    t = visit.texts
    count = len(tokens(visit.workspace.store, visit.account.name))
    link = html.A(
        t("管理程序令牌"), href=f"{PATH}/tokens?lang={visit.view.language}", className="button button--quiet"
    )
    words = t("程序凭令牌使用接口（API），不用您的密码。现有 {count} 个有效令牌。", count=count)
    return blocks.panel(t("程序令牌"), html.P(words, className="quiet"), link)
