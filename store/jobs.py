"""Scheduled work: one at it at a time, on however many machines, and how it last ended.

Whoever works holds a lease and renews it; one that was killed is followed when its lease has run out.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import insert, select, update

from store.database import Store
from store.schema_messages import job
from store.times import now, to_moment

LEASE = 15 * 60 * 1000


class Job(NamedTuple):
    """One piece of work as it stands."""

    name: str
    holder: str
    held_until: dt.datetime
    begun_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: str
    said: str


def begin(store: Store, name: str, holder: str) -> bool:
    """Take the work in hand; False when somebody else is at it."""
    with store.writing() as connection:
        row = connection.execute(select(job).where(job.c.name == name)).first()
        if row is not None and row.holder not in ("", holder) and row.held_until > now():
            return False
        values = {
            "holder": holder,
            "held_until": now() + LEASE,
            "begun_at": now(),
            "ended_at": None,
            "outcome": "",
            "said": "",
        }
        if row is None:
            connection.execute(insert(job).values(name=name, **values))
        else:
            connection.execute(update(job).where(job.c.name == name).values(**values))
    return True


def renew(store: Store, name: str, holder: str) -> bool:
    """Hold it for longer; False when it was lost to somebody else."""
    with store.writing() as connection:
        mine = (job.c.name == name) & (job.c.holder == holder)
        return connection.execute(update(job).where(mine).values(held_until=now() + LEASE)).rowcount == 1


def end(store: Store, name: str, holder: str, outcome: str, said: str) -> None:
    """Give it back, with how it went: done or failed."""
    with store.writing() as connection:
        mine = (job.c.name == name) & (job.c.holder == holder)
        values = {"holder": "", "held_until": 0, "ended_at": now(), "outcome": outcome, "said": said[:400]}
        connection.execute(update(job).where(mine).values(**values))


def jobs(store: Store) -> list[Job]:
    """All of them by name."""
    with store.reading() as connection:
        return [
            Job(
                row.name, row.holder, to_moment(row.held_until), to_moment(row.begun_at),
                None if row.ended_at is None else to_moment(row.ended_at), row.outcome, row.said,
            )
            for row in connection.execute(select(job).order_by(job.c.name))
        ]  # fmt: skip
