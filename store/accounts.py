"""Accounts as the store keeps them: made, changed, handed over, disabled; each change with its entry in the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from store.audit import Chain
from store.connecting import StoreError
from store.database import Store
from store.schema_accounts import account, assignment, session, token
from store.times import now, to_moment


class AccountError(StoreError):
    """An account cannot be made or changed as asked; the message says why."""


@dataclass(frozen=True)
class NewAccount:
    """What an account begins with; `password` is its hash, '' for one that signs in elsewhere."""

    name: str
    shown: str
    role: str
    organisation: str
    password: str
    assigned: frozenset[str] = frozenset()
    mail: str = ""
    subject: str | None = None
    demonstration: bool = False
    must_change: bool = True


@dataclass(frozen=True)
class AccountRecord:
    """One account."""

    id: int
    name: str
    shown: str
    role: str
    organisation: str
    assigned: frozenset[str]
    mail: str
    password: str
    password_at: dt.datetime
    must_change: bool
    code_secret: str
    code_step: int
    subject: str | None
    demonstration: bool
    version: int
    created_at: dt.datetime
    created_by: str
    used_at: dt.datetime | None
    disabled_at: dt.datetime | None


def add_accounts(store: Store, wanted: Sequence[NewAccount], actor: str) -> None:
    """Make accounts, all or none; raises AccountError when a name is taken."""
    with store.writing() as connection:
        chain = Chain(connection)
        names = [one.name for one in wanted]
        taken = connection.scalars(select(account.c.name).where(account.c.name.in_(names))).all()
        if taken or len(set(names)) < len(names):
            twice = sorted({*taken, *(name for name in names if names.count(name) > 1)})
            raise AccountError(f"the account name is taken: {', '.join(twice)}")
        last = connection.scalar(select(func.max(account.c.id))) or 0
        for number, one in enumerate(wanted, last + 1):
            connection.execute(insert(account).values(_new_row(number, one, actor)))
            _assign(connection, number, one.assigned)
            told = {"role": one.role, "organisation": one.organisation, "assigned": sorted(one.assigned)}
            chain.add(actor, "access.account_added", f"account:{one.name}", told)
        chain.write()


def _new_row(number: int, one: NewAccount, actor: str) -> dict[str, Any]:
    moment = now()
    return {
        "id": number,
        "name": one.name,
        "shown": one.shown,
        "role": one.role,
        "organisation": one.organisation,
        "mail": one.mail,
        "password": one.password,
        "password_at": moment,
        "must_change": one.must_change and bool(one.password),
        "code_secret": "",
        "code_step": 0,
        "subject": one.subject,
        "demonstration": one.demonstration,
        "version": 1,
        "created_at": moment,
        "created_by": actor[:80],
    }


def _assign(connection: Connection, number: int, organisations: Iterable[str]) -> None:
    rows = [{"account_id": number, "organisation": code} for code in sorted(organisations)]
    if rows:
        connection.execute(insert(assignment), rows)


def find_account(store: Store, name: str) -> AccountRecord | None:
    """The account of a name, disabled or not."""
    return next(iter(accounts(store, [name])), None)


def accounts(store: Store, names: Sequence[str] | None = None) -> list[AccountRecord]:
    """All accounts, or those named, by name."""
    query = select(account).order_by(account.c.name)
    given = select(assignment)
    if names is not None:
        query = query.where(account.c.name.in_(list(names)))
        given = given.join(account).where(account.c.name.in_(list(names)))
    with store.reading() as connection:
        assigned: dict[int, set[str]] = {}
        for number, code in connection.execute(given):
            assigned.setdefault(number, set()).add(code)
        return [record_of(row, assigned.get(row.id, set())) for row in connection.execute(query)]


def record_of(row: Row[Any], assigned: Iterable[str]) -> AccountRecord:
    """A row of the table as a record."""
    said = {name: getattr(row, name) for name in AccountRecord.__annotations__ if name != "assigned"}
    for name in ("password_at", "created_at", "used_at", "disabled_at"):
        said[name] = None if said[name] is None else to_moment(said[name])
    return AccountRecord(assigned=frozenset(assigned), **said)


def set_password(store: Store, name: str, password: str, actor: str, *, must_change: bool) -> None:
    """Give an account another password, as its hash; every session of it ends."""
    action = "access.password_reset" if must_change else "access.password_changed"
    said = {"password": password, "password_at": now(), "must_change": must_change}
    change(store, name, said, actor, action)


def set_code(store: Store, name: str, secret: str, actor: str) -> None:
    """Ask one-time codes of an account from now on, or no longer ('')."""
    action = "access.code_set" if secret else "access.code_removed"
    change(store, name, {"code_secret": secret, "code_step": 0}, actor, action)


def disable(store: Store, name: str, actor: str) -> None:
    """Shut an account out; it is kept, because records name it. Every session and token of it ends."""
    change(store, name, {"disabled_at": now()}, actor, "access.account_disabled", tokens_end=True)


def enable(store: Store, name: str, actor: str) -> None:
    """Let a disabled account in again."""
    change(store, name, {"disabled_at": None}, actor, "access.account_enabled")


def hand_over(store: Store, name: str, shown: str, password: str, actor: str) -> None:
    """Give an account to another person: a new name to show, a new initial password, no codes; every session and token ends."""
    said: dict[str, Any] = {"shown": shown, "password": password, "password_at": now(), "must_change": True}
    said |= {"code_secret": "", "code_step": 0}
    change(store, name, said, actor, "access.account_handed_over", tokens_end=True)


def sign_out_everywhere(store: Store, name: str, actor: str) -> None:
    """End every session of an account."""
    change(store, name, {}, actor, "access.signed_out_everywhere")


def set_scope(
    store: Store, name: str, role: str, organisation: str, assigned: Iterable[str], actor: str
) -> None:
    """Give an account another role, organisation or assignment; every session of it ends."""
    given = sorted(set(assigned))
    with store.writing() as connection:
        number = _change(connection, name, {"role": role, "organisation": organisation})
        connection.execute(delete(assignment).where(assignment.c.account_id == number))
        _assign(connection, number, given)
        chain = Chain(connection)
        told = {"role": role, "organisation": organisation, "assigned": given}
        chain.add(actor, "access.account_changed", f"account:{name}", told)
        chain.write()


def change(
    store: Store, name: str, said: dict[str, Any], actor: str, action: str, *, tokens_end: bool = False
) -> None:
    """Change columns of an account, end its sessions and say so."""
    with store.writing() as connection:
        number = _change(connection, name, said)
        if tokens_end:
            over = (token.c.account_id == number) & token.c.ended_at.is_(None)
            connection.execute(update(token).where(over).values(ended_at=now()))
        chain = Chain(connection)
        chain.add(actor, action, f"account:{name}", {})
        chain.write()


def _change(connection: Connection, name: str, said: dict[str, Any]) -> int:
    number = connection.scalar(select(account.c.id).where(account.c.name == name))
    if number is None:
        raise AccountError(f"there is no account '{name}'")
    mine = account.c.id == number
    connection.execute(update(account).where(mine).values(version=account.c.version + 1, **said))
    over = (session.c.account_id == number) & session.c.ended_at.is_(None)
    connection.execute(update(session).where(over).values(ended_at=now()))
    return int(number)


def has_accounts(store: Store) -> bool:
    """Whether anybody could sign in, demonstration accounts apart."""
    usable = account.c.disabled_at.is_(None) & ~account.c.demonstration
    can = or_(account.c.password != "", account.c.subject.is_not(None))
    with store.reading() as connection:
        return connection.scalar(select(account.c.id).where(usable, can).limit(1)) is not None


def keep_hash(store: Store, name: str, password: str) -> None:
    """Keep the same password in a costlier way; nothing else changes."""
    with store.writing() as connection:
        connection.execute(update(account).where(account.c.name == name).values(password=password))


def keep_code(store: Store, name: str, secret: str) -> None:
    """Keep the same secret of one-time codes sealed in another way; nothing else changes."""
    with store.writing() as connection:
        connection.execute(update(account).where(account.c.name == name).values(code_secret=secret))


def find_subject(store: Store, subject: str) -> AccountRecord | None:
    """The account that the single sign-on calls by this name."""
    with store.reading() as connection:
        name = connection.scalar(select(account.c.name).where(account.c.subject == subject))
    return find_account(store, name) if name else None


def set_subject(store: Store, name: str, subject: str, actor: str) -> None:
    """Tie an account to what the single sign-on calls it; '' unties it."""
    change(store, name, {"subject": subject or None}, actor, "access.account_changed")
