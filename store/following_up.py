"""Follow-ups (督办): asking for action, answering, accepting, returning; each step is added, none is ever changed.

Who may take a step is asked by whoever calls; what step can follow which is the table of reference/follow_ups.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, insert, select

from reference.follow_ups import MOVES, OPEN, Action, State, is_overdue, state_after
from reference.reporting import CHINA
from store.audit import Chain
from store.connecting import StoreError
from store.database import Store
from store.reading import numbers_of
from store.schema_follow_ups import follow_up, follow_up_file, follow_up_step
from store.times import now, to_moment
from store.values import among

TEXT, OWNER, ACTOR, NAME = 4000, 80, 80, 200
SUBJECT = "follow_up"


class FollowUpError(StoreError):
    """A step cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code.replace("_", " "))
        self.code = code


@dataclass(frozen=True)
class Asked:
    """What a request rests on: the flag as it stood."""

    organisation: str
    kind: str
    indicator: str
    period: str
    reason_zh: str
    reason_en: str
    asked_by: str = ""  # the area the officer acts for


@dataclass(frozen=True)
class Kept:
    """A file that came with a step."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Step:
    """One thing done."""

    action: Action
    text: str
    owner: str
    due: dt.date | None
    actor: str
    at: dt.datetime
    files: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class FollowUp:
    """One request with all its steps."""

    id: int
    asked: Asked
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """Where it stands."""
        found = state_after(step.action for step in self.steps)
        assert found is not None
        return found

    @property
    def due(self) -> dt.date:
        """By when an answer is owed: the day set last."""
        return next(step.due for step in reversed(self.steps) if step.due)

    @property
    def owner(self) -> str:
        """Who shall see to it: whoever was named last."""
        return next((step.owner for step in reversed(self.steps) if step.owner), "")

    @property
    def asked_at(self) -> dt.datetime:
        """When it was asked."""
        return self.steps[0].at

    @property
    def answer(self) -> Step | None:
        """The newest answer."""
        return next((step for step in reversed(self.steps) if step.action is Action.ANSWER), None)

    def is_overdue(self, today: dt.date) -> bool:
        """Whether an answer is owed and its day has passed."""
        return is_overdue(self.state, self.due, today)


def ask(store: Store, asked: Asked, text: str, owner: str, due: dt.date, actor: str) -> int:
    """Ask an organisation for action; returns the request's number.

    FollowUpError: no_text, text_too_long, due_passed, no_organisation, already_asked (the same is open already).
    """
    text = _text(text)
    if due < dt.datetime.now(CHINA).date():
        raise FollowUpError("due_passed")
    with store.writing() as connection:
        places = [
            numbers_of(store, connection, [code]) if code else [None]
            for code in (asked.organisation, asked.asked_by)
        ]
        if not all(places):
            raise FollowUpError("no_organisation")
        same = [
            one
            for one in _read(store, connection, [asked.organisation])
            if (one.asked.kind, one.asked.indicator) == (asked.kind, asked.indicator) and one.state in OPEN
        ]
        if same:
            raise FollowUpError("already_asked")
        number = (connection.scalar(select(func.max(follow_up.c.id))) or 0) + 1
        row = {
            "id": number,
            "organisation_id": places[0][0],
            "asked_by_id": places[1][0],
            "kind": asked.kind,
            "indicator": asked.indicator,
            "period": asked.period,
            "reason_zh": asked.reason_zh,
            "reason_en": asked.reason_en,
        }
        connection.execute(insert(follow_up).values(row))
        step = Step(Action.ASK, text, owner.strip()[:OWNER], due, actor[:ACTOR], dt.datetime.now(dt.UTC))
        about = {"organisation": asked.organisation, "kind": asked.kind, "indicator": asked.indicator}
        _enter(connection, number, 1, step, (), about)
    return number


def take_step(
    store: Store,
    number: int,
    action: Action,
    text: str,
    actor: str,
    *,
    due: dt.date | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> FollowUp:
    """Take a step; files are kept on disk before the step is.

    FollowUpError: not_there, not_now (the step cannot follow), no_text, text_too_long, due_passed, no_due.
    """
    text = _text(text)
    if action is Action.POSTPONE and due is None:
        raise FollowUpError("no_due")
    if due is not None and due < dt.datetime.now(CHINA).date():
        raise FollowUpError("due_passed")
    kept = tuple(
        Kept(name[-NAME:], hashlib.sha256(content).hexdigest(), len(content)) for name, content in files
    )
    store.originals.keep((one.sha256, content) for one, (_, content) in zip(kept, files, strict=True))
    with store.writing() as connection:
        found = _one(store, connection, number)
        if found is None:
            raise FollowUpError("not_there")
        if (found.state, action) not in MOVES:
            raise FollowUpError("not_now")
        step = Step(action, text, "", due, actor[:ACTOR], dt.datetime.now(dt.UTC), kept)
        _enter(connection, found.id, len(found.steps) + 1, step, kept, {})
    return replace(found, steps=(*found.steps, step))


def follow_ups(store: Store, organisations: Collection[str] | None = None) -> list[FollowUp]:
    """Those asked of the organisations (of anybody, when none are named), newest first."""
    with store.reading() as connection:
        return _read(store, connection, organisations)


def follow_up_of(store: Store, number: int) -> FollowUp | None:
    """One by its number."""
    with store.reading() as connection:
        return _one(store, connection, number)


def file_content(store: Store, number: int, step: int, place: int) -> tuple[Kept, bytes] | None:
    """A file that came with a step; None when there is none. Raises OriginalError when it is missing or has changed."""
    found = follow_up_of(store, number)
    if found is None or not 1 <= step <= len(found.steps):
        return None
    files = found.steps[step - 1].files
    if not 1 <= place <= len(files):
        return None
    return files[place - 1], store.originals.read(files[place - 1].sha256)


def _text(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise FollowUpError("no_text")
    if len(text) > TEXT:
        raise FollowUpError("text_too_long")
    return text


def _enter(
    connection: Connection, number: int, place: int, step: Step, files: Sequence[Kept], about: dict[str, Any]
) -> None:
    due = step.due.year * 10000 + step.due.month * 100 + step.due.day if step.due else None
    row = {
        "follow_up_id": number,
        "step": place,
        "action": step.action.value,
        "text": step.text,
        "owner": step.owner,
        "due": due,
        "actor": step.actor,
        "at": now(),
    }
    connection.execute(insert(follow_up_step).values(row))
    for nth, one in enumerate(files, start=1):
        key = {"follow_up_id": number, "step": place, "place": nth}
        connection.execute(
            insert(follow_up_file).values({**key, "name": one.name, "sha256": one.sha256, "size": one.size})
        )
    chain = Chain(connection)
    detail = {**about, "step": place, "due": due, "digest": step_digest(row, files)}
    chain.add(step.actor, f"follow_up_{step.action}", f"{SUBJECT}:{number}", detail)
    chain.write()


def step_digest(row: Any, files: Sequence[Kept]) -> str:
    """The hash of all that a step says: what the audit log remembers of it without repeating its words."""
    said = [row[name] for name in ("step", "action", "text", "owner", "due", "actor", "at")]
    said += [[one.name, one.sha256, one.size] for one in files]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _one(store: Store, connection: Connection, number: int) -> FollowUp | None:
    found = _read(store, connection, None, int(number))
    return found[0] if found else None


def _read(
    store: Store, connection: Connection, organisations: Collection[str] | None, number: int | None = None
) -> list[FollowUp]:
    query = select(follow_up).order_by(follow_up.c.id.desc())
    if number is not None:
        query = query.where(follow_up.c.id == number)
    if organisations is not None:
        query = query.where(among(follow_up.c.organisation_id, numbers_of(store, connection, organisations)))
    rows = connection.execute(query).all()
    steps = _steps(connection, [row.id for row in rows])
    codes = store.codes(connection, again=True).organisation_of if rows else {}
    return [
        FollowUp(
            row.id,
            Asked(
                codes[row.organisation_id], row.kind, row.indicator, row.period, row.reason_zh, row.reason_en,
                codes[row.asked_by_id] if row.asked_by_id else "",
            ),
            tuple(steps[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _steps(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Step]]:
    steps: dict[int, list[Step]] = {number: [] for number in numbers}
    files: dict[tuple[int, int], list[Kept]] = {}
    of, kept = follow_up_step.c, follow_up_file.c
    order = (kept.follow_up_id, kept.step, kept.place)
    for row in connection.execute(
        select(follow_up_file).where(among(kept.follow_up_id, numbers)).order_by(*order)
    ):
        files.setdefault((row.follow_up_id, row.step), []).append(Kept(row.name, row.sha256, row.size))
    query = select(follow_up_step).where(among(of.follow_up_id, numbers)).order_by(of.follow_up_id, of.step)
    for row in connection.execute(query):
        due = dt.date(row.due // 10000, row.due // 100 % 100, row.due % 100) if row.due else None
        own = tuple(files.get((row.follow_up_id, row.step), ()))
        steps[row.follow_up_id].append(
            Step(Action(row.action), row.text, row.owner, due, row.actor, to_moment(row.at), own)
        )
    return steps
