"""Signing in, step by step: passwords, delays, sessions, one-time codes and links."""

from __future__ import annotations

import datetime as dt
import re

import pyotp
import pytest

from dashboard.app import create_app
from dashboard.auth import passwords, signing_in
from dashboard.auth.asking import COOKIE, token_for
from dashboard.auth.passwords import faults, initial_password, is_common
from dashboard.auth.signing_in import Entered, Refused, Whence, code_step, sign_in
from dashboard.texts import Texts
from dashboard.workspace import Workspace
from store import accounts as held
from store.sessions import keep_once
from tests.accounts import PASSWORD, wanted

HERE = Whence("10.1.2.3", "10.1.2")
THERE = Whence("10.9.9.9", "10.9.9")


def enter(client, name: str = "county", password: str = PASSWORD, **more: str):
    """Fill the sign-in page in as a browser does."""
    page = client.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert token is not None
    return client.post("/sign-in", data={"csrf": token[1], "name": name, "password": password, **more})


@pytest.fixture
def client(guarded: Workspace):
    return create_app(guarded).server.test_client()


def cookie(client) -> str:
    found = client.get_cookie(COOKIE)
    return found.value if found else ""


def test_a_stranger_is_led_to_the_sign_in_page_and_from_there_on(client) -> None:
    led = client.get("/area/520303?period=2026-10")
    assert led.status_code == 302
    assert led.location == "/sign-in?next=%2Farea%2F520303%3Fperiod%3D2026-10"
    done = enter(client, next="/area/520303?period=2026-10")
    assert (done.status_code, done.location) == (303, "/area/520303?period=2026-10")
    assert client.get("/area/520303").status_code == 200


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-out"])
def test_signing_in_never_leads_elsewhere(client, there: str) -> None:
    assert enter(client, next=there).location == "/"


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_read_the_same(client, guarded) -> None:
    held.disable(guarded.store, "auditor", "test")
    pages = [
        enter(client, *given).get_data(as_text=True)
        for given in (("county", "wrong"), ("nobody", PASSWORD), ("auditor", PASSWORD))
    ]
    plain = {re.sub(r'value="[^"]*"', "", page) for page in pages}
    assert len(plain) == 1
    assert "账号或密码不对" in plain.pop()


def test_an_unknown_name_takes_as_long_as_a_wrong_password(guarded, monkeypatch) -> None:
    """Counted in hashes, which are what the time goes into."""
    count = []
    verify = passwords._HASHER.verify
    monkeypatch.setattr(
        type(passwords._HASHER),
        "verify",
        lambda self, *given: count.append(1) or verify.__func__(self, *given),
    )
    sign_in(guarded, "nobody", "x", HERE)
    sign_in(guarded, "county", "x", HERE)
    assert len(count) == 2


def test_what_was_known_before_signing_in_is_worth_nothing_after(client) -> None:
    client.get("/sign-in")
    before = cookie(client)
    assert enter(client).status_code == 303
    assert cookie(client) != before
    stale = client.post("/sign-out", data={"csrf": token_for(before)})
    assert stale.status_code == 403


def test_a_planted_number_is_not_taken_over(client) -> None:
    planted = "A" * 43
    client.set_cookie(COOKIE, planted, domain="localhost")
    enter(client)
    assert cookie(client) != planted
    client.set_cookie(COOKIE, planted, domain="localhost")
    assert client.get("/").status_code == 302


def test_who_is_held_is_told_so_and_not_that_the_password_is_wrong(client, guarded) -> None:
    for _ in range(signing_in.FREE):
        enter(client, password="wrong")
    held_back = enter(client)
    assert held_back.status_code == 401
    assert "秒后再试" in held_back.get_data(as_text=True)
    forged = client.post(
        "/sign-in",
        data={"csrf": token_for(cookie(client)), "name": "county", "password": PASSWORD},
        headers={"X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.9", "X-Real-IP": "10.9.9.9"},
    )
    assert "秒后再试" in forged.get_data(as_text=True), "another address is only said, not come from"


