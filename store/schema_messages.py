"""Tables for what people are told (the inbox) and for scheduled work. See store/schema.py for the rules they follow."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, text

from store.schema import BigKey, metadata

# A message is addressed to an organisation, or to one account. Its words are made when it is shown, in the reader's language.
message = Table(
    "message",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("key", String(200), nullable=False),  # the same thing is said once only
    Column("kind", String(32), nullable=False),
    Column("organisation", String(32), nullable=False),  # its code; '' where it is for one account
    Column("account", String(80), nullable=False),  # its name; '' where it is for an organisation
    Column("parameters", Text, nullable=False),  # canonical JSON, no cell values
    Column("at", BigInteger, nullable=False),
    Column("mailed_at", BigInteger),  # when mail was handed over; none where there was none to send yet
    UniqueConstraint("key"),
    Index("ix_message_organisation_id", "organisation", "id"),
    Index(
        "ix_message_account",
        "account",
        "id",
        sqlite_where=text("account <> ''"),
        postgresql_where=text("account <> ''"),
    ),
)

message_read = Table(
    "message_read",
    metadata,
    Column("account", String(80), primary_key=True),
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# One row a piece of scheduled work: who is at it, until when he may be believed to be, and how it last ended.
job = Table(
    "job",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),  # '' when nobody is at it
    Column("held_until", BigInteger, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", String(8), nullable=False),  # '' | done | failed
    Column("said", String(400), nullable=False),
)
