"""Accounts: everybody's account within reach, with its last use; making, importing, resetting, handing over, disabling."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from dashboard import blocks, tables
from dashboard.answers import Answers
from dashboard.auth.managing import AT_THE_MACHINE, manages
from dashboard.auth.roles import load_roles
from dashboard.texts import mark
from dashboard.visit import Visit
from store.accounts import AccountRecord, accounts, find_account

PATH = "/accounts"
NEEDS = "manage_accounts"
SAID = {"done": mark("已办理。该账号的所有登录都已退出。"), "shown": mark("请填写接手人的姓名。")}


def matches(path: str) -> bool:
    """/accounts and /accounts/<name>."""
    return path == PATH or (path.startswith(f"{PATH}/") and path.count("/") == 2)


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("账号管理")


def register(app: dash.Dash, answers: Answers) -> None:
    """Nothing to register: changes are plain forms, see dashboard/auth/people.py."""


def layout(visit: Visit) -> html.Div:
    """The list, and what can be made new; or one account."""
    t, name = visit.texts, visit.view.path.removeprefix(PATH).strip("/")
    head = blocks.heading(visit, title(visit), said(visit))
    if name:
        one = find_account(visit.workspace.store, name)
        if one is None or not _shown(visit, one):
            return html.Div([head, blocks.empty(t("没有这个账号"))])
        return html.Div([head, _one(visit, one)])
    return html.Div(
        [head, _list(visit), html.Div([_add(visit), _import(visit)], className="halves"), roles(visit)]
    )


def said(visit: Visit) -> Any:
    """What the last change came to."""
    words = SAID.get(visit.view.extra.get("show", ""))
    return html.P(visit.texts(words), className="says says--done", role="status") if words else None


def _shown(visit: Visit, one: AccountRecord) -> bool:
    return visit.reaches(one.organisation) or visit.account.is_everywhere


def _list(visit: Visit) -> html.Section:
    t = visit.texts
    found = [one for one in accounts(visit.workspace.store) if _shown(visit, one)]
    rows = [_row(visit, one) for one in found]
    filtered = {"filter": True, "floatingFilter": True, "suppressHeaderFilterButton": True}
    columns = [
        tables.text_column("name", t("账号"), 140, cellRenderer="Link", pinned="left", lockPinned=True, maxWidth=220, **filtered),
        tables.text_column("shown", t("姓名"), 130, **filtered),
        tables.text_column("role", t("角色"), 130, **filtered),
        tables.text_column("place", t("单位"), 170, **filtered),
        tables.text_column("state", t("状态"), 120, **filtered),
        tables.text_column("used", t("上次登录"), 160, **filtered),
    ]  # fmt: skip
    grid = tables.grid("accounts", columns, rows, t, None if len(rows) <= 12 else 480, stacks=True)
    return blocks.panel(t("账号（{count}）", count=len(rows)), grid)


def _row(visit: Visit, one: AccountRecord) -> tables.Row:
    t, known = visit.texts, load_roles().roles.get(one.role)
    return {
        "name": one.name,
        "name_href": visit.view.link(f"{PATH}/{one.name}"),
        "shown": one.shown,
        "role": t.pick(known.zh, known.en) if known else one.role,
        "place": _place(visit, one.organisation),
        "state": t(_state(one)),
        "used": t.moment(one.used_at) if one.used_at else t("从未"),
    }


def _state(one: AccountRecord) -> str:
    if one.disabled_at:
        return mark("已停用")
    if one.demonstration:
        return mark("演示")
    return mark("待改初始密码") if one.must_change else mark("正常")


def _place(visit: Visit, code: str) -> str:
    return f"{visit.name(code)} {code}" if code in visit.registry.organisations else code


def post(visit: Visit, where: str, pressed: str, *inside: Any, quiet: bool = False) -> html.Form:
    """A form that posts to a plain route, in the visit's language; assets/session.js adds the token."""
    return html.Form(
        [
            *inside,
            dcc.Input(type="hidden", name="lang", value=visit.view.language),
            html.Button(pressed, type="submit", className="button button--quiet" if quiet else "button"),
        ],
        action=where,
        method="POST",
        className="actions actions--form",
    )


def field(label: str, name: str, wide: bool = False, **more: Any) -> html.Label:
    """A named input under its label."""
    look = "field field--wide" if wide else "field"
    said = {"type": "text", "maxLength": 200, **more}
    return html.Label([label, dcc.Input(name=name, className=look, **said)], className="labelled")


def _role_chooser(visit: Visit, chosen: str = "county") -> html.Label:
    """The roles that may be given here, to choose from by name."""
    t = visit.texts
    options = [
        html.Option(t.pick(role.zh, role.en), value=code, selected=code == chosen)
        for code, role in load_roles().roles.items()
        if code != "operator" and (visit.account.is_everywhere or code not in AT_THE_MACHINE)
    ]
    return html.Label([t("角色"), html.Select(options, name="role", className="field")], className="labelled")