@pytest.mark.parametrize("end", ["sign_out", "password", "disable", "everywhere", "role", "hand_over"])
def test_an_old_cookie_opens_nothing(guarded: Workspace, sign_in_as, end: str) -> None:
    client = sign_in_as("county")
    assert client.get("/").status_code == 200
    store = guarded.store
    match end:
        case "sign_out":
            assert client.post("/sign-out", headers=client.csrf).status_code == 303
        case "password":
            held.set_password(store, "county", "x", "test", must_change=False)
        case "disable":
            held.disable(store, "county", "test")
        case "everywhere":
            held.sign_out_everywhere(store, "county", "test")
        case "hand_over":
            held.hand_over(store, "county", "another", "x", "test")
        case "role":
            held.set_scope(store, "county", "county", "520302", (), "test")
    client.set_cookie(COOKIE, client.secret, domain="localhost")
    assert client.get("/").status_code == 302
    assert client.get("/_dash-layout").status_code == 401


@pytest.mark.parametrize(("minutes", "open_still"), [(29, True), (31, False)])
def test_a_session_ends_after_half_an_hour_of_nothing(guarded, sign_in_as, monkeypatch, minutes, open_still):
    client = sign_in_as("county")
    later = signing_in.now() + minutes * 60_000
    monkeypatch.setattr("store.sessions.now", lambda: later)
    assert (client.get("/").status_code == 200) is open_still


def test_a_session_ends_after_twelve_hours_however_busy(sign_in_as, monkeypatch) -> None:
    client, begun = sign_in_as("county"), signing_in.now()
    for minutes in range(25, 12 * 60, 25):
        monkeypatch.setattr("store.sessions.now", lambda m=minutes: begun + m * 60_000)
        assert client.get("/").status_code == 200, minutes
    monkeypatch.setattr("store.sessions.now", lambda: begun + (12 * 60 + 1) * 60_000)
    assert client.get("/").status_code == 302


def test_a_thousand_guesses_get_ten_answers(guarded: Workspace, monkeypatch) -> None:
    evaluated, moment = [], [signing_in.now()]
    monkeypatch.setattr(signing_in, "is_right", lambda *_: bool(evaluated.append(1)))
    for module in ("store.sessions", "dashboard.auth.signing_in"):
        monkeypatch.setattr(f"{module}.now", lambda: moment[0])
    for _ in range(1000):
        found = sign_in(guarded, "county", "guess", HERE)
        assert isinstance(found, Refused)
        moment[0] += 890  # a thousand in a quarter of an hour
    assert len(evaluated) <= 10


def test_the_delay_grows_and_the_lock_ends(guarded: Workspace, monkeypatch) -> None:
    moment = [signing_in.now()]
    for module in ("store.sessions", "dashboard.auth.signing_in"):
        monkeypatch.setattr(f"{module}.now", lambda: moment[0])
    waits = []
    for _ in range(10):
        found = sign_in(guarded, "county", "guess", HERE)
        assert isinstance(found, Refused)
        waits.append(found.seconds)
        moment[0] += found.seconds * 1000
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 900]
    assert isinstance(sign_in(guarded, "county", PASSWORD, HERE), Entered)


def test_who_locks_an_account_elsewhere_does_not_lock_its_owner_out(guarded: Workspace) -> None:
    for _ in range(5):
        sign_in(guarded, "county", "guess", THERE)
    assert sign_in(guarded, "county", PASSWORD, THERE) == Refused("wait", 1)
    assert isinstance(sign_in(guarded, "county", PASSWORD, HERE), Entered)


