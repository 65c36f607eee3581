"""The guard at the door: every request passes here first, and what is not known to be allowed is refused."""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Any
from urllib.parse import quote, urlsplit

import dash
from flask import Flask, Response, g, jsonify, redirect, request

from dashboard.api.refusing import is_asked, refuse
from dashboard.auth.account import THIS_MACHINE
from dashboard.auth.asking import COOKIE, account_of, token_for
from dashboard.auth.declaring import HALF, PUBLIC, SIGNED_IN, Declared, declared, is_granted
from dashboard.auth.demonstration import serves_demonstration
from dashboard.auth.pace import Pace, Pacing
from dashboard.auth.tokens import account_of_token, token_of
from dashboard.headers import from_ourselves
from dashboard.settings import LOOPBACK
from dashboard.workspace import Workspace
from store.sessions import SessionRecord, find_session

log = logging.getLogger("mch.dashboard")
TOKEN_COOKIE, TOKEN_HEADER, TOKEN_FIELD = "_csrf_token", "X-CSRFToken", "csrf"
HARMLESS = ("GET", "HEAD", "OPTIONS")
CALLBACK = "/_dash-update-component"
CALLBACK_BYTES, FORM_BYTES = 256 * 1024, 2 * 1024 * 1024
TAKE_FILES = ("/upload", "/api/", "/follow-ups/", "/assessment-evidence/")  # addresses that files are sent to
DEPTH = 200  # brackets within brackets that an honest page never sends
SUITES = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
# What Dash itself serves; anything else is declared through a Door.
OF_DASH = {
    "_dash_assets.static": PUBLIC,
    "/_favicon.ico": PUBLIC,
    SUITES: SIGNED_IN,
    "/_dash-layout": SIGNED_IN,
    "/_dash-dependencies": SIGNED_IN,
    CALLBACK: SIGNED_IN,
    "/": SIGNED_IN,
    "/<path:path>": SIGNED_IN,
}


class Guard:
    """Asks who it is, and whether they may."""

    def __init__(self, workspace: Workspace, declarations: Declared, callbacks: Any) -> None:
        self._workspace, self._declared, self._callbacks = workspace, declarations, callbacks
        self._settings = workspace.settings
        self._pacing = Pacing()
        self._demonstration = (-1, False)  # for which version of the data

    def __call__(self) -> Any:
        """None to go on; an answer to refuse with."""
        if not self._is_ours(request.host):
            log.warning(
                "a request for a name other than public_url was refused; set public_url to the address people type"
            )
            return self.refused(400)
        if not request.path.isprintable():
            return self.refused(400)
        if request.method not in HARMLESS:
            request.max_content_length = self._most_bytes()
        needs = self._needed()
        if needs is None:
            return self.refused(404 if request.endpoint is None else 403)
        self._identify()
        if needs != PUBLIC:
            refused = self._stranger() or self._unfinished(needs)
            if refused is not None:
                return refused
            if not is_granted(needs):
                return refuse(403, needs) if is_asked(request.path) else self.refused(403)
        if request.method not in HARMLESS and not self._is_meant():
            return self.refused(403, NOT_MEANT)
        # Styles and scripts are no work and are counted against nobody.
        counted = needs != PUBLIC and request.endpoint != SUITES
        return self._callback() or (self._too_fast() if counted else None)

    def _is_ours(self, host: str) -> bool:
        """Whether the address in the browser is one of ours: no other name may be made to point here."""
        name = urlsplit(f"//{host}").hostname or ""
        public = urlsplit(self._settings.public_url).hostname
        return name in LOOPBACK or name == public or (not public and self._settings.host not in LOOPBACK)

    def _most_bytes(self) -> int:
        if request.path == CALLBACK:
            return CALLBACK_BYTES
        large = (self._settings.upload_max_megabytes + 1) * 1024 * 1024
        return large if request.path.startswith(TAKE_FILES) else FORM_BYTES

    def _needed(self) -> str | None:
        """What the route needs; None where nobody said."""
        if request.endpoint is None:
            return SIGNED_IN  # the answer is that there is nothing, or not in this way: for who is known
        return self._declared.routes.get(request.endpoint) or OF_DASH.get(request.endpoint)

    def _identify(self) -> None:
        """Find out who asks; nobody, where it cannot be told."""
        if (token := token_of(request)) and request.path.startswith("/api/"):
            g.account = account_of_token(self._workspace, token)
            return
        if not self._settings.sign_in:
            g.account = THIS_MACHINE
            return
        g.session = self._session()
        g.account = account_of(g.session.account) if g.session else None

    def _session(self) -> SessionRecord | None:
        secret = request.cookies.get(COOKIE, "")
        if not 20 <= len(secret) <= 100:
            return None
        settings = self._settings
        found = find_session(
            self._workspace.store, secret, settings.session_idle_minutes, settings.session_hours
        )
        return None if found and found.account.demonstration and not self._serves_demonstration() else found

    def _serves_demonstration(self) -> bool:
        version = self._workspace.store.data_version()
        if self._demonstration[0] != version:
            self._demonstration = (version, serves_demonstration(self._workspace))
        return self._demonstration[1]

    def _stranger(self) -> Any:
        if g.get("account") is not None:
            return None
        if _wants_a_page():
            there = request.full_path.rstrip("?")
            return redirect(f"/sign-in?next={quote(there, safe='')}" if there != "/" else "/sign-in")
        return self.refused(401)

    def _unfinished(self, needs: str) -> Any:
        """Accounts that still owe a code or a new password get no further than where they give it."""
        session = g.get("session")
        if session is None or needs == HALF:
            return None
        step = next_step(session, self._settings.password_days)
        if not step:
            return None
        return redirect(step) if _wants_a_page() else self.refused(401)

    def _is_meant(self) -> bool:
        """Whether a changing request comes from one of our own pages, shown to the same browser."""
        if token_of(request) and request.path.startswith("/api/"):
            return True
        if not self._settings.sign_in and from_ourselves(request):
            return True
        secret = request.cookies.get(COOKIE, "")
        shown = request.headers.get(TOKEN_HEADER, "")
        if not shown and request.path not in ("/upload", CALLBACK):
            shown = request.form.get(TOKEN_FIELD, "")
        if not secret or not hmac.compare_digest(shown.encode(), token_for(secret).encode()):
            return False
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")

    def _callback(self) -> Any:
        """Callbacks are asked by name in the body: one that nobody declared, or that is not this account's, is refused."""
        if request.path != CALLBACK or request.method != "POST":
            return None
        text = request.get_data(as_text=True)
        if text.count("[") + text.count("{") > 20_000 or _depth(text) > DEPTH:
            return self.refused(400)
        body: Any = request.get_json(silent=True)
        if not _is_call(body) or body["output"] not in self._callbacks():
            return self.refused(400)
        needs = self._declared.callbacks.get(body["output"])
        return None if needs is not None and is_granted(needs) else self.refused(403)

    def _too_fast(self) -> Any:
        account = g.get("account")
        if account is None or account is THIS_MACHINE:
            return None
        wait = self._pacing.wait(account.name, Pace.of(request.path, request.method, self._settings))
        if not wait:
            return None
        refused = self.refused(429)
        refused.headers["Retry-After"] = str(wait)
        return refused

    @staticmethod
    def refused(status: int, says: str = "") -> Response:
        """A short answer that says nothing of what there might be; below /api/ in the interface's own shape."""
        if is_asked(request.path):
            return refuse(status, like=401 if says else status)  # not meant: it is a token that is missing
        answer = jsonify({"outcome": "refused", "says": says or SAYS[status]})
        answer.status_code = status
        return answer


