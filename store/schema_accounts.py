"""Tables of accounts: who may sign in, their sessions, what failed, one-time links, tokens for programs.

No password, session number, link or token is kept as such: passwords as argon2id, the others as SHA-256 of something random.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from store.schema import BigKey, metadata

account = Table(
    "account",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("name", String(80), nullable=False, unique=True),  # given once and never to another
    Column("shown", String(120), nullable=False),
    Column("role", String(32), nullable=False),
    Column("organisation", String(32), nullable=False),
    Column("mail", String(160), nullable=False),
    Column("password", String(200), nullable=False),  # argon2id; '' where none is set
    Column("password_at", BigInteger, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("code_secret", String(64), nullable=False),  # of one-time codes; '' where none are asked
    Column("code_step", BigInteger, nullable=False),  # of the last code taken, so that none serves twice
    Column("subject", String(255)),  # what the single sign-on calls it
    Column("demonstration", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # sessions of an older one are over
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("used_at", BigInteger),
    Column("disabled_at", BigInteger),
)
Index(
    "uq_account_subject",
    account.c.subject,
    unique=True,
    sqlite_where=text("subject IS NOT NULL"),
    postgresql_where=text("subject IS NOT NULL"),
)

assignment = Table(
    "account_assignment",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("organisation", String(32), primary_key=True),
)

session = Table(
    "account_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(8), nullable=False),  # code | full
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("ended_at", BigInteger),
)

attempt = Table(
    "account_attempt",
    metadata,
    Column("whose", String(200), primary_key=True),  # account and network, account, or address
    Column("failures", SmallInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

# Sign-in links and visits to the single sign-on: each serves once.
once = Table(
    "account_once",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # link | visit
    Column("account_id", ForeignKey("account.id")),
    Column("detail", Text, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

token = Table(
    "account_token",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", String(400), nullable=False),  # permissions, with spaces between
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("used_at", BigInteger),
    Column("ended_at", BigInteger),
)
