"""How the two databases are opened: what each needs so that nothing is lost and nobody waits for ever.

SQLite: write-ahead log, foreign keys, full synchronisation, thirty seconds' patience, and a transaction begun as what it
is: writers take the lock at once (a plain BEGIN that writes later fails at once when another has written meanwhile), readers
see one state and can write nothing.
PostgreSQL: connections are tried before use and given up after half an hour; statements, locks and idle transactions
have limits; a dead peer is noticed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

WRITING = "store_writing"  # execution option of a connection that may write
BUSY_SECONDS = 30.0
_POSTGRESQL = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# Any number that no other program on the same database uses: it names the lock that writers queue for.
WRITERS_LOCK = 0x67_7A_6D_63_68


class StoreError(Exception):
    """The store cannot do what was asked; the message says what is wrong and what to do."""


class StoreBusyError(StoreError):
    """Others were writing for longer than anyone should wait; nothing was done, and trying again later is safe."""

    def __init__(self, database: str) -> None:
        super().__init__(f"the database {database} is busy: others are writing to it; try again")


def is_busy(error: OperationalError) -> bool:
    """Whether a statement failed only because the lock was not to be had."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return isinstance(error.orig, psycopg.errors.LockNotAvailable)


def open_engine(url: str) -> Engine:
    """An engine for the URL; raises StoreError when it names neither SQLite (a file) nor PostgreSQL."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql":
            return _open_postgresql(parsed)
    raise StoreError(f"the database '{url_shown(url)}' is neither SQLite nor PostgreSQL")


def url_shown(url: str) -> str:
    """The URL without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError(
            "a database in memory would be lost at the end; give a file: sqlite:///data/mch.sqlite"
        )
    return Path(parsed.database)


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone, unless it is there: what hospitals send is nobody else's on this machine."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def _open_sqlite(url: URL) -> Engine:
    file = database_file(url.render_as_string(hide_password=False))
    assert file is not None
    make_private(file.parent)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")  # 64 MB


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(url: URL) -> Engine:
    settings = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL.items())
    given = url.query.get("options", "")
    url = url.set(drivername="postgresql+psycopg").difference_update_query(["options"])
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5, "options": f"{settings} {given}".strip(), **_KEEPALIVE},
    )


def reading_options(engine: Engine) -> dict[str, Any]:
    """Execution options of a connection that only reads, from one unchanging state."""
    if engine.dialect.name == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


def queue_for_writing(connection: Connection, *, patient: bool = False) -> None:
    """PostgreSQL: wait until no other writes, as SQLite does by itself. The audit chain and the totals need one order.

    `patient` lifts the limit on a statement's time, for migrations.
    """
    if connection.dialect.name == "postgresql":
        limit = "0" if patient else "60s"
        connection.execute(text(f"SET LOCAL lock_timeout = '{int(BUSY_SECONDS * 1000)}ms'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{limit}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": WRITERS_LOCK})
