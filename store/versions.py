"""What a file changed: each of its submissions beside the one before, cell by cell, and what became of it afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, select

from store.codes import Codes
from store.database import Store
from store.schema import data_value, submission
from store.times import to_moment
from store.values import among


class Version(NamedTuple):
    """One submission of a file. `previous` and `next` are the uploads before and after it; None where there is none."""

    submission_id: int
    form: str
    organisation: str
    month: int
    span: int
    version: int
    status: str
    received_at: dt.datetime
    due_at: dt.datetime | None
    ended_at: dt.datetime | None
    previous: int | None
    next: int | None

    @property
    def corrects_late(self) -> bool:
        """Whether it takes the place of an earlier one after the deadline."""
        return self.previous is not None and self.due_at is not None and self.received_at >= self.due_at


class Change(NamedTuple):
    """One cell that says something else than before; None where nothing was stated."""

    form: str
    organisation: str
    month: int
    element: str
    category: str
    before: str | None
    after: str | None
    sheet: str
    cell: str


def versions(store: Store, upload_id: int) -> list[Version]:
    """The submissions that an upload brought, with the uploads before and after each."""
    with store.reading() as connection:
        codes = store.codes(connection)
        return [_version(connection, codes, row) for row in _rows(connection, upload_id)]


def changes(store: Store, upload_id: int) -> list[Change]:
    """What the upload changed against the submissions it took the place of; values that stayed are left out."""
    with store.reading() as connection:
        codes = store.codes(connection)
        found: list[Change] = []
        for row in _rows(connection, upload_id):
            before = _neighbour(connection, row, row.version - 1)
            if before is None:
                continue
            held = _values(connection, [before.id, row.id])
            found += _differences(row, held[before.id], held[row.id], codes)
    return found


def _rows(connection: Connection, upload_id: int) -> Sequence[Row[Any]]:
    of = submission.c
    query = (
        select(submission)
        .where(of.upload_id == int(upload_id))
        .order_by(of.form, of.organisation_id, of.month)
    )
    return connection.execute(query).all()


def _neighbour(connection: Connection, row: Row[Any], version: int) -> Row[Any] | None:
    of, own = submission.c, row._mapping
    same = and_(*(of[name] == own[name] for name in ("form", "organisation_id", "month", "span")))
    return connection.execute(select(submission).where(same, of.version == version)).first()


def _version(connection: Connection, codes: Codes, row: Row[Any]) -> Version:
    own = row._mapping
    neighbours = [_neighbour(connection, row, own["version"] + step) for step in (-1, 1)]
    previous, following = (None if one is None else int(one._mapping["upload_id"]) for one in neighbours)
    return Version(
        own["id"],
        own["form"],
        codes.organisation_of[own["organisation_id"]],
        own["month"],
        own["span"],
        own["version"],
        own["status"],
        to_moment(own["received_at"]),
        None if own["due_at"] is None else to_moment(own["due_at"]),
        None if own["ended_at"] is None else to_moment(own["ended_at"]),
        previous,
        following,
    )


Stated = dict[
    tuple[int, str], tuple[str | None, str, str]
]  # (element, category) → (what it says, sheet, cell)


def _values(connection: Connection, submissions: Sequence[int]) -> dict[int, Stated]:
    columns = data_value.c
    held: dict[int, Stated] = {one: {} for one in submissions}
    for row in connection.execute(select(data_value).where(among(columns.submission_id, submissions))):
        said = str(row.value) if row.value is not None else row.text or row.note or None
        held[row.submission_id][row.element_id, row.category] = (said, row.sheet, row.cell)
    return held


def _differences(row: Row[Any], before: Stated, after: Stated, codes: Codes) -> list[Change]:
    own = row._mapping
    nothing = (None, "", "")
    found = []
    for place in dict.fromkeys([*after, *before]):
        old, (new, sheet, cell) = before.get(place, nothing)[0], after.get(place, nothing)
        if old != new:
            who = codes.organisation_of[own["organisation_id"]]
            element = codes.element_of[place[0]]
            found.append(Change(own["form"], who, own["month"], element, place[1], old, new, sheet, cell))
    return found
