"""The plain pages of tokens: one's own, and those of accounts that one manages. A token's secret is shown once."""

from __future__ import annotations

from typing import Any

import dash
from flask import Response, abort, redirect, request
from markupsafe import Markup

from dashboard.auth.asking import account_of, current_account, current_session
from dashboard.auth.declaring import SIGNED_IN, Door
from dashboard.auth.entrance import said, speaker, whence
from dashboard.auth.managing import manages
from dashboard.auth.markup import field, form, page, tag
from dashboard.auth.roles import load_roles
from dashboard.auth.signing_in import prove
from dashboard.auth.token_making import LONGEST_DAYS, WRONG, TokenError, make_token, scopes_of
from dashboard.texts import Texts
from dashboard.workspace import Workspace
from store.accounts import AccountError, AccountRecord, find_account
from store.tokens import TokenRecord, end_token, tokens

OWN = "/account/tokens"


def register(app: dash.Dash, workspace: Workspace) -> None:
    """Put the routes on the app's server."""
    _register_own(Door(app, SIGNED_IN), workspace)
    _register_managed(Door(app, "manage_accounts"), workspace)


def _register_own(door: Door, workspace: Workspace) -> None:
    @door.server.route(OWN, methods=["GET", "POST"])
    def own_tokens() -> Any:
        session = current_session()
        if session is None:
            return redirect("/", 303)
        t = speaker(workspace)
        if request.method == "GET":
            return _list(workspace, session.account, OWN, t)
        # Who comes by single sign-on alone has no password to ask for.
        asked = bool(session.account.password)
        if asked and (refused := prove(workspace, session.account, request.form.get("now", ""), whence())):
            return _list(workspace, session.account, OWN, t, said(t, refused, t("现在的密码不对。")))
        return _make(workspace, session.account, OWN, t)

    @door.server.post(f"{OWN}/<int:number>/end")
    def end_own_token(number: int) -> Any:
        session = current_session()
        return redirect("/", 303) if session is None else _end(workspace, session.account, number, OWN)


def _register_managed(door: Door, workspace: Workspace) -> None:
    def managed(name: str) -> AccountRecord:
        one = find_account(workspace.store, name)
        if one is None or not manages(current_account(), one, workspace.registry.organisations):
            abort(404)
        return one

    @door.server.route("/accounts/<name>/tokens", methods=["GET", "POST"])
    def tokens_of_account(name: str) -> Any:
        one, t, base = managed(name), speaker(workspace), f"/accounts/{name}/tokens"
        return _list(workspace, one, base, t) if request.method == "GET" else _make(workspace, one, base, t)

    @door.server.post("/accounts/<name>/tokens/<int:number>/end")
    def end_token_of_account(name: str, number: int) -> Any:
        return _end(workspace, managed(name), number, f"/accounts/{name}/tokens")


def _make(workspace: Workspace, owner: AccountRecord, base: str, t: Texts) -> Response:
    given = request.form
    try:
        secret = make_token(
            workspace, owner, given.get("label", ""), given.getlist("scope"), given.get("days", ""),
            current_account().name,
        )  # fmt: skip
    except TokenError as error:
        words = t(WRONG[error.code], most=error.most) if error.most else t(WRONG[error.code])
        return _list(workspace, owner, base, t, words)
    return page(
        t,
        t("新令牌"),
        tag("p", t("令牌只显示这一次，请立即存进程序的密码库；丢了就收回，另建一个。"), role="status"),
        tag("p", tag("code", secret, class_="token")),
        tag("p", t("程序在每次请求里带上：")),
        tag("p", tag("code", f"Authorization: Bearer {secret[:8]}…")),
        tag("a", t("返回"), href=f"{base}?lang={t.language}", class_="button"),
    )


def _end(workspace: Workspace, owner: AccountRecord, number: int, base: str) -> Any:
    try:
        end_token(workspace.store, number, current_account().name, owner.name)
    except AccountError:
        abort(404)
    return redirect(f"{base}?lang={speaker(workspace).language}", 303)


def _list(workspace: Workspace, owner: AccountRecord, base: str, t: Texts, wrong: str = "") -> Response:
    held = [one for _, one in tokens(workspace.store, owner.name)]
    back = "/account" if base == OWN else f"/accounts/{owner.name}"
    return page(
        t,
        t("程序令牌：{name}", name=owner.name),
        tag("p", wrong, class_="wrong", role="alert") if wrong else None,
        tag("p", t("程序凭令牌使用接口，看到的不多于账号本人，也不多于令牌选定的权限。"), class_="quiet"),
        _table(held, base, t) if held else tag("p", t("没有有效的令牌。")),
        tag("h2", t("新令牌")),
        _form(owner, base, t),
        tag("a", t("返回"), href=f"{back}?lang={t.language}", class_="button button--quiet"),
        path=base,
        status=400 if wrong else 200,
        wide=True,
    )


def _table(held: list[TokenRecord], base: str, t: Texts) -> Markup:
    names = (t("编号"), t("用途"), t("权限"), t("建立"), t("有效期至"), t("上次使用"), "")
    rows = [
        tag("tr", *[tag("td", cell) for cell in (
            str(one.id), one.label, _names(sorted(one.scopes), t), t.moment(one.created_at),
            t.moment(one.ends_at) if one.ends_at else "—", t.moment(one.used_at) if one.used_at else t("从未"),
            form(f"{base}/{one.id}/end", tag("input", type="hidden", name="lang", value=t.language),
                 tag("button", t("收回"), class_="button--quiet")),
        )])
        for one in held
    ]  # fmt: skip
    return tag("table", tag("thead", tag("tr", *[tag("th", one) for one in names])), tag("tbody", *rows))


def _names(codes: list[str], t: Texts) -> str:
    known = load_roles().permissions
    return ("、" if t.is_chinese else ", ").join(
        t.pick(known[one].zh, known[one].en) if one in known else one for one in codes
    )


def _form(owner: AccountRecord, base: str, t: Texts) -> Markup:
    boxes = [
        tag("label", tag("input", type="checkbox", name="scope", value=one), " ", _names([one], t), class_="choice")
        for one in scopes_of(account_of(owner))
    ]  # fmt: skip
    password = field(t("现在的密码"), "now", type="password", autocomplete="current-password")
    return form(
        base,
        tag("input", type="hidden", name="lang", value=t.language),
        field(t("用途"), "label", maxlength="80", placeholder=t("如：医院信息系统每月上报")),
        tag("fieldset", tag("legend", t("权限")), *boxes),
        field(t("有效天数"), "days", type="number", min="1", max=str(LONGEST_DAYS), value="365"),
        password if base == OWN and owner.password else None,
        tag("button", t("建立令牌")),
    )
