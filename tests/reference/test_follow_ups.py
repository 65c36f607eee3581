"""The life of a follow-up, step by step, and the steps that cannot be taken."""

from __future__ import annotations

import datetime as dt

import pytest

from reference.follow_ups import ENDED, MOVES, OPEN, Action, State, is_overdue, possible, state_after

A = Action


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        ([A.ASK], State.ASKED),
        ([A.ASK, A.ANSWER], State.ANSWERED),
        ([A.ASK, A.ANSWER, A.ACCEPT], State.DONE),
        ([A.ASK, A.ANSWER, A.RETURN], State.RETURNED),
        ([A.ASK, A.ANSWER, A.RETURN, A.POSTPONE, A.ANSWER, A.ACCEPT], State.DONE),
        ([A.ASK, A.ANSWER, A.ACCEPT, A.REOPEN], State.REOPENED),
        ([A.ASK, A.ANSWER, A.ANSWER], State.ANSWERED),
        ([A.ASK, A.WITHDRAW], State.WITHDRAWN),
    ],
)
def test_where_it_stands(actions, state):
    assert state_after(actions) is state


@pytest.mark.parametrize(
    "actions",
    [
        [A.ANSWER],
        [A.ASK, A.ASK],
        [A.ASK, A.ACCEPT],
        [A.ASK, A.RETURN],
        [A.ASK, A.REOPEN],
        [A.ASK, A.ANSWER, A.POSTPONE],
        [A.ASK, A.ANSWER, A.ACCEPT, A.ANSWER],
        [A.ASK, A.WITHDRAW, A.REOPEN],
    ],
)
def test_what_cannot_be_done(actions):
    with pytest.raises(KeyError):
        state_after(actions)


def test_every_state_is_reached_and_only_withdrawing_is_for_ever():
    assert set(MOVES.values()) == set(State)
    assert [state for state in State if not possible(state)] == [State.WITHDRAWN]
    assert OPEN.isdisjoint(ENDED)


def test_overdue_from_the_day_after_and_only_while_an_answer_is_owed():
    due = dt.date(2026, 11, 10)
    assert not is_overdue(State.ASKED, due, due)
    assert is_overdue(State.RETURNED, due, dt.date(2026, 11, 11))
    assert not is_overdue(State.ANSWERED, due, dt.date(2027, 1, 1))