def test_an_address_that_tries_many_names_is_held(guarded: Workspace, monkeypatch) -> None:
    monkeypatch.setattr(signing_in, "is_right", lambda *_: False)
    for number in range(100):
        assert sign_in(guarded, f"nobody{number}", "x", HERE).reason == "wrong"
    assert sign_in(guarded, "county", PASSWORD, HERE).reason == "wait"
    assert sign_in(guarded, "county", PASSWORD, THERE).reason == "wrong"


def test_the_first_password_must_be_changed_before_anything_else(guarded: Workspace, client) -> None:
    initial = initial_password()
    new = wanted("county", name="fresh", password=passwords.hashed(initial), must_change=True)
    held.add_accounts(guarded.store, [new], "test")
    assert enter(client, "fresh", initial).status_code == 303
    assert client.get("/").location == "/sign-in/password"
    assert client.get("/_dash-layout").status_code == 401
    token = {"csrf": token_for(cookie(client)), "now": initial}
    weak = client.post("/sign-in/password", data={**token, "wanted": "12345678901", "again": "12345678901"})
    assert weak.status_code == 400
    assert "太常见" in weak.get_data(as_text=True)
    strong = {"wanted": "苗岭山水 seven lamps", "again": "苗岭山水 seven lamps"}
    assert client.post("/sign-in/password", data={**token, **strong}).status_code == 303
    assert client.get("/").status_code == 200
    assert enter(create_app(guarded).server.test_client(), "fresh", initial).status_code == 401


def test_a_one_time_code_is_asked_and_serves_once(guarded: Workspace, client) -> None:
    secret = pyotp.random_base32()
    held.set_code(guarded.store, "county", secret, "test")
    assert enter(client).location == "/sign-in/code"
    assert client.get("/").location == "/sign-in/code"
    token = {"csrf": token_for(cookie(client))}
    assert client.post("/sign-in/code", data={**token, "code": "000000"}).status_code == 401
    code = pyotp.TOTP(secret).now()
    assert client.post("/sign-in/code", data={**token, "code": code}).status_code == 303
    assert client.get("/").status_code == 200
    again = create_app(guarded).server.test_client()
    enter(again)
    token = {"csrf": token_for(cookie(again))}
    assert again.post("/sign-in/code", data={**token, "code": code}).status_code == 401


def test_codes_are_guessed_no_faster_than_passwords(guarded: Workspace, monkeypatch) -> None:
    """Who knows the password and begins anew before every guess is held back all the same: ten in a quarter of an hour."""
    held.set_code(guarded.store, "county", pyotp.random_base32(), "test")
    evaluated, moment = [], [signing_in.now()]
    monkeypatch.setattr(signing_in, "code_step", lambda *_: evaluated.append(1))
    for module in ("store.sessions", "dashboard.auth.signing_in"):
        monkeypatch.setattr(f"{module}.now", lambda: moment[0])
    for _ in range(200):
        found = sign_in(guarded, "county", PASSWORD, HERE)
        record = held.find_account(guarded.store, "county")
        assert record is not None
        if isinstance(found, Entered):
            assert found.stage == "code"
            assert isinstance(signing_in.give_code(guarded, record, "123456", HERE), Refused)
        moment[0] += 4_450
    assert 5 <= len(evaluated) <= 10


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/account/password", {"wanted": "苗岭山水 seven lamps", "again": "苗岭山水 seven lamps"}),
        ("/account/code", {"secret": "A" * 32, "code": "000000"}),
        ("/account/code/remove", {}),
        ("/account/tokens", {"label": "x", "scope": "view_results", "days": "9"}),
    ],
)
def test_a_browser_left_open_is_no_place_to_guess_the_password(
    guarded: Workspace, sign_in_as, monkeypatch, path: str, more: dict[str, str]
) -> None:
    """Twelve guesses get five answers; the right one is then not taken either, and its owner is held as at the door."""
    asked: list[str] = []
    real = signing_in.is_right
    monkeypatch.setattr(signing_in, "is_right", lambda kept, shown: asked.append(shown) or real(kept, shown))
    client = sign_in_as("county")
    for number in range(12):
        client.post(path, data={**more, "now": f"guess {number}"}, headers=client.csrf)
    assert len(asked) == signing_in.FREE
    client.post(path, data={**more, "now": PASSWORD}, headers=client.csrf)
    assert len(asked) == signing_in.FREE
    assert isinstance(sign_in(guarded, "county", PASSWORD, Whence("127.0.0.1", "127.0.0")), Refused)
    assert isinstance(sign_in(guarded, "county", PASSWORD, THERE), Entered)


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B of RFC 6238, SHA-1: the last six of the eight digits printed there."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of 12345678901234567890
    for moment, code in (
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ):
        assert code_step(secret, code, moment) == moment // 30
        assert code_step(secret, code, moment + 90) is None