def _add(visit: Visit) -> html.Section:
    t = visit.texts
    form = post(
        visit,
        f"{PATH}/add",
        t("建立账号"),
        field(t("账号"), "name", required=True, maxLength=80, autoComplete="off"),
        field(t("姓名"), "shown", required=True, maxLength=120, autoComplete="off"),
        _role_chooser(visit),
        field(t("单位代码"), "organisation", required=True, maxLength=32, value=visit.account.organisation),
        field(t("邮箱"), "mail", maxLength=160),
        field(t("分配单位"), "assigned", wide=True, placeholder=t("考核专家：单位代码，用空格隔开")),
    )
    return blocks.panel(t("新账号"), form)


def _import(visit: Visit) -> html.Section:
    t = visit.texts
    choice = html.Select(
        [html.Option(t("在屏幕上显示，可打印"), value="page"), html.Option(t("下载 Excel"), value="xlsx")],
        name="as",
        className="field field--wide",
    )
    file = html.Label(
        [t("名单文件"), html.Div(id="account-file", className="file-place")], className="labelled"
    )
    form = post(
        visit, f"{PATH}/import", t("导入"), file, html.Label([t("初始密码"), choice], className="labelled")
    )
    form.encType = "multipart/form-data"
    blank = html.A(t("下载空白名单"), href=f"{PATH}/list.xlsx?lang={visit.view.language}", download="")
    return blocks.panel(t("按名单导入"), html.P(blank), form)


def _one(visit: Visit, one: AccountRecord) -> html.Div:
    t, row = visit.texts, _row(visit, one)
    facts = [
        (t("账号"), one.name), (t("姓名"), one.shown), (t("角色"), row["role"]), (t("单位"), row["place"]),
        (t("分配单位"), "、".join(sorted(one.assigned)) or "—"), (t("邮箱"), one.mail or "—"),
        (t("状态"), row["state"]), (t("动态验证码"), t("已启用") if one.code_secret else t("未启用")),
        (t("建立"), f"{t.moment(one.created_at)} · {one.created_by}"), (t("上次登录"), row["used"]),
    ]  # fmt: skip
    table = html.Table(
        html.Tbody([html.Tr([html.Th(name), html.Td(value)]) for name, value in facts]), className="plain"
    )
    panels = [blocks.panel(one.name, table)]
    if manages(visit.account, one, visit.registry.organisations):
        panels.append(blocks.panel(t("办理"), *_changes(visit, one)))
    else:
        panels.append(
            blocks.panel(
                t("办理"),
                html.P(t("这个账号不由您管理：本人的账号、审计员账号在服务器上办理。"), className="quiet"),
            )
        )
    return html.Div([html.Div(panels, className="halves"), dcc.Link(t("返回账号管理"), href=visit.view.link(PATH))])  # fmt: skip


def _changes(visit: Visit, one: AccountRecord) -> list[Any]:
    t, base = visit.texts, f"{PATH}/{one.name}"
    toggled = ("enable", t("恢复使用")) if one.disabled_at else ("disable", t("停用"))
    return [
        html.Div(
            [
                post(visit, f"{base}/reset", t("重置密码")),
                post(visit, f"{base}/{toggled[0]}", toggled[1], quiet=True),
                post(visit, f"{base}/release", t("解除锁定"), quiet=True),
                html.A(t("程序令牌"), href=f"{base}/tokens?lang={visit.view.language}", className="button button--quiet"),
            ],
            className="actions",
        ),
        html.H4(t("移交给他人")),
        post(visit, f"{base}/hand-over", t("移交"), field(t("接手人姓名"), "shown", required=True, maxLength=120)),
        html.H4(t("角色与单位")),
        post(
            visit, f"{base}/scope", t("保存"), _role_chooser(visit, one.role),
            field(t("单位代码"), "organisation", value=one.organisation, required=True),
            field(t("分配单位"), "assigned", wide=True, value=" ".join(sorted(one.assigned))),
        ),
    ]  # fmt: skip


def roles(visit: Visit) -> html.Section:
    """Every role and what it may do."""
    t, found = visit.texts, load_roles()
    shown = {code: role for code, role in found.roles.items() if code != "operator"}
    head = html.Tr([html.Th(t("权限")), *[html.Th(t.pick(role.zh, role.en)) for role in shown.values()]])
    body = [
        html.Tr(
            [
                html.Th(t.pick(name.zh, name.en), scope="row"),
                *[html.Td("✓" if code in role.permissions else "") for role in shown.values()],
            ]
        )
        for code, name in found.permissions.items()
    ]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="plain plain--roles")
    return blocks.panel(t("角色与权限"), html.Div(table, className="scrolling", tabIndex="0"))
