"""Single sign-on against a small provider of our own on this machine, honest and dishonest."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwk, jwt

from dashboard.app import create_app
from dashboard.auth.single import callback_address
from store.accounts import disable, set_subject

KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER_KEY = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Provider:
    """Answers as OpenID Connect asks; `lie` changes the token it gives."""

    def __init__(self) -> None:
        self.lie: dict[str, Any] = {}
        self.key = KEY
        self.challenge = self.nonce = ""
        self.asked: list[dict[str, list[str]]] = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("openid-configuration"):
                    self.answer(provider.about())
                else:
                    self.answer({"keys": [KEY.as_dict(private=False)]})

            def do_POST(self) -> None:
                said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.asked.append(said)
                digest = hashlib.sha256(said["code_verifier"][0].encode()).digest()
                proven = urlsafe_b64encode(digest).rstrip(b"=").decode() == provider.challenge
                self.answer({"id_token": provider.token()} if proven else {"error": "invalid_grant"})

            def answer(self, body: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self) -> dict[str, str]:
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "mch",
            "sub": "person-7",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
        }
        return jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.lie}, self.key)


@pytest.fixture
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.server.shutdown()


@pytest.fixture
def tied(guarded, provider: Provider):
    set_subject(guarded.store, "county", "person-7", "test")
    more = {"oidc_issuer": provider.issuer, "oidc_client": "mch", "oidc_secret": "s3cret"}
    return replace(guarded, settings=guarded.settings.model_copy(update=more))


def go(client: Any, provider: Provider) -> str:
    """To the provider and back: gives the address that it sends the browser to."""
    client.get("/sign-in")
    led = client.get("/sign-in/single")
    assert led.status_code == 302
    assert led.location.startswith(f"{provider.issuer}/authorize?")
    asked = {key: value[0] for key, value in parse_qs(urlsplit(led.location).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == (
        "code",
        "S256",
        "mch",
    )
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    return f"/sign-in/single/back?code=c0de&state={asked['state']}"


def test_who_has_an_account_comes_in(tied, provider: Provider) -> None:
    client = create_app(tied).server.test_client()
    back = client.get(go(client, provider))
    assert (back.status_code, back.location) == (303, "/")
    assert client.get("/").status_code == 200
    assert provider.asked[0]["redirect_uri"] == [callback_address(tied)]


@pytest.mark.parametrize(
    "lie",
    [{"sub": "somebody else"}, {"aud": "another"}, {"iss": "http://evil.example"}, {"nonce": "old"},
     {"exp": 1_000_000_000}, {"sub": None}, "key", "disabled"],
    ids=str,
)  # fmt: skip
def test_who_is_not_proven_or_has_no_account_does_not(tied, provider: Provider, lie: Any) -> None:
    if lie == "key":
        provider.key = OTHER_KEY
    elif lie == "disabled":
        disable(tied.store, "county", "test")
    else:
        provider.lie = lie
    client = create_app(tied).server.test_client()
    assert client.get(go(client, provider)).status_code == 401
    assert client.get("/").status_code == 302


def test_an_answer_serves_once_and_only_in_the_browser_that_asked(tied, provider: Provider) -> None:
    app = create_app(tied)
    client, other = app.server.test_client(), app.server.test_client()
    other.get("/sign-in")
    assert other.get(go(client, provider)).status_code == 401
    back = go(client, provider)
    assert client.get(back).status_code == 303
    assert other.get(back).status_code == 401
    assert app.server.test_client().get("/sign-in/single/back?state=x&code=y").status_code == 401


def test_an_answer_begun_without_a_cookie_is_not_slipped_to_another_browser_without_one(
    tied, provider: Provider
) -> None:
    """Else whoever follows a stranger's link would work under the stranger's account."""
    app = create_app(tied)
    stranger, other = app.server.test_client(), app.server.test_client()
    led = stranger.get("/sign-in/single")
    asked = {key: value[0] for key, value in parse_qs(urlsplit(led.location).query).items()}
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    back = f"/sign-in/single/back?code=c0de&state={asked['state']}"
    assert other.get(back).status_code == 401
    assert other.get("/").status_code == 302
    led = stranger.get("/sign-in/single")  # with the number that it got the first time, it comes in
    asked = {key: value[0] for key, value in parse_qs(urlsplit(led.location).query).items()}
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    assert stranger.get(f"/sign-in/single/back?code=c0de&state={asked['state']}").status_code == 303


def test_a_provider_that_cannot_be_reached_is_a_sentence(tied, provider: Provider) -> None:
    provider.server.shutdown()
    provider.server.server_close()
    client = create_app(tied).server.test_client()
    client.get("/sign-in")
    answer = client.get("/sign-in/single")
    assert answer.status_code == 401
    assert "没有成功" in answer.get_data(as_text=True)


def test_without_the_setting_there_is_no_such_door(guarded) -> None:
    client = create_app(guarded).server.test_client()
    assert client.get("/sign-in/single").location == "/sign-in"
    assert "/sign-in/single" not in client.get("/sign-in").get_data(as_text=True)
