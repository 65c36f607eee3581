"""The way in and out: sign-in page, one-time code, forced change of the password, one-time link, sign-out."""

from __future__ import annotations

import secrets
from typing import Any

import dash
from flask import Response, g, redirect, request
from markupsafe import Markup

from dashboard.auth import guard
from dashboard.auth.asking import COOKIE, address, current_session, network
from dashboard.auth.declaring import HALF, PUBLIC, Door
from dashboard.auth.markup import field, form, page, tag
from dashboard.auth.passwords import faults, hashed
from dashboard.auth.signing_in import Entered, Refused, Whence, enter, give_code, prove, sign_in
from dashboard.texts import LANGUAGES, Texts
from dashboard.workspace import Workspace
from store.accounts import find_account, set_password
from store.sessions import SessionRecord, end_session, use_once


def whence() -> Whence:
    """Where the request comes from."""
    return Whence(address(), network(), request.headers.get("User-Agent", ""))


def speaker(workspace: Workspace) -> Texts:
    """The language asked for, else the installation's."""
    asked = request.values.get("lang", "")
    return Texts(asked if asked in LANGUAGES else workspace.settings.language)


def inside(path: str) -> str:
    """A path on this site to go on to; the front page for anything that leads elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/sign-"))
    return path if is_ours and "\\" not in path and path.isprintable() else "/"


def speaking(there: str, language: str, workspace: Workspace) -> str:
    """The same path in the language that was spoken at the door."""
    if "lang=" in there or language == workspace.settings.language:
        return there
    return f"{there}{'&' if '?' in there else '?'}lang={language}"


def admitted(workspace: Workspace, found: Entered, there: str) -> Any:
    """To where they wanted, with a new secret: nothing of before is good for anything any more."""
    answer: Any = redirect("/sign-in/code" if found.stage == "code" else inside(there), 303)
    guard.set_cookie(answer, found.secret, workspace.settings.public_url.startswith("https://"))
    return answer


def said(t: Texts, found: Refused, wrong: str) -> str:
    """Why not, and when again."""
    if (
        found.reason == "wait" or found.seconds > 1
    ):  # who was not even looked at is not told that he was wrong
        return t("尝试次数过多，请 {seconds} 秒后再试。", seconds=found.seconds)
    return wrong


def sign_in_page(workspace: Workspace, t: Texts, there: str, wrong: str = "", name: str = "") -> Response:
    """Name and password; the single sign-on beside it where there is one."""
    ways: list[Markup | None] = [
        tag("p", wrong, class_="wrong", role="alert") if wrong else None,
        form(
            "/sign-in",
            tag("input", type="hidden", name="next", value=there),
            tag("input", type="hidden", name="lang", value=t.language),
            field(t("账号"), "name", value=name, autocomplete="username", autofocus=not name, maxlength="80"),
            field(
                t("密码"), "password", type="password", autocomplete="current-password", autofocus=bool(name)
            ),
            tag("button", t("登录")),
        ),
    ]
    settings = workspace.settings
    if settings.oidc_issuer:
        label = settings.oidc_name or t("统一身份认证登录")
        ways.append(tag("a", label, href="/sign-in/single", class_="button button--quiet"))
    ways.append(tag("p", t("忘记密码或账号被锁，请联系本单位或上级的系统管理员。"), class_="quiet"))
    status = 200 if not wrong else 401
    return page(
        t, t("登录"), *ways, path=f"/sign-in?next={there}" if there != "/" else "/sign-in", status=status
    )


def register(app: dash.Dash, workspace: Workspace) -> None:
    """Put the routes on the app's server."""
    door = Door(app, PUBLIC)
    _register_password(door, workspace)
    _register_steps(door, workspace)

    @door.server.post("/sign-out", needs=HALF)
    def sign_out() -> Any:
        session = current_session()
        if session is not None:
            end_session(workspace.store, session.digest, session.account.name)
        answer: Any = redirect("/sign-in", 303)
        guard.forget_cookies(answer)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer


def _register_password(door: Door, workspace: Workspace) -> None:
    @door.server.get("/sign-in")
    def sign_in_form() -> Any:
        there = inside(request.args.get("next", "/"))
        if current_session() is not None or not workspace.settings.sign_in:
            return redirect(there)
        _ensure_secret()
        return sign_in_page(workspace, speaker(workspace), there)

    @door.server.post("/sign-in")
    def sign_in_sent() -> Any:
        t, there = speaker(workspace), inside(request.form.get("next", "/"))
        name, password = request.form.get("name", ""), request.form.get("password", "")
        found = sign_in(workspace, name, password, whence())
        if isinstance(found, Entered):
            return admitted(workspace, found, speaking(there, t.language, workspace))
        return sign_in_page(workspace, t, there, said(t, found, t("账号或密码不对。")), name[:80])

    @door.server.get("/sign-in/link/<secret>")
    def sign_in_link(secret: str) -> Any:
        kept = use_once(workspace.store, "link", secret)
        record = find_account(workspace.store, kept[0]) if kept else None
        if record is None or record.disabled_at is not None:
            t = speaker(workspace)
            return sign_in_page(workspace, t, "/", t("这个登录链接已经用过或已过期。"))
        return admitted(workspace, enter(workspace, record, whence(), "link"), "/")


