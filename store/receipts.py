"""Reports received: for each form, organisation and period when the first came, what is in force, and whether it is zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd
from sqlalchemy import and_, exists, func, select

from store.database import Store
from store.ledger import WITHDRAWN
from store.reading import FIRST, IN_FORCE, LAST, numbers_of
from store.schema import data_value, submission, upload
from store.times import to_moment
from store.values import among

_COLUMNS = (
    *("organisation", "form", "month", "span", "received_at", "submission_id", "upload_id"),
    *("version", "zero", "warnings"),
)


def first_arrival(store: Store) -> dt.datetime | None:
    """When the first file of all came; None when none has."""
    with store.reading() as connection:
        first = connection.scalar(select(func.min(upload.c.received_at)))
    return None if first is None else to_moment(first)


def receipts(
    store: Store,
    forms: Collection[str] | None = None,
    organisations: Collection[str] | None = None,
    first: int = FIRST,
    last: int = LAST,
) -> pd.DataFrame:
    """One row for each report that stands, of periods that end in first..last.

    Columns: organisation, form, month, span, received_at, submission_id, upload_id, version, zero, warnings.
    `received_at` is the aware time of the first receipt that was not withdrawn: a correction does not make a report late.
    The rest is of the submission in force. `zero` marks a report in which every number is 0 and there is one at least.
    """
    one, earlier, value = submission.c, submission.alias("earlier"), data_value.c
    same = and_(
        earlier.c.form == one.form,
        earlier.c.organisation_id == one.organisation_id,
        earlier.c.month == one.month,
        earlier.c.span == one.span,
        earlier.c.status != WITHDRAWN,
    )
    came = select(func.min(earlier.c.received_at)).where(same).scalar_subquery()
    mine = value.submission_id == one.id
    zero = and_(exists().where(mine, value.value == 0), ~exists().where(mine, value.value != 0))
    query = (
        select(
            one.organisation_id,
            one.form,
            one.month,
            one.span,
            came.label("came"),
            one.id,
            one.upload_id,
            one.version,
            zero.label("zero"),
            upload.c.warnings,
        )
        .join_from(submission, upload)
        .where(IN_FORCE, one.month.between(int(first), int(last)))
        .order_by(one.id)
    )
    if forms is not None:
        query = query.where(one.form.in_(list(forms)))
    with store.reading() as connection:
        if organisations is not None:
            query = query.where(among(one.organisation_id, numbers_of(store, connection, organisations)))
        rows = connection.execute(query).all()
        codes = store.codes(connection, again=bool(rows))
        found = [
            (codes.organisation_of[row[0]], *row[1:4], to_moment(row[4]), *row[5:8], bool(row[8]), row[9])
            for row in rows
        ]
    return pd.DataFrame(found, columns=list(_COLUMNS), dtype=object)
