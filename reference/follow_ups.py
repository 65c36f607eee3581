"""Where a follow-up (督办) may go from where it stands: the whole of its life as one small table. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """Where a follow-up stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    RETURNED = "returned"  # the answer was not enough
    REOPENED = "reopened"  # it was done and is asked again
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What somebody does with it."""

    ASK = "ask"
    ANSWER = "answer"
    ACCEPT = "accept"
    RETURN = "return"
    REOPEN = "reopen"
    POSTPONE = "postpone"
    WITHDRAW = "withdraw"


OPEN = frozenset({State.ASKED, State.RETURNED, State.REOPENED})  # an answer is owed
ENDED = frozenset({State.DONE, State.WITHDRAWN})
BY_WHO_ASKED = frozenset(
    {Action.ASK, Action.ACCEPT, Action.RETURN, Action.REOPEN, Action.POSTPONE, Action.WITHDRAW}
)
# (where it stands, what is done) → where it stands then; what is not here cannot be done. None: not there yet.
MOVES: dict[tuple[State | None, Action], State] = {
    (None, Action.ASK): State.ASKED,
    (State.ASKED, Action.ANSWER): State.ANSWERED,
    (State.ASKED, Action.POSTPONE): State.ASKED,
    (State.ASKED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ANSWERED, Action.ANSWER): State.ANSWERED,  # an addition to the answer
    (State.ANSWERED, Action.ACCEPT): State.DONE,
    (State.ANSWERED, Action.RETURN): State.RETURNED,
    (State.ANSWERED, Action.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Action.ANSWER): State.ANSWERED,
    (State.RETURNED, Action.POSTPONE): State.RETURNED,
    (State.RETURNED, Action.WITHDRAW): State.WITHDRAWN,
    (State.REOPENED, Action.ANSWER): State.ANSWERED,
    (State.REOPENED, Action.POSTPONE): State.REOPENED,
    (State.REOPENED, Action.WITHDRAW): State.WITHDRAWN,
    (State.DONE, Action.REOPEN): State.REOPENED,
}


def state_after(actions: Iterable[Action]) -> State | None:
    """Where it stands after these steps; KeyError for a step that could not be taken."""
    state: State | None = None
    for action in actions:
        state = MOVES[state, action]
    return state


def possible(state: State | None) -> tuple[Action, ...]:
    """What can be done now, in the order of the table."""
    return tuple(action for (before, action) in MOVES if before is state)


def is_overdue(state: State, due: dt.date, today: dt.date) -> bool:
    """Whether an answer is owed and its day has passed."""
    return state in OPEN and today > due
