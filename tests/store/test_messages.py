"""Messages are said once and read by each; scheduled work has one worker at a time."""

from __future__ import annotations

import datetime as dt

import pytest

from store import jobs, messages
from store.messages import Message, forget, inbox, mark_mailed, mark_read, tell, to_mail, unread

A = Message("soon/1", "due_soon", {"form": "monthly", "month": 202610}, organisation="H1")
B = Message("over/1", "overdue", {"form": "monthly"}, organisation="H2")
C = Message("own/1", "note", {}, account="wang")


def test_the_same_is_said_once(empty_store):
    assert tell(empty_store, [A, B, A]) == 2
    assert tell(empty_store, [A, C]) == 1
    assert tell(empty_store, []) == 0
    assert [one.number for one in inbox(empty_store, "x", None)] == [3, 2, 1]


def test_each_sees_what_is_addressed_to_him(empty_store):
    tell(empty_store, [A, B, C])
    seen = {name: [one.kind for one in inbox(empty_store, name, of)]
            for name, of in {"li": {"H1"}, "wang": {"H2"}, "zhao": {"C1"}, "": set()}.items()}  # fmt: skip
    assert seen == {"li": ["due_soon"], "wang": ["note", "overdue"], "zhao": [], "": []}
    assert inbox(empty_store, "li", {"H1"})[0].parameters == {"form": "monthly", "month": 202610}


def test_reading_is_each_accounts_own(empty_store):
    tell(empty_store, [A, B])
    assert (unread(empty_store, "li", {"H1"}), unread(empty_store, "wu", {"H1"})) == (1, 1)
    assert mark_read(empty_store, "li", {"H1"}, up_to=2) == 1
    assert mark_read(empty_store, "li", {"H1"}, up_to=2) == 0
    assert (unread(empty_store, "li", {"H1"}), unread(empty_store, "wu", {"H1"})) == (0, 1)
    assert [one.read for one in inbox(empty_store, "li", None)] == [False, True]
    assert unread(empty_store, "all", None, most=1) == 1


def test_what_came_after_the_page_was_drawn_stays_unread(empty_store):
    tell(empty_store, [A])
    tell(empty_store, [B])
    mark_read(empty_store, "li", None, up_to=1)
    assert [one.read for one in inbox(empty_store, "li", None)] == [False, True]


def test_mail_is_handed_over_once(empty_store):
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    tell(empty_store, [A, B])
    waiting = to_mail(empty_store, ["H1", "C3"], long_ago)
    assert [one.organisation for one in waiting] == ["H1"]
    mark_mailed(empty_store, [one.number for one in waiting])
    assert to_mail(empty_store, ["H1"], long_ago) == []
    assert to_mail(empty_store, ["H2"], dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)) == []


def test_old_messages_go_with_their_marks(empty_store):
    tell(empty_store, [A])
    mark_read(empty_store, "li", None, up_to=1)
    assert forget(empty_store, dt.datetime.now(dt.UTC) - dt.timedelta(days=1)) == 0
    assert forget(empty_store, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == 1
    assert inbox(empty_store, "li", None) == []


def test_one_worker_at_a_time(empty_store):
    assert jobs.begin(empty_store, "nightly", "one:1")
    assert not jobs.begin(empty_store, "nightly", "two:2")
    assert jobs.renew(empty_store, "nightly", "one:1")
    assert not jobs.renew(empty_store, "nightly", "two:2")
    jobs.end(empty_store, "nightly", "one:1", "done", "all")
    (row,) = jobs.jobs(empty_store)
    assert (row.holder, row.outcome, row.said) == ("", "done", "all")
    assert jobs.begin(empty_store, "nightly", "two:2")


def test_a_worker_that_was_killed_is_followed(empty_store, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", -1)
    assert jobs.begin(empty_store, "nightly", "one:1")
    assert jobs.begin(empty_store, "nightly", "two:2")
    jobs.end(empty_store, "nightly", "one:1", "done", "late word of the first")
    assert jobs.jobs(empty_store)[0].holder == "two:2"


@pytest.mark.parametrize("count", [0, 1201])
def test_any_number_of_messages(empty_store, count):
    many = [Message(f"k/{number}", "note", {}, organisation="H1") for number in range(count)]
    assert tell(empty_store, many) == count
    assert tell(empty_store, many) == 0
    assert messages.unread(empty_store, "li", {"H1"}, most=100) == min(count, 100)
