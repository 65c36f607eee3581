"""Tables of the store. Times are UTC epoch milliseconds, months are yyyymm, numbers are whole numbers.

Numbers of uploads, submissions and audit entries are given by the store itself, under its writing lock: so they rise
in the order of arrival on every database, and a copy to another database keeps them.
Tables keyed by several columns are kept in that order on disk (SQLite: WITHOUT ROWID), which is how they are read.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite fills only INTEGER keys by itself; PostgreSQL gets room for years of issues and values.
BigKey = BigInteger().with_variant(Integer, "sqlite")
LONGER = "span > 1"  # totals that cover more than a month

organisation = Table(
    "organisation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("tree", String(16), nullable=False),
    Column("top", Boolean, nullable=False),  # its totals are part of no other's: a root, or a zone on its own
    Column(
        "lineage", String(16), nullable=False
    ),  # of whom its numbers add into, by date: see store/lineage.py
)

data_element = Table(
    "data_element",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(80), nullable=False, unique=True),
    Column("adding", String(8), nullable=False),  # sum | last | never: how its values add up
)

upload = Table(
    "upload",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),  # the sender's own file name: data, never a path
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("sender", String(80), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("kept", Boolean, nullable=False),  # whether the original file is kept (not when it named persons)
    Column("submissions", Integer, nullable=False),
    Column("superseded", Integer, nullable=False),
    Column("n_values", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
)

Index(
    "ix_upload_synthetic",
    upload.c.id,
    sqlite_where=text("synthetic = 1"),
    postgresql_where=text("synthetic"),
)

submission = Table(
    "submission",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("upload_id", ForeignKey("upload.id"), nullable=False, index=True),
    Column("form", String(64), nullable=False),
    Column("edition", String(32), nullable=False),
    Column("basis", String(16), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("month", Integer, nullable=False),
    Column("span", SmallInteger, nullable=False),
    Column("cumulative_from", Integer),
    Column("version", SmallInteger, nullable=False),
    Column("status", String(12), nullable=False),  # current | superseded | withdrawn
    Column("received_at", BigInteger, nullable=False),
    # When superseded or withdrawn. What was known at a moment: of the submissions with received_at <= moment < ended_at,
    # the one received last.
    Column("ended_at", BigInteger),
    Column("due_at", BigInteger),  # the first moment that is late; none when nothing is due
    Column("digest", String(64), nullable=False),  # of all that was read into it: see store/audit.py
    UniqueConstraint("form", "organisation_id", "month", "span", "version"),
    CheckConstraint("span >= 1", name="span"),
)
# The database itself refuses a second submission in force for the same form, organisation and period.
Index(
    "uq_submission_current",
    submission.c.form,
    submission.c.organisation_id,
    submission.c.month,
    submission.c.span,
    unique=True,
    sqlite_where=text("status = 'current'"),
    postgresql_where=text("status = 'current'"),
)

Index(
    "ix_submission_organisation",
    submission.c.organisation_id,
    submission.c.month,
    sqlite_where=text("status = 'current'"),
    postgresql_where=text("status = 'current'"),
)

data_value = Table(
    "data_value",
    metadata,
    Column("submission_id", ForeignKey("submission.id"), primary_key=True),
    Column("element_id", ForeignKey("data_element.id"), primary_key=True),
    Column("category", String(24), primary_key=True),
    Column("value", BigInteger),
    Column("note", String(16), nullable=False),
    Column("text", String(200), nullable=False),
    Column("sheet", String(64), nullable=False),
    Column("cell", String(120), nullable=False),
    Column("derived", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# Months told from cumulative submissions: kept apart from what cells state, rebuilt whenever a neighbour changes.
derived_value = Table(
    "derived_value",
    metadata,
    Column("submission_id", ForeignKey("submission.id"), primary_key=True),
    Column("element_id", ForeignKey("data_element.id"), primary_key=True),
    Column("category", String(24), primary_key=True),
    Column("month", Integer, nullable=False),
    Column("value", BigInteger),
    Column("note", String(16), nullable=False),
    sqlite_with_rowid=False,
)

# Running totals: one row an area (or institution), element, breakdown, basis and period; never summed from institutions
# on a page. The key begins with what a page asks for: these elements of these areas in this run of months.
# Totals carry no foreign keys: they are made from rows that do, and checking each would cost PostgreSQL a fifth of its speed.
area_total = Table(
    "area_total",
    metadata,
    Column("element_id", Integer, primary_key=True, autoincrement=False),
    Column("area_id", Integer, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True),
    Column("span", SmallInteger, primary_key=True),
    Column("basis", String(16), primary_key=True),
    Column("category", String(24), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("reports", Integer, nullable=False),  # how many organisations gave a number
    # Of the few totals that cover more than a month, so that nobody has to read all of them to find which elements have any.
    Index("ix_area_total_longer", "element_id", sqlite_where=text(LONGER), postgresql_where=text(LONGER)),
    sqlite_with_rowid=False,
)

area_report = Table(
    "area_report",
    metadata,
    Column("area_id", Integer, primary_key=True, autoincrement=False),
    Column("form", String(64), primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("span", SmallInteger, primary_key=True),
    Column("received", Integer, nullable=False),
    sqlite_with_rowid=False,
)

issue = Table(
    "issue",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("upload_id", ForeignKey("upload.id"), nullable=False, index=True),
    Column("submission_id", ForeignKey("submission.id"), index=True),
    Column("code", String(40), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("form", String(64), nullable=False),
    Column("organisation", String(32), nullable=False),  # its code; '' where the issue is the whole file's
    Column("month", Integer),
    Column("sheet", String(64), nullable=False),
    Column("cell", String(120), nullable=False),
    Column("found", String(200), nullable=False),
    Column("parameters", Text, nullable=False),  # canonical JSON
)

# A deadline put off for one organisation's report. One that is revoked or replaced ends; it is never removed.
extension = Table(
    "extension",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("form", String(64), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("month", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),  # the first moment that is late
    Column("reason", String(200), nullable=False),
    Column("granted_by", String(80), nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", String(80), nullable=False),  # '' while it is in force
    Column("end_reason", String(200), nullable=False),
)
Index(
    "uq_extension_in_force",
    extension.c.form,
    extension.c.organisation_id,
    extension.c.month,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

remark = Table(
    "remark",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("upload_id", ForeignKey("upload.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # correction | withdrawal
    Column("text", String(400), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Append only: triggers refuse any change or removal of a row.
audit = Table(
    "audit",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, no cell values
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
# Entries about access (sign-ins, downloads, accounts) change no number; the newest of the others is the version of the data.
CHANGES_DATA = text("substr(action, 1, 7) <> 'access.'")
Index("ix_audit_data", audit.c.seq, sqlite_where=CHANGES_DATA, postgresql_where=CHANGES_DATA)
