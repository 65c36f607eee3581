"""What people say of an upload: why a report was corrected after its deadline, or withdrawn. Added, never changed."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple

from sqlalchemy import Connection, func, insert, select

from store.audit import Chain
from store.connecting import StoreError
from store.database import Store
from store.schema import remark, upload
from store.times import now, to_moment

LONGEST = 400
Kind = Literal["correction", "withdrawal"]


class RemarkError(StoreError):
    """A remark cannot be kept; the message says why."""


class Remark(NamedTuple):
    """One remark."""

    kind: str
    text: str
    actor: str
    at: dt.datetime


def add_remark(store: Store, upload_id: int, kind: Kind, text: str, actor: str) -> None:
    """Keep a remark on an upload; raises RemarkError for an empty or too long one, or an upload that is not there."""
    with store.writing() as connection:
        if connection.scalar(select(upload.c.id).where(upload.c.id == int(upload_id))) is None:
            raise RemarkError(f"there is no upload {upload_id}")
        chain = Chain(connection)
        enter_remark(connection, chain, upload_id, kind, text, actor)
        chain.write()


def enter_remark(
    connection: Connection, chain: Chain, upload_id: int, kind: Kind, text: str, actor: str
) -> None:
    """The same inside a transaction that does more."""
    text = text.replace("\0", "").strip()
    if not text:
        raise RemarkError("a remark needs words")
    if len(text) > LONGEST:
        raise RemarkError(f"a remark has at most {LONGEST} signs")
    number = (connection.scalar(select(func.max(remark.c.id))) or 0) + 1
    row = {
        "id": number,
        "upload_id": int(upload_id),
        "kind": kind,
        "text": text,
        "actor": actor[:80],
        "at": now(),
    }
    connection.execute(insert(remark).values(row))
    chain.add(actor, "remark", f"upload:{int(upload_id)}", {"kind": kind, "remark": number})


def remarks(store: Store, upload_id: int) -> list[Remark]:
    """The remarks on an upload, oldest first."""
    columns = remark.c
    query = (
        select(columns.kind, columns.text, columns.actor, columns.at)
        .where(columns.upload_id == int(upload_id))
        .order_by(columns.id)
    )
    with store.reading() as connection:
        return [
            Remark(kind, text, actor, to_moment(at)) for kind, text, actor, at in connection.execute(query)
        ]
