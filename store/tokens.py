"""Tokens for programs, as the store keeps them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, insert, or_, select, update

from store.accounts import AccountError, AccountRecord, record_of
from store.audit import Chain
from store.connecting import StoreBusyError
from store.database import Store
from store.schema_accounts import account, assignment, token
from store.sessions import MINUTE, digest_of
from store.times import now, to_milliseconds, to_moment


@dataclass(frozen=True)
class TokenRecord:
    """One token."""

    id: int
    label: str
    scopes: frozenset[str]
    created_at: dt.datetime
    ends_at: dt.datetime | None
    used_at: dt.datetime | None


@dataclass(frozen=True)
class FoundToken(TokenRecord):
    """One that was shown, with its account."""

    account: AccountRecord


def add_token(
    store: Store, name: str, label: str, scopes: Collection[str], ends: dt.datetime | None, actor: str
) -> str:
    """Make a token for an account; gives its secret, which is not kept and cannot be shown again."""
    secret = f"mch_{secrets.token_urlsafe(32)}"
    with store.writing() as connection:
        whose = connection.scalar(select(account.c.id).where(account.c.name == name))
        if whose is None:
            raise AccountError(f"there is no account '{name}'")
        number = (connection.scalar(select(func.max(token.c.id))) or 0) + 1
        said = {
            "id": number,
            "account_id": whose,
            "label": label[:80],
            "digest": digest_of(secret),
            "scopes": " ".join(sorted(scopes)),
            "created_at": now(),
            "ends_at": to_milliseconds(ends) if ends else None,
        }
        connection.execute(insert(token).values(said))
        chain = Chain(connection)
        chain.add(actor, "access.token_added", f"account:{name}", {"token": number, "scopes": sorted(scopes)})
        chain.write()
    return secret


def find_token(store: Store, secret: str) -> FoundToken | None:
    """The token in force of a secret, with its account in force."""
    moment = now()
    with store.reading() as connection:
        row = connection.execute(
            select(token).where(
                token.c.digest == digest_of(secret),
                token.c.ended_at.is_(None),
                or_(token.c.ends_at.is_(None), token.c.ends_at > moment),
            )
        ).first()
        if row is None:
            return None
        owner = connection.execute(
            select(account).where(account.c.id == row.account_id, account.c.disabled_at.is_(None))
        ).first()
        if owner is None:
            return None
        given = select(assignment.c.organisation).where(assignment.c.account_id == row.account_id)
        assigned = connection.scalars(given).all()
    if row.used_at is None or moment - row.used_at > 5 * MINUTE:
        _used(store, row.id, moment)
    return FoundToken(
        id=row.id,
        label=row.label,
        scopes=frozenset(row.scopes.split()),
        created_at=to_moment(row.created_at),
        ends_at=to_moment(row.ends_at) if row.ends_at else None,
        used_at=to_moment(row.used_at) if row.used_at else None,
        account=record_of(owner, assigned),
    )


def tokens(store: Store, name: str = "") -> list[tuple[str, TokenRecord]]:
    """Every token in force with its account's name, or those of one account, newest first; those whose day is past too."""
    of = token.c
    query = select(token, account.c.name).join(account).where(of.ended_at.is_(None)).order_by(of.id.desc())
    if name:
        query = query.where(account.c.name == name)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        (
            row.name,
            TokenRecord(
                id=row.id,
                label=row.label,
                scopes=frozenset(row.scopes.split()),
                created_at=to_moment(row.created_at),
                ends_at=to_moment(row.ends_at) if row.ends_at else None,
                used_at=to_moment(row.used_at) if row.used_at else None,
            ),
        )
        for row in rows
    ]


def _used(store: Store, number: int, moment: int) -> None:
    try:
        with store.writing() as connection:
            connection.execute(update(token).where(token.c.id == number).values(used_at=moment))
    except StoreBusyError:
        return  # somebody loads much at once; the next request says it


def end_token(store: Store, number: int, actor: str, owner: str = "") -> None:
    """Take a token back (of `owner`, when named); raises AccountError when there is none in force of the number."""
    with store.writing() as connection:
        mine = (token.c.id == int(number)) & token.c.ended_at.is_(None)
        if owner:
            mine &= (
                token.c.account_id == select(account.c.id).where(account.c.name == owner).scalar_subquery()
            )
        if connection.execute(update(token).where(mine).values(ended_at=now())).rowcount == 0:
            raise AccountError(f"there is no token {number} in force")
        chain = Chain(connection)
        chain.add(actor, "access.token_ended", f"token:{int(number)}", {})
        chain.write()
