"""Follow-ups in the store: steps are added and none is ever changed, files are kept, and the audit log remembers each."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from reference.follow_ups import Action, State
from store.following_up import Asked, FollowUpError, ask, file_content, follow_up_of, follow_ups, take_step
from store.schema_follow_ups import follow_up, follow_up_file, follow_up_step
from store.verify import verify

DUE = dt.date(2099, 1, 31)
FLAG = Asked("C1", "behind_target", "coverage", "2026", "C1 落后", "C1 is behind", "P1")


@pytest.fixture
def number(held) -> int:
    return ask(held, FLAG, "请说明原因", "王", DUE, "officer")


def test_what_was_asked_is_read_back(held, number):
    found = follow_up_of(held, number)
    assert found.asked == FLAG
    assert (found.state, found.due, found.owner) == (State.ASKED, DUE, "王")
    assert (found.steps[0].text, found.steps[0].actor) == ("请说明原因", "officer")


def test_a_whole_life_with_files(held, province, number):
    take_step(
        held,
        number,
        Action.ANSWER,
        "已整改",
        "county",
        files=[("说明.txt", b"words"), ("图.png", b"picture")],
    )
    take_step(held, number, Action.RETURN, "不够", "officer")
    take_step(held, number, Action.POSTPONE, "再给一月", "officer", due=dt.date(2099, 3, 1))
    take_step(held, number, Action.ANSWER, "补充", "county")
    done = take_step(held, number, Action.ACCEPT, "好", "officer")
    found = follow_up_of(held, number)
    assert done.state is found.state is State.DONE
    assert found.due == dt.date(2099, 3, 1)
    assert found.answer.text == "补充"
    assert [one.name for one in found.steps[1].files] == ["说明.txt", "图.png"]
    assert file_content(held, number, 2, 1)[1] == b"words"
    assert file_content(held, number, 2, 3) is None
    assert file_content(held, number + 1, 1, 1) is None
    assert verify(held, province) == []


def test_each_step_stands_in_the_audit_log(held, number):
    take_step(held, number, Action.ANSWER, "已整改", "county")
    with held.reading() as connection:
        rows = connection.execute(text("SELECT actor, action, subject, detail FROM audit ORDER BY seq")).all()
    assert [(row.actor, row.action, row.subject) for row in rows[-2:]] == [
        ("officer", "follow_up_ask", f"follow_up:{number}"),
        ("county", "follow_up_answer", f"follow_up:{number}"),
    ]
    assert "已整改" not in rows[-1].detail


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda s, n: take_step(s, n, Action.ACCEPT, "x", "o"), "not_now"),
        (lambda s, n: take_step(s, n, Action.ANSWER, " \0 ", "o"), "no_text"),
        (lambda s, n: take_step(s, n, Action.ANSWER, "x" * 4001, "o"), "text_too_long"),
        (lambda s, n: take_step(s, n, Action.POSTPONE, "x", "o"), "no_due"),
        (lambda s, n: take_step(s, n, Action.POSTPONE, "x", "o", due=dt.date(2020, 1, 1)), "due_passed"),
        (lambda s, n: take_step(s, n + 7, Action.ANSWER, "x", "o"), "not_there"),
        (lambda s, n: ask(s, FLAG, "again", "", DUE, "o"), "already_asked"),
        (lambda s, n: ask(s, Asked("??", "k", "", "2026", "", ""), "x", "", DUE, "o"), "no_organisation"),
        (lambda s, n: ask(s, FLAG, "x", "", dt.date(2020, 1, 1), "o"), "due_passed"),
    ],
)
def test_what_is_refused_changes_nothing(held, number, work, code):
    with pytest.raises(FollowUpError) as refused:
        work(held, number)
    assert refused.value.code == code
    assert len(follow_up_of(held, number).steps) == 1
    assert len(follow_ups(held)) == 1


def test_asked_of_whom_newest_first(held, number):
    other = ask(held, Asked("C3", "worsening", "", "2026", "", ""), "x", "", DUE, "local")
    assert [one.id for one in follow_ups(held)] == [other, number]
    assert [one.id for one in follow_ups(held, ["C1", "P1"])] == [number]
    assert follow_up_of(held, other).asked.asked_by == ""


def test_the_same_may_be_asked_again_once_it_is_answered(held, number):
    take_step(held, number, Action.ANSWER, "已整改", "county")
    assert ask(held, FLAG, "again", "", DUE, "officer") == number + 1


@pytest.mark.parametrize("table", [follow_up, follow_up_step, follow_up_file], ids=lambda one: one.name)
def test_nothing_is_changed_or_removed(held, number, table):
    take_step(held, number, Action.ANSWER, "x", "county", files=[("a.txt", b"a")])
    first = next(iter(table.columns))
    for statement in (update(table).values({first: 9}), delete(table)):
        with pytest.raises(DBAPIError, match="append only"), held.writing() as connection:
            connection.execute(statement)


def test_a_step_slipped_in_is_seen(held, province, number):
    row = {
        "follow_up_id": number,
        "step": 2,
        "action": "answer",
        "text": "x",
        "owner": "",
        "actor": "?",
        "at": 1,
    }
    with held.writing() as connection:
        connection.execute(insert(follow_up_step).values(row))
    assert verify(held, province) == [f"follow-up {number}, step 2: the audit log does not know it"]


def test_a_file_that_is_gone_is_seen(held, province, number):
    found = take_step(held, number, Action.ANSWER, "x", "county", files=[("a.txt", b"a")])
    held.originals.path(found.steps[-1].files[0].sha256).unlink()
    assert any("is missing" in fault for fault in verify(held, province))
