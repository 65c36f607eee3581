"""Accounts, sessions and tokens in the store, on both databases."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from store.accounts import (
    AccountError,
    NewAccount,
    accounts,
    add_accounts,
    disable,
    find_account,
    has_accounts,
    set_scope,
    set_subject,
)
from store.audit import verify_chain
from store.audit_reading import Wanted, actions, entries
from store.records import IssueRecord, SubmissionRecord, UploadRecord, ValueRecord
from store.saving import save
from store.sessions import (
    attempts,
    begin_session,
    end_session,
    enter,
    failed,
    find_session,
    forget_failures,
    keep_once,
    sessions_of,
    take_code,
    use_once,
)
from store.tokens import add_token, end_token, find_token
from store.whose import uploads_within, whose


@pytest.fixture
def held(store):
    people = [NewAccount("ann", "安", "county", "520303", "hash"), NewAccount("ben", "本", "evaluator", "520300", "hash", frozenset({"MCH520303"}))]  # fmt: skip
    add_accounts(store, people, "test")
    return store


def test_a_name_is_given_once_and_all_or_none(held) -> None:
    wanted = [NewAccount("cat", "", "county", "520303", "x"), NewAccount("ann", "", "county", "520303", "x")]
    with pytest.raises(AccountError, match="ann"):
        add_accounts(held, wanted, "test")
    assert [one.name for one in accounts(held)] == ["ann", "ben"]
    with pytest.raises(AccountError, match="cat"):
        add_accounts(held, [wanted[0], wanted[0]], "test")


def test_what_is_kept_comes_back(held) -> None:
    ben = find_account(held, "ben")
    assert (ben.role, ben.organisation, ben.assigned, ben.must_change) == (
        "evaluator",
        "520300",
        {"MCH520303"},
        True,
    )
    set_scope(held, "ben", "county", "520302", ["MCH520302"], "test")
    again = find_account(held, "ben")
    assert (again.role, again.organisation, again.assigned) == ("county", "520302", {"MCH520302"})
    assert again.version == ben.version + 1
    assert has_accounts(held)
    with pytest.raises(AccountError, match="nobody"):
        disable(held, "nobody", "test")


def test_a_session_lives_until_it_ends(held) -> None:
    secret = begin_session(held, "ann", "full", "10.0.0.1", "x", (), "password")
    found = find_session(held, secret, 30, 12)
    assert (found.account.name, found.stage, found.address) == ("ann", "full", "10.0.0.1")
    assert find_session(held, secret + "x", 30, 12) is None
    assert len(sessions_of(held, "ann")) == 1
    end_session(held, found.digest, "ann")
    assert find_session(held, secret, 30, 12) is None
    assert sessions_of(held, "ann") == []


def test_failures_are_counted_and_outlast_a_restart(held, open_store) -> None:
    windows = {"account:ann@10.0.0": 1_000_000, "account:ann": 1_000_000, "address:10.0.0.1": 1_000_000}
    for _ in range(3):
        failed(held, windows, "ann", "10.0.0.1", "password")
    restarted = open_store()
    assert {key: one.failures for key, one in attempts(restarted, windows).items()} == dict.fromkeys(
        windows, 3
    )
    forget_failures(restarted, "ann", "test")
    assert set(attempts(restarted, windows)) == {"address:10.0.0.1"}


def test_a_window_that_has_passed_begins_anew(held, monkeypatch) -> None:
    moment = [1_000_000_000_000]
    monkeypatch.setattr("store.sessions.now", lambda: moment[0])
    for later in (0, 500, 1_400, 3_000):  # each within a second of the one before, but the last
        moment[0] = 1_000_000_000_000 + later
        failed(held, {"address:x": 1_000}, "?", "x", "password")
    assert attempts(held, ["address:x"])["address:x"].failures == 1


def test_what_serves_once_serves_once(held) -> None:
    link = keep_once(held, "link", 5, {"next": "/x"}, "ann")
    assert use_once(held, "visit", link) is None
    assert use_once(held, "link", link) == ("ann", {"next": "/x"})
    assert use_once(held, "link", link) is None
    assert (take_code(held, "ann", 7), take_code(held, "ann", 7), take_code(held, "ann", 6)) == (
        True,
        False,
        False,
    )


def test_a_token_opens_what_it_is_for_until_it_ends(held) -> None:
    secret = add_token(held, "ann", "his 系统", ["submit", "view_results"], None, "ann")
    found = find_token(held, secret)
    assert (found.account.name, found.scopes) == ("ann", {"submit", "view_results"})
    late = add_token(held, "ann", "old", ["submit"], dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "ann")
    assert find_token(held, late) is None
    end_token(held, found.id, "ann")
    assert find_token(held, secret) is None
    with pytest.raises(AccountError):
        end_token(held, found.id, "ann")
    other = add_token(held, "ann", "x", ["submit"], None, "ann")
    disable(held, "ann", "test")
    assert find_token(held, other) is None


def test_two_accounts_cannot_be_one_person_elsewhere(held) -> None:
    from sqlalchemy.exc import IntegrityError

    set_subject(held, "ann", "person-7", "test")
    with pytest.raises(IntegrityError):
        set_subject(held, "ben", "person-7", "test")


def test_access_leaves_its_entries_and_forgets_no_answer(held) -> None:
    before = held.data_version()
    begin_session(held, "ann", "full", "10.0.0.1", "x", (), "password")
    enter(held, "ann", "download", "/original/1", {})
    assert held.data_version() == before
    newest = entries(held, Wanted(actor="ann"), 10)
    assert [one.action for one in newest] == ["access.download", "access.sign_in"]
    assert {"access.account_added", "access.sign_in"} <= set(actions(held))
    assert entries(held, Wanted(actors=frozenset({"nobody"})), 10) == []
    assert entries(held, Wanted(since=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)), 10) == []
    with held.reading() as connection:
        assert verify_chain(connection) == []


def test_an_account_is_not_changed_without_its_entry(held, monkeypatch) -> None:
    """Where the entry cannot be written, nothing is done."""
    from store.audit import Chain

    def fail(_self: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Chain, "write", fail)
    with pytest.raises(OSError, match="disk full"):
        disable(held, "ann", "test")
    assert find_account(held, "ann").disabled_at is None


def sent(organisations: list[str], sender: str) -> UploadRecord:
    content = f"{organisations} {sender}".encode()
    returns = [
        SubmissionRecord("f", "1", "residence", code, 202610, 1, None, None, (ValueRecord("live_births", "", 1, "", "", "S", "C1"),))
        for code in organisations
    ]  # fmt: skip
    fault = () if returns else (IssueRecord("damaged", "error", "", "", ""),)
    digest = hashlib.sha256(content).hexdigest()
    received = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    return UploadRecord("x.xlsx", digest, content, sender, received, False, tuple(returns), fault)


def test_uploads_are_of_those_they_speak_of_and_else_of_their_sender(held, registry) -> None:
    wanted = [
        (["520303"], "zed"),
        (["520303", "520302"], "zed"),
        (["520302"], "ann"),
        ([], "ann"),
        ([], "zed"),
    ]
    numbers = [one.upload_id for one in save(held, registry, [sent(*one) for one in wanted], "test")]
    assert whose(held, numbers[1]) == ("", {"520303", "520302"})
    assert whose(held, numbers[3]) == ("520303", frozenset())

    def seen(*codes: str) -> list[int]:
        return sorted(uploads_within(held, codes, 10)["upload_id"])

    assert seen("520303") == [numbers[0], numbers[3]]
    assert seen("520302", "520303") == numbers[:4]
    assert seen("520102") == []
