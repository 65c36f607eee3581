"""Withdrawing an upload: what it superseded comes back into force, and everything follows."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import select, update

from reference.registry import Registry
from store.audit import Chain
from store.bringing import bring_in_force
from store.connecting import StoreError
from store.database import Store
from store.ledger import Ledger
from store.lineage import check_same
from store.records import Receipt
from store.remarks import enter_remark
from store.schema import audit, submission, upload
from store.times import now, to_moment
from store.values import Values

WITHDRAWN = "withdrawn"


class Withdrawal(NamedTuple):
    """Who took an upload back, and when."""

    actor: str
    at: dt.datetime


def withdrawal(store: Store, upload_id: int) -> Withdrawal | None:
    """Who withdrew an upload and when, by the audit log; None of one that nobody withdrew."""
    columns = audit.c
    query = select(columns.actor, columns.at).where(
        columns.action == "withdraw", columns.subject == f"upload:{int(upload_id)}"
    )
    with store.reading() as connection:
        row = connection.execute(query).first()
    return Withdrawal(row.actor, to_moment(row.at)) if row else None


def withdraw(store: Store, registry: Registry, upload_id: int, actor: str, reason: str = "") -> Receipt:
    """Take an upload out of force; it is kept and shown as withdrawn, with the reason where one is given.

    Raises StoreError when there is no such upload, or nothing of it to withdraw.
    """
    upload_id = int(upload_id)  # a frame's number is not Python's own, and SQLite would not find it
    with store.writing() as connection:
        row = connection.execute(select(upload).where(upload.c.id == upload_id)).first()
        if row is None:
            raise StoreError(f"there is no upload {upload_id}")
        brought = connection.execute(select(submission).where(submission.c.upload_id == upload_id)).all()
        if row.outcome == WITHDRAWN or not brought:
            raise StoreError(f"upload {upload_id} is {row.outcome}: there is nothing to withdraw")
        ledger = Ledger(connection, {(one.form, one.organisation_id, one.month, one.span) for one in brought})
        count = ledger.withdraw(upload_id, now())
        returned = sum(change.after is not None for change in ledger.changes())
        ledger.write()
        codes = store.codes(connection)
        check_same(connection, registry, {codes.organisation_of[one.organisation_id] for one in brought})
        bring_in_force(connection, registry, codes, ledger, Values(connection, codes))
        connection.execute(update(upload).where(upload.c.id == upload_id).values(outcome=WITHDRAWN))
        chain = Chain(connection)
        detail = {"sha256": row.sha256, "submissions": count, "back_in_force": returned}
        chain.add(actor, "withdraw", f"upload:{upload_id}", detail)
        if reason.strip():
            enter_remark(connection, chain, upload_id, "withdrawal", reason, actor)
        chain.write()
    return Receipt(upload_id, row.name, row.sha256, WITHDRAWN, count, 0, 0, row.errors, row.warnings)