def test_a_link_serves_once_and_not_for_ever(guarded: Workspace, client, monkeypatch) -> None:
    link = keep_once(guarded.store, "link", 60, {}, "county")
    assert client.get(f"/sign-in/link/{link}").status_code == 303
    assert client.get("/").status_code == 200
    other = create_app(guarded).server.test_client()
    assert other.get(f"/sign-in/link/{link}").status_code == 401
    late = keep_once(guarded.store, "link", 60, {}, "county")
    later = signing_in.now() + 61 * 60_000
    monkeypatch.setattr("store.sessions.now", lambda: later)
    assert other.get(f"/sign-in/link/{late}").status_code == 401


@pytest.mark.parametrize(
    "password",
    ["1234567890", "password2026", "P@ssw0rd!!", "Guiyang2026!", "aaaaaaaaaaaa", "qwertyuiop", "1qaz2wsx3edc",
     "woaini1314520", "13800138000", "zy19900101", "abcabcabcabc", "mima123456", "zaq12wsxcde3", "贵"],
)  # fmt: skip
def test_what_others_would_try_first_is_refused(password: str, workspace: Workspace) -> None:
    assert faults(password, (), workspace.settings, Texts())


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "苗岭山水 seven lamps", "k7mp-x3qa-9dtw-hh2c", "Qianlingshan hou 6 ge"],
)
def test_what_nobody_would_try_is_taken(password: str, workspace: Workspace) -> None:
    assert faults(password, ("county", "汇川区"), workspace.settings, Texts()) == []


def test_initial_passwords_are_never_common_and_never_alike() -> None:
    made = {initial_password() for _ in range(200)}
    assert len(made) == 200
    assert not any(is_common(one) for one in made)


def test_complexity_and_rotation_where_a_review_demands_them(guarded: Workspace, client, monkeypatch) -> None:
    strict = guarded.settings.model_copy(update={"password_complexity": True})
    assert faults("correct horse battery", (), strict, Texts())
    assert faults("Correct horse battery 9", (), strict, Texts()) == []
    from dataclasses import replace

    rotating = replace(guarded, settings=guarded.settings.model_copy(update={"password_days": 90}))
    client = create_app(rotating).server.test_client()
    enter(client)
    assert client.get("/").status_code == 200
    day = dt.timedelta(days=91)
    future = signing_in.now() + int(day.total_seconds()) * 1000
    monkeypatch.setattr("store.sessions.now", lambda: future)
    monkeypatch.setattr("dashboard.auth.signing_in.now", lambda: future)
    late = create_app(rotating).server.test_client()
    enter(late)
    assert late.get("/").location == "/sign-in/password"


def test_nothing_that_opens_a_door_lies_in_the_store(guarded: Workspace, client) -> None:
    enter(client)
    link = keep_once(guarded.store, "link", 60, {}, "county")
    guarded.store.close()
    raw = b"".join(path.read_bytes() for path in guarded.settings.data.glob("mch.sqlite*"))
    for secret in (PASSWORD, cookie(client), link):
        assert secret.encode() not in raw
    assert b"$argon2id$" in raw