def browsers_secret() -> str:
    """The number that the browser shows; '' when it has none of ours."""
    shown = request.cookies.get(COOKIE, "")
    return shown if 20 <= len(shown) <= 100 else ""


def _ensure_secret() -> None:
    """A number for a browser that has none yet, before the page with its token is written."""
    if not browsers_secret():
        g.secret = secrets.token_urlsafe(32)


def _register_steps(door: Door, workspace: Workspace) -> None:
    @door.server.route("/sign-in/code", methods=["GET", "POST"], needs=HALF)
    def code_step() -> Any:
        t, session = speaker(workspace), current_session()
        if session is None or session.stage != "code":
            return redirect("/")
        wrong = ""
        if request.method == "POST":
            found = give_code(workspace, session.account, request.form.get("code", ""), whence())
            if isinstance(found, Entered):
                end_session(workspace.store, session.digest, session.account.name, "access.code_right")
                return admitted(workspace, found, "/")
            wrong = said(t, found, t("验证码不对，或已经用过。"))
        return _code_page(t, wrong)

    @door.server.route("/sign-in/password", methods=["GET", "POST"], needs=HALF)
    def password_step() -> Any:
        t, session = speaker(workspace), current_session()
        if session is None or session.stage != "full":
            return redirect("/")
        wrong = []
        if request.method == "POST":
            wrong = change_password(workspace, session, t)
            if not wrong:
                fresh = find_account(workspace.store, session.account.name)
                assert fresh is not None
                return admitted(workspace, enter(workspace, fresh, whence(), "password changed"), "/")
        return _password_page(t, wrong)


def change_password(workspace: Workspace, session: SessionRecord, t: Texts) -> list[str]:
    """Change the password to what the form says; the sentences against it, none when it is done. Other sessions end."""
    now, wanted, again = (request.form.get(name, "") for name in ("now", "wanted", "again"))
    account = session.account
    if refused := prove(workspace, account, now, whence()):
        return [said(t, refused, t("现在的密码不对。"))]
    if wanted != again:
        return [t("两次输入的新密码不一样。")]
    if wanted == now:
        return [t("新密码要与现在的不同。")]
    organisation = workspace.registry.organisations.get(account.organisation)
    names = (account.name, account.shown, organisation.zh, organisation.short or "", organisation.en)
    wrong = faults(wanted, names, workspace.settings, t)
    if not wrong:
        set_password(workspace.store, account.name, hashed(wanted), account.name, must_change=False)
    return wrong


def password_fields(t: Texts) -> list[Markup]:
    """Now, wanted, again."""
    new = {"type": "password", "autocomplete": "new-password"}
    return [
        field(t("现在的密码"), "now", type="password", autocomplete="current-password"),
        field(t("新密码"), "wanted", **new),
        field(t("再输一次新密码"), "again", **new),
    ]


def _password_page(t: Texts, wrong: list[str]) -> Response:
    return page(
        t,
        t("请设置您自己的密码"),
        *[tag("p", one, class_="wrong", role="alert") for one in wrong],
        tag("p", t("初始密码只用一次，或密码已到期。新密码长一些比复杂更有用。"), class_="quiet"),
        form("/sign-in/password", *password_fields(t), tag("input", type="hidden", name="lang", value=t.language), tag("button", t("保存并进入"))),
        form("/sign-out", tag("button", t("退出登录"), class_="button--quiet")),
        path="/sign-in/password",
        status=400 if wrong else 200,
    )  # fmt: skip


def _code_page(t: Texts, wrong: str) -> Response:
    return page(
        t,
        t("动态验证码"),
        tag("p", wrong, class_="wrong", role="alert") if wrong else None,
        tag("p", t("请输入验证器应用里显示的六位数字。"), class_="quiet"),
        form(
            "/sign-in/code",
            field(t("验证码"), "code", inputmode="numeric", autocomplete="one-time-code", maxlength="7", autofocus=True),
            tag("input", type="hidden", name="lang", value=t.language),
            tag("button", t("继续")),
        ),
        form("/sign-out", tag("button", t("退出登录"), class_="button--quiet")),
        path="/sign-in/code",
        status=401 if wrong else 200,
    )  # fmt: skip
