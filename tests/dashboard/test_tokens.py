"""Tokens for programs: made on one's own page, by who manages the account, or at the machine; shown once, narrow, taken back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import update

from dashboard.app import create_app
from dashboard.auth.declaring import NOT_PERMISSIONS, declared
from dashboard.auth.token_making import FOR_PROGRAMS
from store.accounts import add_accounts, disable, hand_over
from store.audit_reading import Wanted, entries
from store.schema_accounts import token
from store.times import to_milliseconds
from store.tokens import tokens
from tests.accounts import PASSWORD, wanted

SECRET = re.compile(r"mch_[\w-]{43}")
ASKED = {"label": "医院信息系统", "scope": ["view_results"], "days": "30", "now": PASSWORD}


def make(client: Any, path: str = "/account/tokens", **changes: Any) -> Any:
    return client.post(path, data={**ASKED, **changes, "csrf": client.csrf["X-CSRFToken"]})


def ask(client: Any, secret: str, path: str = "indicators") -> int:
    """A program: no cookie, only its token."""
    program = client.application.test_client()
    headers = {"Authorization": f"Bearer {secret}"}
    return int(program.get(f"/api/v1/{path}", headers=headers).status_code)


def made(client: Any, **changes: Any) -> str:
    answer = make(client, **changes)
    assert answer.status_code == 200, answer.text
    (secret,) = SECRET.findall(answer.text)
    return str(secret)


def test_one_makes_a_token_sees_it_once_uses_it_and_takes_it_back(sign_in_as, guarded) -> None:
    client = sign_in_as("county")
    secret = made(client)
    assert secret not in client.get("/account/tokens").text
    assert "医院信息系统" in client.get("/account/tokens").text
    assert ask(client, secret) == 200
    assert ask(client, secret, "exchange/dhis2") == 403, (
        "not among its permissions, though the account has it"
    )
    assert ask(client, secret + "x") == 401
    ((_, held),) = tokens(guarded.store, "county")
    assert held.used_at is not None
    days = (held.ends_at - dt.datetime.now(dt.UTC)).total_seconds() / 86400
    assert 30 <= days <= 31, "good for thirty days and the rest of today"
    assert client.post(f"/account/tokens/{held.id}/end", headers=client.csrf).status_code == 303
    assert ask(client, secret) == 401
    said = [one for one in entries(guarded.store, Wanted(), 50) if "token" in one.action]
    assert [(one.action, one.actor) for one in said] == [
        ("access.token_ended", "county"), ("access.token_added", "county"),
    ]  # fmt: skip
    assert secret not in str(said)


@pytest.mark.parametrize(
    "changes",
    [
        {"now": "wrong"}, {"label": " "}, {"scope": []}, {"scope": ["ask_action"]}, {"scope": ["manage_accounts"]},
        {"scope": ["view_results", "fly"]}, {"days": "0"}, {"days": "732"}, {"days": "-1"}, {"days": "x"}, {"days": "٣"},
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_refused_with_a_sentence(sign_in_as, guarded, changes: Any) -> None:
    answer = make(sign_in_as("county"), **changes)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not tokens(guarded.store)


def test_a_token_ends_with_its_day_its_account_and_its_person(sign_in_as, guarded) -> None:
    client, store = sign_in_as("county"), guarded.store
    late, shut = made(client), made(sign_in_as("prefecture"))
    gone = made(sign_in_as("institution"))
    with store.writing() as connection:
        past = to_milliseconds(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        connection.execute(update(token).where(token.c.id == 1).values(ends_at=past))
    disable(store, "prefecture", "x")
    hand_over(store, "institution", "接手人", "hash", "x")
    assert [ask(client, one) for one in (late, shut, gone)] == [401, 401, 401]
    assert [whose for whose, _ in tokens(store)] == ["county"]


def test_nobody_takes_back_or_makes_a_token_for_somebody_he_does_not_manage(sign_in_as, guarded) -> None:
    county = sign_in_as("county")
    secret = made(county)
    ((_, held),) = tokens(guarded.store, "county")
    other = sign_in_as("prefecture")
    assert other.post(f"/account/tokens/{held.id}/end", headers=other.csrf).status_code == 404
    for role, status in (("province", 403), ("institution", 403), ("auditor", 403)):
        one = sign_in_as(role)
        assert make(one, "/accounts/county/tokens").status_code == status
        assert one.get("/accounts/county/tokens").status_code == status
    manager = sign_in_as("administrator")
    for name in ("administrator", "auditor", "nobody"):
        assert make(manager, f"/accounts/{name}/tokens").status_code == 404
    assert ask(county, secret) == 200
    assert manager.post(f"/accounts/province/tokens/{held.id}/end", headers=manager.csrf).status_code == 404
    assert manager.post(f"/accounts/county/tokens/{held.id}/end", headers=manager.csrf).status_code == 303
    assert ask(county, secret) == 401


def test_who_manages_accounts_makes_one_for_a_program(sign_in_as, guarded) -> None:
    manager = sign_in_as("administrator")
    answer = make(manager, "/accounts/institution/tokens", scope=["submit", "view_uploads"])
    (secret,) = SECRET.findall(answer.text)
    assert ask(manager, secret, "submissions/1") == 404, "may ask, and there is none"
    assert ask(manager, secret) == 403
    added = next(one for one in entries(guarded.store, Wanted(), 50) if one.action == "access.token_added")
    assert (added.actor, added.subject) == ("administrator", "account:institution")


def test_initial_and_demonstration_accounts_have_none(guarded, sign_in_as) -> None:
    add_accounts(guarded.store, [wanted("county", name="fresh", must_change=True)], "test")
    answer = make(sign_in_as("administrator"), "/accounts/fresh/tokens")
    assert answer.status_code == 400
    assert not tokens(guarded.store)


def test_a_token_may_be_for_all_that_the_interface_asks_and_for_nothing_else(guarded) -> None:
    found = declared(create_app(guarded).server).routes
    needs = {needed for name, needed in found.items() if name.startswith("api_")}
    assert needs - NOT_PERMISSIONS == set(FOR_PROGRAMS)


def test_tokens_at_the_machine(mch) -> None:
    mch("account", "add", "zy.wang", "--role", "prefecture", "--organisation", "520300")
    early = mch("account", "token", "add", "zy.wang", "--label", "x", "--scope", "submit")
    assert early.code == 1, "its initial password is not changed yet"
    from dashboard.workspace import open_workspace
    from store.accounts import set_password

    workspace = open_workspace()
    set_password(workspace.store, "zy.wang", "hash", "x", must_change=False)
    workspace.close()
    added = mch(
        "account", "token", "add", "zy.wang", "--label", "平台", "--scope", "submit", "--scope", "export"
    )
    assert added.code == 0, added.err
    assert SECRET.fullmatch(added.out.strip()), "alone on standard output, for scripts"
    listed = mch("account", "token", "list", "zy.wang", "--format", "csv")
    assert "平台" in listed.out
    assert "export submit" in listed.out
    assert added.out.strip() not in listed.out
    assert mch("account", "token", "end", "1").code == 0
    assert "平台" not in mch("account", "token", "list", "--format", "csv").out
    assert mch("account", "token", "end", "1").code == 2
    refused = mch("account", "token", "add", "zy.wang", "--label", "x", "--scope", "operate")
    assert refused.code == 1
    assert "permission" in refused.out + refused.err