NOT_MEANT = "只接受从本系统页面发出的请求，请刷新页面后重试。 Only requests from this system's own pages are taken; reload the page and try again."
SAYS = {
    400: "请求有误，请刷新页面后重试。 The request cannot be taken; reload the page and try again.",
    401: "登录已失效，请重新登录。 You are signed out; sign in again.",
    403: "您的账号没有这项权限。 Your account may not do this.",
    404: "没有这个内容。 There is nothing here.",
    429: "操作过于频繁，请稍候再试。 Too many requests; wait a moment and try again.",
}


def next_step(session: SessionRecord, password_days: int) -> str:
    """Where an account must go before it gets any further; '' when it has done all."""
    if session.stage == "code":
        return "/sign-in/code"
    account = session.account
    if account.must_change:
        return "/sign-in/password"
    age = (session.seen_at - account.password_at).days
    if password_days and account.password and not account.demonstration and age >= password_days:
        return "/sign-in/password"
    return ""


def _wants_a_page() -> bool:
    if request.method not in ("GET", "HEAD") or request.path.startswith(("/_dash-", "/api/")):
        return False
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _is_call(body: Any) -> bool:
    """Whether a body has the form that Dash's own pages send."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    if not isinstance(body.get("changedPropIds", []), list):
        return False
    lists = (body.get("inputs"), body.get("state", []))
    return all(isinstance(one, list) and all(isinstance(item, dict | list) for item in one) for one in lists)


def install(app: dash.Dash, workspace: Workspace) -> None:
    """Put the guard before everything that the app's server answers."""
    server: Flask = app.server
    guard = Guard(workspace, declared(server), lambda: app.callback_map)
    # Before Dash's own preparations, so that nothing at all happens for strangers.
    server.before_request_funcs.setdefault(None, []).insert(0, guard)
    secure = workspace.settings.public_url.startswith("https://")

    @server.after_request
    def give_cookies(response: Response) -> Response:
        """A browser that looks at a page gets a number of its own, and the token bound to it."""
        if response.mimetype != "text/html" or request.method != "GET" or response.status_code >= 300:
            return response
        secret = g.get("secret") or request.cookies.get(COOKIE, "")
        if g.get("secret") or not 20 <= len(secret) <= 100:
            set_cookie(response, g.get("secret") or secrets.token_urlsafe(32), secure)
        elif request.cookies.get(TOKEN_COOKIE) != token_for(secret):
            set_token(response, secret, secure)
        return response


def set_cookie(response: Response, secret: str, secure: bool) -> None:
    """Give the browser its secret and the token bound to it."""
    response.set_cookie(COOKIE, secret, httponly=True, secure=secure, samesite="Lax", path="/")
    set_token(response, secret, secure)


def set_token(response: Response, secret: str, secure: bool) -> None:
    """Give the browser the token, which our own pages read and send back."""
    response.set_cookie(TOKEN_COOKIE, token_for(secret), secure=secure, samesite="Strict", path="/")


def forget_cookies(response: Response) -> None:
    """Take both away."""
    for name in (COOKIE, TOKEN_COOKIE):
        response.delete_cookie(name, path="/")
