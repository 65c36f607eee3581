"""The secrets of one-time codes: sealed with a key outside the store, bound to their account, sealed anew in passing."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dashboard.app import create_app
from dashboard.auth.asking import COOKIE, token_for
from dashboard.auth.code_secrets import is_sealed_now, open_code, seal_code
from dashboard.settings import Settings, SettingsError, load_settings
from store.accounts import find_account, set_code
from tests.accounts import PASSWORD, signed_in

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of 12345678901234567890
NEW, OLD = "n" * 43, "o" * 43


def keyed(key: str) -> Settings:
    return Settings(home=Path("/"), secret_key=key)


def test_sealed_is_what_aes_gcm_makes_of_it_and_fits_the_column() -> None:
    kept = seal_code(keyed(OLD), "county", SECRET)
    assert len(kept) == 64
    assert kept[0] == "$"
    raw = base64.urlsafe_b64decode(kept[1:] + "=")
    key = AESGCM(hashlib.sha256(b"mch one-time codes:" + OLD.encode()).digest())
    assert key.decrypt(raw[:11], raw[11:], b"county") == b"12345678901234567890"
    assert seal_code(keyed(OLD), "county", SECRET) != kept


def test_it_opens_with_its_key_for_its_account_and_whole() -> None:
    kept = seal_code(keyed(OLD), "county", SECRET)
    assert open_code(keyed(OLD), "county", kept) == SECRET
    assert open_code(keyed(f"{NEW} {OLD}"), "county", kept) == SECRET
    for settings, name, said in (
        (keyed(NEW), "county", kept), (keyed(""), "county", kept), (keyed(OLD), "prefecture", kept),
        (keyed(OLD), "county", kept[:20] + ("A" if kept[20] != "A" else "B") + kept[21:]),
    ):  # fmt: skip
        assert open_code(settings, name, said) is None


def test_which_are_to_be_sealed_anew() -> None:
    old = seal_code(keyed(OLD), "county", SECRET)
    assert is_sealed_now(keyed(OLD), "county", old)
    assert not is_sealed_now(keyed(f"{NEW} {OLD}"), "county", old)
    assert not is_sealed_now(keyed(OLD), "county", SECRET)
    assert is_sealed_now(keyed(""), "county", SECRET)
    assert seal_code(keyed(""), "county", SECRET) == SECRET
    assert seal_code(keyed(OLD), "county", "") == ""


def _give_code(workspace, client) -> int:
    """Name and password, then the code of now."""
    client.get("/sign-in")
    csrf = {"csrf": token_for(client.get_cookie(COOKIE).value)}
    client.post("/sign-in", data={**csrf, "name": "county", "password": PASSWORD})
    csrf = {"csrf": token_for(client.get_cookie(COOKIE).value)}
    code = pyotp.TOTP(SECRET).now()
    return int(client.post("/sign-in/code", data={**csrf, "code": code}).status_code)


@pytest.mark.parametrize("before", ["open", "old key", "this key"])
def test_a_code_signs_in_and_is_sealed_with_the_newest_key(guarded, before) -> None:
    settings = guarded.settings.model_copy(update={"secret_key": f"{NEW} {OLD}"})
    workspace = replace(guarded, settings=settings)
    kept = {"open": SECRET, "old key": seal_code(keyed(OLD), "county", SECRET),
            "this key": seal_code(keyed(NEW), "county", SECRET)}[before]  # fmt: skip
    set_code(guarded.store, "county", kept, "x")
    assert _give_code(workspace, create_app(workspace).server.test_client()) == 303
    held = find_account(guarded.store, "county")
    assert held is not None
    assert open_code(keyed(NEW), "county", held.code_secret) == SECRET
    assert held.version == 2, "the session just begun goes on"


def test_without_its_key_a_code_is_wrong_and_nothing_is_lost(guarded) -> None:
    kept = seal_code(keyed(OLD), "county", SECRET)
    set_code(guarded.store, "county", kept, "x")
    assert _give_code(guarded, create_app(guarded).server.test_client()) == 401
    held = find_account(guarded.store, "county")
    assert held is not None
    assert held.code_secret == kept


def test_a_code_set_on_ones_own_page_is_kept_sealed(guarded) -> None:
    workspace = replace(guarded, settings=guarded.settings.model_copy(update={"secret_key": OLD}))
    client = signed_in(create_app(workspace), workspace, "county")
    said = {"secret": SECRET, "code": pyotp.TOTP(SECRET).now(), "now": PASSWORD}
    answer = client.post("/account/code", data={**said, "csrf": client.csrf["X-CSRFToken"]})
    assert answer.status_code == 303
    held = find_account(guarded.store, "county")
    assert held is not None
    assert SECRET not in held.code_secret
    assert open_code(keyed(OLD), "county", held.code_secret) == SECRET


def test_too_short_a_key_is_refused_and_not_shown(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MCH_SECRET_KEY", "short-and-secret")
    with pytest.raises(SettingsError, match="MCH_SECRET_KEY") as refused:
        load_settings(tmp_path / "config.toml")
    assert "short-and-secret" not in str(refused.value)
    assert "32 characters or more" in str(refused.value)  # in words, not as a pattern
