"""Sign-ins as the store keeps them: sessions that end, attempts that failed, links that serve once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from store.accounts import AccountRecord, record_of
from store.audit import Chain
from store.connecting import StoreBusyError
from store.database import Store
from store.schema_accounts import account, assignment, attempt, once, session
from store.times import now, to_moment

MINUTE = 60_000
SEEN_EVERY = 2 * MINUTE  # a session's last use is written this often


@dataclass(frozen=True)
class SessionRecord:
    """A session in force and its account."""

    digest: str
    stage: str  # code | full
    started_at: dt.datetime
    seen_at: dt.datetime
    address: str
    browser: str
    account: AccountRecord


@dataclass(frozen=True)
class Attempts:
    """What failed for one key, in its present window."""

    failures: int
    first_at: int
    last_at: int


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin_session(
    store: Store, name: str, stage: str, address: str, browser: str, cleared: Collection[str], how: str
) -> str:
    """Sign an account in; gives the secret that the browser shows from now on. `cleared`: attempts to forget."""
    secret, moment = secrets.token_urlsafe(32), now()
    with store.writing() as connection:
        row = connection.execute(select(account.c.id, account.c.version).where(account.c.name == name)).one()
        said = {
            "digest": digest_of(secret),
            "account_id": row.id,
            "version": row.version,
            "stage": stage,
            "started_at": moment,
            "seen_at": moment,
            "address": address[:64],
            "browser": browser[:200],
        }
        connection.execute(insert(session).values(said))
        if stage == "full":
            connection.execute(update(account).where(account.c.id == row.id).values(used_at=moment))
        connection.execute(delete(attempt).where(attempt.c.whose.in_(list(cleared))))
        chain = Chain(connection)
        action = "access.sign_in" if stage == "full" else "access.password_right"
        chain.add(name, action, f"account:{name}", {"how": how, "address": address[:64]})
        chain.write()
    return secret


def find_session(store: Store, secret: str, idle_minutes: int, hours: int) -> SessionRecord | None:
    """The session in force of a browser's secret; none when it has ended, is too old, or its account has changed."""
    moment = now()
    query = (
        select(session, account)
        .join(account, account.c.id == session.c.account_id)
        .where(
            session.c.digest == digest_of(secret),
            session.c.ended_at.is_(None),
            session.c.version == account.c.version,
            session.c.seen_at > moment - idle_minutes * MINUTE,
            session.c.started_at > moment - hours * 60 * MINUTE,
            account.c.disabled_at.is_(None),
        )
    )
    with store.reading() as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        said = row._mapping
        given = select(assignment.c.organisation).where(assignment.c.account_id == said[account.c.id])
        assigned = connection.scalars(given).all()
        found = connection.execute(select(account).where(account.c.id == said[account.c.id])).one()
    if moment - said[session.c.seen_at] > SEEN_EVERY:
        _seen(store, said[session.c.digest], moment)
    return SessionRecord(
        digest=said[session.c.digest],
        stage=said[session.c.stage],
        started_at=to_moment(said[session.c.started_at]),
        seen_at=to_moment(said[session.c.seen_at]),
        address=said[session.c.address],
        browser=said[session.c.browser],
        account=record_of(found, assigned),
    )


def _seen(store: Store, digest: str, moment: int) -> None:
    try:
        with store.writing() as connection:
            connection.execute(update(session).where(session.c.digest == digest).values(seen_at=moment))
    except StoreBusyError:
        return  # somebody loads much at once; the next request says it


def sessions_of(store: Store, name: str) -> list[Mapping[str, Any]]:
    """The sessions of an account that have not been ended, newest use first."""
    columns = (
        session.c.digest,
        session.c.started_at,
        session.c.seen_at,
        session.c.address,
        session.c.browser,
    )
    query = (
        select(*columns)
        .join(account)
        .where(account.c.name == name, session.c.ended_at.is_(None), session.c.version == account.c.version)
        .order_by(session.c.seen_at.desc())
    )
    with store.reading() as connection:
        return [
            {**row, "started_at": to_moment(row["started_at"]), "seen_at": to_moment(row["seen_at"])}
            for row in connection.execute(query).mappings()
        ]


