"""Reading the audit log: who did what when, newest first, narrowed as asked."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.database import Store
from store.schema import audit
from store.times import to_milliseconds, to_moment


@dataclass(frozen=True)
class Wanted:
    """Which entries. `actors` None: of everybody; `until` is the first moment too late."""

    actor: str = ""
    action: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    actors: frozenset[str] | None = None


@dataclass(frozen=True)
class Entry:
    """One entry."""

    seq: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def entries(store: Store, wanted: Wanted, limit: int) -> list[Entry]:
    """The newest entries that are wanted."""
    columns = audit.c
    query = select(audit).order_by(columns.seq.desc()).limit(int(limit))
    if wanted.actor:
        query = query.where(columns.actor == wanted.actor)
    if wanted.action:
        query = query.where(columns.action == wanted.action)
    if wanted.since:
        query = query.where(columns.at >= to_milliseconds(wanted.since))
    if wanted.until:
        query = query.where(columns.at < to_milliseconds(wanted.until))
    if wanted.actors is not None:
        query = query.where(columns.actor.in_(sorted(wanted.actors)))
    with store.reading() as connection:
        return [
            Entry(
                row.seq,
                to_moment(row.at),
                row.actor,
                row.action,
                row.subject,
                json.loads(row.detail),
                row.hash,
            )
            for row in connection.execute(query)
        ]


def actions(store: Store) -> list[str]:
    """Every kind of thing that was ever done."""
    with store.reading() as connection:
        return sorted(connection.scalars(select(audit.c.action).distinct()))
