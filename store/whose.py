"""Whose an upload is: the organisations it speaks of, and the account that sent it; and the newest uploads within somebody's reach."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from sqlalchemy import exists, or_, select

from store.database import Store
from store.reading import numbers_of, uploads_of
from store.schema import submission, upload
from store.schema_accounts import account


def whose(store: Store, upload_id: int) -> tuple[str, frozenset[str]]:
    """The organisation of the account that sent an upload ('' where no account did), and those it speaks of."""
    query = select(submission.c.organisation_id).where(submission.c.upload_id == int(upload_id)).distinct()
    sent_by = (
        select(account.c.organisation)
        .join_from(upload, account, account.c.name == upload.c.sender)
        .where(upload.c.id == int(upload_id))
    )
    with store.reading() as connection:
        numbers = list(connection.scalars(query))
        sender = connection.scalar(sent_by) or ""
        known = store.codes(connection).organisation_of
        if not set(numbers) <= set(known):
            known = store.codes(connection, again=True).organisation_of
        return sender, frozenset(known[number] for number in numbers)


def uploads_within(store: Store, organisations: Collection[str], limit: int) -> pd.DataFrame:
    """The newest uploads that speak of these organisations and no others; of those that speak of none, the ones that
    accounts of these organisations sent. Columns as in `reading.uploads`.
    """
    with store.reading() as connection:
        numbers = numbers_of(store, connection, organisations)
    mine = submission.c.upload_id == upload.c.id
    within = submission.c.organisation_id.in_(numbers)
    sent = exists().where(account.c.name == upload.c.sender, account.c.organisation.in_(list(organisations)))
    condition = or_(
        exists().where(mine, within) & ~exists().where(mine, ~within),
        sent & ~exists().where(mine),
    )
    return uploads_of(store, select(upload).where(condition).order_by(upload.c.id.desc()).limit(int(limit)))
