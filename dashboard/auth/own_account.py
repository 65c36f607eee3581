"""What somebody does with his own account: password, one-time codes, sessions."""

from __future__ import annotations

import re
from typing import Any

import dash
import pyotp
import segno
from flask import Response, redirect, request

from dashboard.auth.asking import current_session
from dashboard.auth.code_secrets import seal_code
from dashboard.auth.declaring import SIGNED_IN, Door
from dashboard.auth.entrance import admitted, change_password, said, speaker, whence
from dashboard.auth.markup import field, form, page, tag
from dashboard.auth.signing_in import code_step, enter, prove
from dashboard.texts import Texts
from dashboard.workspace import Workspace
from store.accounts import find_account, set_code, sign_out_everywhere
from store.sessions import SessionRecord, take_code

ISSUER = "Guizhou MCH"
SECRET = re.compile(r"[A-Z2-7]{32}")  # as our own page makes them


def register(app: dash.Dash, workspace: Workspace) -> None:
    """Put the routes on the app's server."""
    door = Door(app, SIGNED_IN)

    @door.server.post("/account/password")
    def own_password() -> Any:
        session = current_session()
        if session is None:
            return redirect("/", 303)
        t = speaker(workspace)
        wrong = change_password(workspace, session, t)
        if wrong:
            return _back(t, t("修改密码"), wrong)
        return _again(workspace, session, "password changed", "password")

    @door.server.route("/account/code", methods=["GET", "POST"])
    def own_code() -> Any:
        t, session = speaker(workspace), current_session()
        if session is None:
            return redirect("/", 303)
        if request.method == "GET":
            return _code_page(t, session, pyotp.random_base32(), "")
        secret, code = request.form.get("secret", ""), request.form.get("code", "")
        if not SECRET.fullmatch(secret):
            return redirect("/account/code", 303)
        step = code_step(secret, code)
        if refused := prove(workspace, session.account, request.form.get("now", ""), whence()):
            return _code_page(t, session, secret, said(t, refused, t("现在的密码不对。")))
        if step is None:
            return _code_page(t, session, secret, t("验证码不对，或已经用过。"))
        kept = seal_code(workspace.settings, session.account.name, secret)
        set_code(workspace.store, session.account.name, kept, session.account.name)
        take_code(workspace.store, session.account.name, step)
        return _again(workspace, session, "code set", "code")

    @door.server.post("/account/code/remove")
    def no_code() -> Any:
        t, session = speaker(workspace), current_session()
        if session is None:
            return redirect("/", 303)
        if refused := prove(workspace, session.account, request.form.get("now", ""), whence()):
            return _back(t, t("停用动态验证码"), [said(t, refused, t("现在的密码不对。"))])
        set_code(workspace.store, session.account.name, "", session.account.name)
        return _again(workspace, session, "code removed", "no_code")

    @door.server.post("/account/everywhere")
    def everywhere() -> Any:
        session = current_session()
        if session is None:
            return redirect("/", 303)
        sign_out_everywhere(workspace.store, session.account.name, session.account.name)
        return _again(workspace, session, "signed out elsewhere", "everywhere")


def _again(workspace: Workspace, session: SessionRecord, how: str, said: str) -> Any:
    """Every session has ended with the change: this browser gets a new one."""
    fresh = find_account(workspace.store, session.account.name)
    assert fresh is not None
    return admitted(workspace, enter(workspace, fresh, whence(), how), f"/account?show={said}")


def _back(t: Texts, title: str, wrong: list[str]) -> Response:
    return page(
        t,
        title,
        *[tag("p", one, class_="wrong", role="alert") for one in wrong],
        tag("a", t("返回"), href=f"/account?lang={t.language}", class_="button"),
        status=400,
    )


def _code_page(t: Texts, session: SessionRecord, secret: str, wrong: str) -> Response:
    address = pyotp.TOTP(secret).provisioning_uri(name=session.account.name, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")
    return page(
        t,
        t("启用动态验证码"),
        tag("p", wrong, class_="wrong", role="alert") if wrong else None,
        tag("p", t("用验证器应用扫描二维码，或手工输入密钥，再填它显示的六位数字。"), class_="quiet"),
        tag("img", src=picture, alt=t("二维码"), class_="code-picture"),
        tag("p", tag("code", " ".join(secret[place : place + 4] for place in range(0, 32, 4)))),
        form(
            "/account/code",
            tag("input", type="hidden", name="secret", value=secret),
            tag("input", type="hidden", name="lang", value=t.language),
            field(t("现在的密码"), "now", type="password", autocomplete="current-password"),
            field(t("验证码"), "code", inputmode="numeric", autocomplete="one-time-code", maxlength="7"),
            tag("button", t("启用")),
        ),
        tag("a", t("返回"), href=f"/account?lang={t.language}", class_="button button--quiet"),
        status=400 if wrong else 200,
    )
