"""What people are told: kept once, shown in the inbox until read, mailed where mail is set up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, true, update

from store.audit import canonical
from store.database import Store
from store.schema_messages import message, message_read
from store.times import now, to_milliseconds, to_moment
from store.values import among


class Message(NamedTuple):
    """Something to tell. The same key is said once only, whatever else it says."""

    key: str
    kind: str
    parameters: Mapping[str, Any]
    organisation: str = ""
    account: str = ""


class Told(NamedTuple):
    """A message that is kept; `read` is for the account that asked."""

    number: int
    kind: str
    organisation: str
    account: str
    parameters: dict[str, Any]
    at: dt.datetime
    read: bool


def tell(store: Store, messages: Iterable[Message]) -> int:
    """Keep those that were not said yet; gives how many."""
    wanted = {one.key: one for one in messages}
    if not wanted:
        return 0
    with store.writing() as connection:
        said = _said(connection, list(wanted))
        fresh = [one for key, one in wanted.items() if key not in said]
        number = connection.scalar(select(func.max(message.c.id))) or 0
        if fresh:
            connection.execute(
                insert(message), [_row(one, number + step) for step, one in enumerate(fresh, 1)]
            )
    return len(fresh)


def _said(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        query = select(message.c.key).where(message.c.key.in_(keys[start : start + 500]))
        found |= set(connection.scalars(query))
    return found


def _row(one: Message, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "key": one.key,
        "kind": one.kind,
        "organisation": one.organisation,
        "account": one.account,
        "parameters": canonical(dict(one.parameters)),
        "at": now(),
        "mailed_at": None,
    }


def _addressed(account: str, organisations: Collection[str] | None) -> ColumnElement[bool]:
    """To the account, or to one of the organisations; None: to anybody."""
    if organisations is None:
        return true()
    return or_(and_(message.c.account != "", message.c.account == account),
               message.c.organisation.in_(sorted(set(organisations) - {""})))  # fmt: skip


def _unread(account: str) -> ColumnElement[bool]:
    read = select(message_read.c.message_id).where(
        message_read.c.account == account, message_read.c.message_id == message.c.id
    )
    return ~read.exists()


def unread(store: Store, account: str, organisations: Collection[str] | None, most: int = 100) -> int:
    """How many messages the account has not read; `most` when there are more."""
    query = select(message.c.id).where(_addressed(account, organisations), _unread(account)).limit(most)
    with store.reading() as connection:
        return len(connection.execute(query).all())


def inbox(store: Store, account: str, organisations: Collection[str] | None, limit: int = 100) -> list[Told]:
    """The newest messages to the account and these organisations."""
    columns = message.c
    query = (
        select(columns.id, columns.kind, columns.organisation, columns.account, columns.parameters, columns.at,
               _unread(account).label("fresh"))
        .where(_addressed(account, organisations))
        .order_by(columns.id.desc())
        .limit(limit)
    )  # fmt: skip
    with store.reading() as connection:
        return [_told(row, is_read=not row.fresh) for row in connection.execute(query)]


def _told(row: Any, *, is_read: bool) -> Told:
    said = json.loads(row.parameters)
    return Told(row.id, row.kind, row.organisation, row.account, said, to_moment(row.at), is_read)


def mark_read(store: Store, account: str, organisations: Collection[str] | None, up_to: int) -> int:
    """Mark everything addressed to the account up to a number as read; gives how many were not."""
    with store.writing() as connection:
        query = select(message.c.id).where(
            _addressed(account, organisations), _unread(account), message.c.id <= up_to
        )
        rows = [{"account": account, "message_id": one, "at": now()} for one in connection.scalars(query)]
        if rows:
            connection.execute(insert(message_read), rows)
    return len(rows)


def to_mail(store: Store, organisations: Collection[str], since: dt.datetime) -> list[Told]:
    """Messages to these organisations, not older than a moment, that were not mailed yet; oldest first."""
    columns = message.c
    query = (
        select(
            columns.id, columns.kind, columns.organisation, columns.account, columns.parameters, columns.at
        )
        .where(
            columns.mailed_at.is_(None),
            columns.at >= to_milliseconds(since),
            columns.organisation.in_(sorted(organisations)),
        )
        .order_by(columns.id)
    )
    with store.reading() as connection:
        return [_told(row, is_read=False) for row in connection.execute(query)]


def mark_mailed(store: Store, numbers: Sequence[int]) -> None:
    """Say that mail was handed over for these messages."""
    with store.writing() as connection:
        connection.execute(update(message).where(among(message.c.id, list(numbers))).values(mailed_at=now()))


def forget(store: Store, before: dt.datetime) -> int:
    """Remove messages older than a moment; gives how many."""
    with store.writing() as connection:
        old = message.c.at < to_milliseconds(before)
        connection.execute(
            delete(message_read).where(message_read.c.message_id.in_(select(message.c.id).where(old)))
        )
        return connection.execute(delete(message).where(old)).rowcount
