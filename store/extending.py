"""Extensions: a deadline put off for one organisation's report, granted with a reason and ended by a revocation.

Nothing else is rewritten: who was in time is worked out from receipts and extensions whenever it is asked, so an
extension that is granted late, or revoked, shows at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, insert, select, update

from store.audit import Chain
from store.connecting import StoreError
from store.database import Store
from store.reading import FIRST, LAST, numbers_of
from store.schema import extension
from store.times import last_day_in_time, late_from, now, to_moment
from store.values import among

GRANTED, REVOKED = "extend", "revoke"
_REASON, _ACTOR = 200, 80
_COLUMNS = (
    *("extension_id", "organisation", "form", "month", "until", "reason", "granted_by", "granted_at"),
    *("ended_at", "ended_by", "end_reason"),
)


class ExtensionError(StoreError):
    """An extension cannot be granted or revoked; the message says why."""


def grant(
    store: Store, form: str, organisation: str, month: int, until: dt.date, reason: str, actor: str
) -> int:
    """Put off a report's deadline to the end of a day in China; returns the extension's number.

    One in force for the same report is ended by it. Raises ExtensionError without a reason, for a reason too long, for an
    organisation the database does not know, or when the same day is already granted.
    """
    reason = _checked(reason)
    due_at = late_from(until)
    assert due_at is not None
    with store.writing() as connection:
        place = _place(store, connection, form, organisation, month)
        held = _in_force(connection, place)
        if held is not None and held.due_at == due_at:
            raise ExtensionError(f"{form} of {organisation} for {month} is already put off to {until}")
        at, chain = now(), Chain(connection)
        if held is not None:
            _end(connection, chain, held, at, actor, f"replaced: {reason}"[:_REASON])
        number = (connection.scalar(select(func.max(extension.c.id))) or 0) + 1
        row = {
            **place,
            "id": number,
            "due_at": due_at,
            "reason": reason,
            "granted_by": actor[:_ACTOR],
            "granted_at": at,
            "ended_at": None,
            "ended_by": "",
            "end_reason": "",
        }
        connection.execute(insert(extension), row)
        chain.add(actor, GRANTED, f"extension:{number}", told(row))
        chain.write()
    return number


def revoke(store: Store, form: str, organisation: str, month: int, reason: str, actor: str) -> int:
    """End the extension in force for a report; returns its number. Raises ExtensionError when there is none."""
    reason = _checked(reason)
    with store.writing() as connection:
        held = _in_force(connection, _place(store, connection, form, organisation, month))
        if held is None:
            raise ExtensionError(f"{form} of {organisation} for {month} has no extension in force")
        chain = Chain(connection)
        _end(connection, chain, held, now(), actor, reason)
        chain.write()
    return int(held.id)


def extensions(
    store: Store,
    forms: Collection[str] | None = None,
    organisations: Collection[str] | None = None,
    first: int = FIRST,
    last: int = LAST,
    *,
    ended: bool = False,
) -> pd.DataFrame:
    """The extensions in force of reports that end in first..last, oldest first; with `ended`, the ended ones too.

    Columns: extension_id, organisation, form, month, until, reason, granted_by, granted_at, ended_at, ended_by, end_reason.
    `until` is a date, the times are aware or None.
    """
    columns = extension.c
    query = select(extension).where(columns.month.between(int(first), int(last))).order_by(columns.id)
    if not ended:
        query = query.where(columns.ended_at.is_(None))
    if forms is not None:
        query = query.where(columns.form.in_(list(forms)))
    with store.reading() as connection:
        if organisations is not None:
            query = query.where(among(columns.organisation_id, numbers_of(store, connection, organisations)))
        rows = connection.execute(query).all()
        codes = store.codes(connection, again=True) if rows else store.codes(connection)
        found = [_shown(row, codes.organisation_of) for row in rows]
    return pd.DataFrame(found, columns=list(_COLUMNS), dtype=object)


def told(row: Any) -> dict[str, Any]:
    """What the audit log says of a grant: enough to show that the row was not changed afterwards."""
    names = ("form", "organisation_id", "month", "due_at", "reason")
    return {name: row[name] for name in names}


def _shown(row: Any, organisation_of: dict[int, str]) -> tuple[Any, ...]:
    return (
        *(row.id, organisation_of[row.organisation_id], row.form, row.month),
        *(last_day_in_time(row.due_at), row.reason, row.granted_by, to_moment(row.granted_at)),
        *(None if row.ended_at is None else to_moment(row.ended_at), row.ended_by, row.end_reason),
    )


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ExtensionError("say why: a reason is needed")
    if len(reason) > _REASON:
        raise ExtensionError(f"the reason is longer than {_REASON} characters")
    return reason


def _place(store: Store, connection: Connection, form: str, organisation: str, month: int) -> dict[str, Any]:
    known = numbers_of(store, connection, [organisation])
    if not known:
        raise ExtensionError(f"the database knows no organisation {organisation}")
    return {"form": form, "organisation_id": known[0], "month": int(month)}


def _in_force(connection: Connection, place: dict[str, Any]) -> Any:
    query = select(extension).filter_by(**place).where(extension.c.ended_at.is_(None))
    return connection.execute(query).first()


def _end(connection: Connection, chain: Chain, held: Any, at: int, actor: str, reason: str) -> None:
    ending = {"ended_at": at, "ended_by": actor[:_ACTOR], "end_reason": reason}
    connection.execute(update(extension).where(extension.c.id == held.id).values(**ending))
    chain.add(actor, REVOKED, f"extension:{held.id}", {"reason": reason})
