"""Single sign-on by OpenID Connect, where a province has one: it says who somebody is, never what he may do.

An account of ours must exist and carry the issuer's `sub`; nobody gets one by signing in elsewhere. The code flow with PKCE,
state and nonce; the answer is read from the issuer's token, whose signature, issuer, audience and age are checked. Only the
issuer of the setting is ever asked, and only when somebody signs in through it.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

import dash
import requests
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Response, redirect, request
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from dashboard.auth import guard
from dashboard.auth.declaring import PUBLIC, Door
from dashboard.auth.entrance import admitted, browsers_secret, inside, sign_in_page, speaker, whence
from dashboard.auth.signing_in import enter
from dashboard.workspace import Workspace
from store.accounts import find_subject
from store.sessions import digest_of, enter_failure, keep_once, use_once

log = logging.getLogger("mch.dashboard")
MINUTES, SECONDS, LEEWAY = 10, 5, 60
ALGORITHMS = ["RS256", "PS256", "ES256"]


class SingleError(Exception):
    """The single sign-on gave no answer that can be trusted."""


def register(app: dash.Dash, workspace: Workspace) -> None:
    """Put the routes on the app's server."""
    door = Door(app, PUBLIC)

    @door.server.get("/sign-in/single")
    def single() -> Any:
        settings = workspace.settings
        if not settings.oidc_issuer:
            return redirect("/sign-in")
        try:
            begin = discovered(settings.oidc_issuer)["authorization_endpoint"]
        except SingleError:
            return _refused(workspace)
        verifier, nonce = generate_token(64), generate_token(32)
        # The visit belongs to this browser: another's answer slipped to it is refused. One without a number gets one,
        # or all such browsers would be the same.
        secret = browsers_secret() or secrets.token_urlsafe(32)
        detail = {"verifier": verifier, "nonce": nonce, "browser": digest_of(secret)}
        state = keep_once(
            workspace.store, "visit", MINUTES, {**detail, "next": inside(request.args.get("next", "/"))}
        )
        asked = {
            "response_type": "code",
            "client_id": settings.oidc_client,
            "redirect_uri": callback_address(workspace),
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        answer: Any = redirect(f"{begin}?{urlencode(asked)}")
        if not browsers_secret():
            guard.set_cookie(answer, secret, settings.public_url.startswith("https://"))
        return answer

    @door.server.get("/sign-in/single/back")
    def single_back() -> Any:
        kept = use_once(workspace.store, "visit", request.args.get("state", ""))
        browser = digest_of(browsers_secret())
        if kept is None or not browsers_secret() or not hmac.compare_digest(kept[1]["browser"], browser):
            return _refused(workspace)
        try:
            subject = subject_of(workspace, request.args.get("code", ""), kept[1])
        except SingleError as error:
            log.warning("single sign-on refused: %s", error)
            return _refused(workspace)
        record = find_subject(workspace.store, subject)
        if record is None or record.disabled_at is not None:
            enter_failure(workspace.store, record.name if record else "?", whence().address, "single sign-on")
            t = speaker(workspace)
            return sign_in_page(workspace, t, "/", t("统一身份认证没有对应的账号，请联系系统管理员。"))
        return admitted(workspace, enter(workspace, record, whence(), "single sign-on"), kept[1]["next"])


def _refused(workspace: Workspace) -> Response:
    t = speaker(workspace)
    return sign_in_page(workspace, t, "/", t("统一身份认证没有成功，请重试或用密码登录。"))


def callback_address(workspace: Workspace) -> str:
    """Where the issuer sends people back to: the address of the setting, or this machine's own."""
    settings = workspace.settings
    return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/sign-in/single/back"


def discovered(issuer: str) -> dict[str, Any]:
    """What the issuer says of itself."""
    found = _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise SingleError("the issuer calls itself otherwise")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if urlsplit(str(found.get(name))).scheme != urlsplit(issuer).scheme:
            raise SingleError(f"the issuer's {name} cannot be used")
    return found


def _asked(method: str, address: str, **more: Any) -> dict[str, Any]:
    try:
        answer = requests.request(method, address, timeout=SECONDS, allow_redirects=False, **more)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise SingleError(type(error).__name__) from None
    if not isinstance(found, dict):
        raise SingleError("no JSON object")
    return found


def subject_of(workspace: Workspace, code: str, visit: dict[str, str]) -> str:
    """Whom the issuer names for a code; raises SingleError for anything that does not fit together."""
    settings = workspace.settings
    about = discovered(settings.oidc_issuer)
    given = _asked(
        "POST",
        about["token_endpoint"],
        auth=(settings.oidc_client, settings.oidc_secret),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback_address(workspace),
            "code_verifier": visit["verifier"],
        },
    )
    try:
        keys = jwk.KeySet.import_key_set(_asked("GET", about["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(str(given.get("id_token", "")), keys, algorithms=ALGORITHMS).claims
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": about["issuer"]},
            aud={"essential": True, "value": settings.oidc_client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": visit["nonce"]},
        )
        rules.validate(claims)
    except (JoseError, ValueError) as error:
        raise SingleError(type(error).__name__) from None
    return str(claims["sub"])