def end_session(store: Store, digest: str, name: str, action: str = "access.sign_out") -> None:
    """Sign out: the browser's secret opens nothing from now on."""
    with store.writing() as connection:
        mine = (session.c.digest == digest) & session.c.ended_at.is_(None)
        connection.execute(update(session).where(mine).values(ended_at=now()))
        chain = Chain(connection)
        chain.add(name, action, f"account:{name}", {})
        chain.write()


def take_code(store: Store, name: str, step: int) -> bool:
    """Use a one-time code's step up; False when it, or a later one, has been used."""
    with store.writing() as connection:
        mine = (account.c.name == name) & (account.c.code_step < step)
        return connection.execute(update(account).where(mine).values(code_step=step)).rowcount == 1


def attempts(store: Store, keys: Collection[str]) -> dict[str, Attempts]:
    """What failed lately, by key."""
    with store.reading() as connection:
        rows = connection.execute(select(attempt).where(attempt.c.whose.in_(list(keys))))
        return {row.whose: Attempts(row.failures, row.first_at, row.last_at) for row in rows}


def failed(store: Store, windows: Mapping[str, int], name: str, address: str, reason: str) -> None:
    """Count a failure for each key; `windows`: the milliseconds after which a key begins anew. `name` '' when nobody's."""
    moment = now()
    with store.writing() as connection:
        held = {
            row.whose: row
            for row in connection.execute(select(attempt).where(attempt.c.whose.in_(list(windows))))
        }
        for key, window in windows.items():
            row = held.get(key)
            if row is None:
                said = {"whose": key, "failures": 1, "first_at": moment, "last_at": moment}
                connection.execute(insert(attempt).values(said))
                continue
            over = moment - row.last_at > window
            count = 1 if over else min(row.failures + 1, 30_000)
            values = {"failures": count, "first_at": moment if over else row.first_at, "last_at": moment}
            connection.execute(update(attempt).where(attempt.c.whose == key).values(values))
        chain = Chain(connection)
        chain.add(
            name, "access.sign_in_failed", f"account:{name}", {"address": address[:64], "reason": reason}
        )
        chain.write()


def forget_failures(store: Store, name: str, actor: str) -> None:
    """Let an account that is held try again at once."""
    with store.writing() as connection:
        mine = (attempt.c.whose == f"account:{name}") | attempt.c.whose.startswith(
            f"account:{name}@", autoescape=True
        )
        connection.execute(delete(attempt).where(mine))
        chain = Chain(connection)
        chain.add(actor, "access.account_released", f"account:{name}", {})
        chain.write()


def keep_once(
    store: Store, kind: str, minutes: int, detail: Mapping[str, str], name: str = "", secret: str = ""
) -> str:
    """Keep something that serves once; gives its secret. What is over is swept away."""
    secret = secret or secrets.token_urlsafe(32)
    with store.writing() as connection:
        connection.execute(delete(once).where(once.c.ends_at < now()))
        number = connection.scalar(select(account.c.id).where(account.c.name == name)) if name else None
        said = {
            "digest": digest_of(secret),
            "kind": kind,
            "account_id": number,
            "detail": json.dumps(dict(detail), ensure_ascii=False),
            "ends_at": now() + minutes * MINUTE,
        }
        connection.execute(insert(once).values(said))
    return secret


def use_once(store: Store, kind: str, secret: str) -> tuple[str, dict[str, str]] | None:
    """The account's name ('' where none) and detail of what was kept; it is gone with this."""
    with store.writing() as connection:
        mine = (once.c.digest == digest_of(secret)) & (once.c.kind == kind) & (once.c.ends_at > now())
        row = connection.execute(
            select(once.c.detail, account.c.name).select_from(once).outerjoin(account).where(mine)
        ).first()
        if row is None:
            return None
        connection.execute(delete(once).where(once.c.digest == digest_of(secret)))
    return row.name or "", json.loads(row.detail)


def enter(store: Store, actor: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
    """Say in the audit log what somebody took away or was shown."""
    with store.writing() as connection:
        chain = Chain(connection)
        chain.add(actor, f"access.{action}", subject[:120], detail)
        chain.write()


def enter_failure(store: Store, name: str, address: str, reason: str) -> None:
    """Say that somebody was not let in, where no failure of ours is counted."""
    enter(store, name, "sign_in_failed", f"account:{name}", {"address": address[:64], "reason": reason})
